package org.einkorn.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class LayoutTest {
  private static final int RANDOM_CASES = 3000;

  @Test
  void rowMajorIsContiguous() {
    Layout layout = Layout.rowMajor(Shape.of(2, 3));
    assertTrue(layout.isContiguous());
    assertEquals(6, layout.memoryElements());
    assertEquals(5, layout.elementNumber(1, 2));
    assertFalse(layout.permute(1, 0).isContiguous());
    assertTrue(layout.permute(1, 0).permute(1, 0).isContiguous());
  }

  @Test
  void stridesOfSingleAxesDoNotMatter() {
    assertTrue(new Layout(Shape.of(1, 3), new long[] {77, 1}, 4).isContiguous());
    assertTrue(new Layout(Shape.of(0, 3), new long[] {77, 55}, 0).isContiguous());
    assertFalse(new Layout(Shape.of(2, 3), new long[] {77, 1}, 0).isContiguous());
  }

  @Test
  void doesNotChangeWithItsArguments() {
    long[] strides = {3, 1};
    Layout layout = new Layout(Shape.of(2, 3), strides, 0);
    strides[0] = 99;
    layout.strides()[1] = 99;
    assertArrayEquals(new long[] {3, 1}, layout.strides());
    assertEquals(Layout.rowMajor(Shape.of(2, 3)), layout);
    assertEquals(Layout.rowMajor(Shape.of(2, 3)).hashCode(), layout.hashCode());
  }

  @Test
  void broadcastRepeatsWithStrideZero() {
    Layout row = Layout.rowMajor(Shape.of(1, 3)).broadcastTo(Shape.of(4, 2, 3));
    assertArrayEquals(new long[] {0, 0, 1}, row.strides());
    assertEquals(3, row.memoryElements());
    assertArrayEquals(
        new long[] {0}, Layout.rowMajor(Shape.of()).broadcastTo(Shape.of(5)).strides());
  }

  @Test
  void refusesWhatLeavesTheMemory() {
    assertCode("E0538", () -> new Layout(Shape.of(3), new long[] {-1}, 1));
    assertCode("E0538", () -> new Layout(Shape.of(3), new long[] {1}, -1));
    assertCode("E0530", () -> new Layout(Shape.of(3), new long[] {Long.MAX_VALUE}, 0));
    assertCode("E0530", () -> new Layout(Shape.of(1), new long[] {1}, Long.MAX_VALUE));
    assertCode("E0530", () -> new Layout(Shape.of(3), new long[] {Long.MIN_VALUE}, 0));
    assertCode("E0533", () -> new Layout(Shape.of(3), new long[] {1, 1}, 0));
  }

  @Test
  void refusesWrongViews() {
    Layout layout = Layout.rowMajor(Shape.of(2, 3));
    assertCode("E0533", () -> layout.permute(0));
    assertCode("E0533", () -> layout.permute(0, 0));
    assertCode("E0533", () -> layout.permute(0, 2));
    assertCode("E0533", () -> layout.select(2, 0));
    assertCode("E0532", () -> layout.select(0, 2));
    assertCode("E0532", () -> layout.select(0, -1));
    assertCode("E0532", () -> layout.slice(1, 0, 4, 1));
    assertCode("E0532", () -> layout.slice(1, -1, 2, 1));
    assertCode("E0532", () -> layout.slice(1, 2, 1, 1));
    assertCode("E0532", () -> layout.slice(1, 0, 3, 0));
    assertCode("E0532", () -> layout.slice(1, 3, 0, -1));
    assertCode("E0532", () -> layout.slice(1, 1, -2, -1));
    assertCode("E0536", () -> layout.broadcastTo(Shape.of(3)));
    assertCode("E0536", () -> layout.broadcastTo(Shape.of(2, 4)));
    assertCode("E0536", () -> layout.reshape(Shape.of(5)));
    assertCode("E0537", () -> layout.permute(1, 0).reshape(Shape.of(6)));
    assertCode("E0532", () -> layout.elementNumber(0, 3));
    assertCode("E0533", () -> layout.elementNumber(0));
  }

  @Test
  void extremeStepsKeepOneElement() {
    Layout layout = Layout.rowMajor(Shape.of(5));
    assertEquals(Shape.of(1), layout.slice(0, 2, 5, Long.MAX_VALUE).shape());
    assertEquals(Shape.of(1), layout.slice(0, 2, -1, Long.MIN_VALUE).shape());
    assertEquals(Shape.of(0), layout.slice(0, 5, 5, 1).shape());
    assertEquals(Shape.of(0), Layout.rowMajor(Shape.of(0)).slice(0, -1, -1, -1).shape());
  }

  /// Chains of random views, against the same views made by hand on lists of element numbers.
  @Test
  void viewsFindTheElementsThatListsFind() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int n = 0; n < RANDOM_CASES; n++) {
      Layout layout = Layout.rowMajor(randomShape(random));
      Model model = Model.of(layout.shape());
      List<String> steps = new ArrayList<>(List.of(layout.shape().toString()));
      for (int step = random.nextInt(5); step >= 0; step--) {
        switch (random.nextInt(4)) {
          case 0 -> {
            int[] axes = randomOrder(random, layout.rank());
            steps.add("permute " + Arrays.toString(axes));
            model = model.permute(axes);
            layout = layout.permute(axes);
          }
          case 1 -> {
            if (layout.rank() > 0) {
              int axis = random.nextInt(layout.rank());
              long extent = layout.shape().extent(axis);
              boolean rising = random.nextBoolean();
              long low = random.nextLong(extent + 1);
              long high = low + random.nextLong(extent + 1 - low);
              long stride = 1L + random.nextInt(3);
              long start = rising ? low : high - 1;
              long stop = rising ? high : low - 1;
              steps.add(
                  "slice " + axis + " " + start + ":" + stop + ":" + (rising ? "" : "-") + stride);
              model = model.slice(axis, start, stop, rising ? stride : -stride);
              layout = layout.slice(axis, start, stop, rising ? stride : -stride);
            }
          }
          case 2 -> {
            if (layout.rank() > 0 && layout.shape().elementCount() > 0) {
              int axis = random.nextInt(layout.rank());
              long index = random.nextLong(layout.shape().extent(axis));
              steps.add("select " + axis + " " + index);
              model = model.select(axis, index);
              layout = layout.select(axis, index);
            }
          }
          default -> {
            long[] extents = layout.shape().extents();
            for (int axis = 0; axis < extents.length; axis++) {
              extents[axis] = extents[axis] == 1 ? 1 + random.nextInt(3) : extents[axis];
            }
            steps.add("broadcast " + Arrays.toString(extents));
            model = model.broadcast(extents);
            layout = layout.broadcastTo(Shape.of(extents));
          }
        }
      }
      String message = "seed " + seed + ", case " + n + ": " + steps;
      assertArrayEquals(model.extents(), layout.shape().extents(), message);
      List<Long> walked = new ArrayList<>();
      Rows.forEach(
          layout,
          (first, stride, count) -> {
            for (long at = 0; at < count; at++) {
              walked.add(first + at * stride);
            }
          });
      assertEquals(model.numbers(), walked, message);
      assertEquals(model.numbers(), numbersByIndex(layout), message);
      long highest = walked.isEmpty() ? -1 : Collections.max(walked);
      assertEquals(highest + 1, layout.memoryElements(), message);
      boolean consecutive =
          IntStream.range(1, walked.size())
              .allMatch(at -> walked.get(at) == walked.get(at - 1) + 1);
      assertEquals(consecutive, layout.isContiguous(), message);
    }
  }

  private static List<Long> numbersByIndex(Layout layout) {
    List<Long> numbers = new ArrayList<>();
    long[] extents = layout.shape().extents();
    for (long flat = 0; flat < layout.shape().elementCount(); flat++) {
      numbers.add(layout.elementNumber(Model.index(flat, extents)));
    }
    return numbers;
  }

  private static Shape randomShape(Random random) {
    long[] extents = new long[random.nextInt(5)];
    for (int axis = 0; axis < extents.length; axis++) {
      extents[axis] = random.nextInt(10) == 0 ? 0 : 1 + random.nextInt(4);
    }
    return Shape.of(extents);
  }

  private static int[] randomOrder(Random random, int count) {
    List<Integer> axes = new ArrayList<>(IntStream.range(0, count).boxed().toList());
    Collections.shuffle(axes, random);
    return axes.stream().mapToInt(Integer::intValue).toArray();
  }

  /// What a view shows, as the plain list of the numbers of its elements in row-major order.
  private record Model(long[] extents, List<Long> numbers) {
    interface Mapping {
      long[] from(long[] index);
    }

    static Model of(Shape shape) {
      List<Long> numbers = new ArrayList<>();
      for (long n = 0; n < shape.elementCount(); n++) {
        numbers.add(n);
      }
      return new Model(shape.extents(), numbers);
    }

    Model permute(int[] axes) {
      long[] target = new long[axes.length];
      for (int n = 0; n < axes.length; n++) {
        target[n] = extents[axes[n]];
      }
      return map(
          target,
          index -> {
            long[] source = new long[index.length];
            for (int n = 0; n < axes.length; n++) {
              source[axes[n]] = index[n];
            }
            return source;
          });
    }

    Model slice(int axis, long start, long stop, long step) {
      long[] target = extents.clone();
      target[axis] = 0;
      for (long at = start; step > 0 ? at < stop : at > stop; at += step) {
        target[axis]++;
      }
      return map(
          target,
          index -> {
            long[] source = index.clone();
            source[axis] = start + index[axis] * step;
            return source;
          });
    }

    Model select(int axis, long position) {
      long[] target = new long[extents.length - 1];
      for (int n = 0; n < target.length; n++) {
        target[n] = extents[n < axis ? n : n + 1];
      }
      return map(
          target,
          index -> {
            long[] source = new long[extents.length];
            for (int n = 0; n < source.length; n++) {
              source[n] = n == axis ? position : index[n < axis ? n : n - 1];
            }
            return source;
          });
    }

    Model broadcast(long[] target) {
      return map(
          target,
          index -> {
            long[] source = index.clone();
            for (int n = 0; n < source.length; n++) {
              source[n] = extents[n] == 1 ? 0 : index[n];
            }
            return source;
          });
    }

    private Model map(long[] target, Mapping mapping) {
      List<Long> mapped = new ArrayList<>();
      long count = Arrays.stream(target).reduce(1, (a, b) -> a * b);
      for (long flat = 0; flat < count; flat++) {
        mapped.add(numbers.get(flat(mapping.from(index(flat, target)))));
      }
      return new Model(target, mapped);
    }

    private int flat(long[] index) {
      long flat = 0;
      for (int n = 0; n < index.length; n++) {
        flat = flat * extents[n] + index[n];
      }
      return (int) flat;
    }

    static long[] index(long flat, long[] extents) {
      long[] index = new long[extents.length];
      for (int n = extents.length - 1; n >= 0; n--) {
        index[n] = flat % extents[n];
        flat /= extents[n];
      }
      return index;
    }
  }

  private static void assertCode(String code, Executable work) {
    assertEquals(code, assertThrows(DataException.class, work).code());
  }
}
