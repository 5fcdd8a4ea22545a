package org.einkorn.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.BinaryOperator;
import org.einkorn.CompileException;
import org.einkorn.Einsum;
import org.einkorn.Options;
import org.einkorn.Target;
import org.einkorn.conformance.Definition.Element;
import org.einkorn.conformance.EinsumCase.Fault;
import org.einkorn.conformance.EinsumCase.Operand;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// Every line of the table, on every backend: types, shapes and elements where the string is right;
/// code, place and a way out for each thing that is wrong where it is not.
@Execution(ExecutionMode.CONCURRENT)
final class EinsumConformanceTest {
  private static final long SEED = Long.getLong("einkorn.seed", 20261121L);
  private static final Set<String> LOGIC = Set.of("or", "and", "xor");

  private final List<String> failures = new ArrayList<>();

  @Test
  void theTableIsLarge() {
    List<EinsumCase> cases = EinsumCase.all();
    assertTrue(cases.size() >= 400, cases.size() + " cases");
    long wrong = cases.stream().filter(one -> !one.errors().isEmpty()).count();
    assertTrue(wrong >= 100, wrong + " wrong ones");
    for (DType type : DType.values()) {
      assertTrue(
          cases.stream().anyMatch(one -> one.operands().stream().anyMatch(o -> o.dtype() == type)),
          type + " does not occur");
    }
  }

  @Test
  void theInterpreterConforms() {
    conforms(Target.interpreter());
  }

  @Test
  void bytecodeConforms() {
    conforms(Target.jvm());
  }

  @Test
  void machineCodeConforms() {
    conforms(Target.llvm());
  }

  private void conforms(Target target) {
    for (EinsumCase one : EinsumCase.all()) {
      try (Arena arena = Arena.ofConfined()) {
        check(one, target, arena);
      }
    }
    assertEquals("", String.join("\n", failures), "seed " + SEED + " on " + target.name());
  }

  private void fail(EinsumCase one, String why) {
    failures.add(one + ": " + why);
  }

  private void check(EinsumCase one, Target target, Arena arena) {
    Random random = new Random(SEED + one.line());
    List<List<Pair>> elements = new ArrayList<>();
    Tensor[] operands = new Tensor[one.operands().size()];
    for (int number = 0; number < operands.length; number++) {
      Operand operand = one.operands().get(number);
      operands[number] = Tensor.allocate(arena, operand.dtype(), operand.shape());
      elements.add(
          operand.dtype().isComplex()
              ? fillPairs(operand, operands[number], random)
              : fill(operand, operands[number], random).stream().map(Pair::real).toList());
    }
    try {
      Tensor result =
          Einsum.of(one.spec())
              .over(one.operations())
              .with(Options.defaults().withTarget(target))
              .apply(arena, operands);
      if (!one.errors().isEmpty()) {
        fail(one, "not refused but " + result);
        return;
      }
      compare(one, result, elements);
    } catch (CompileException e) {
      List<Fault> found =
          e.diagnostics().stream()
              .map(
                  diagnostic -> {
                    var span = diagnostic.span().orElseThrow();
                    return new Fault(diagnostic.code(), span.column(), span.text());
                  })
              .toList();
      if (!found.equals(one.errors())) {
        fail(one, "expected " + one.errors() + ", found " + found);
      }
      if (e.diagnostics().stream().anyMatch(diagnostic -> diagnostic.help().isEmpty())) {
        fail(one, "no way out in " + e.getMessage());
      }
    } catch (DataException e) {
      if (e.help().isEmpty()) {
        fail(one, "no way out in " + e.describe());
      }
      List<Fault> found = List.of(new Fault(e.fault().code(), 0, ""));
      if (!found.equals(one.errors())) {
        fail(one, "expected " + one.errors() + ", found " + e.getMessage());
      }
    }
  }

  private static List<Double> fill(Operand operand, Tensor tensor, Random random) {
    List<Double> elements = new ArrayList<>();
    long[] extents = operand.shape().extents();
    long[] index = new long[extents.length];
    for (long place = 0; place < tensor.elementCount(); place++) {
      long rest = place;
      for (int axis = extents.length - 1; axis >= 0; axis--) {
        index[axis] = rest % extents[axis];
        rest /= extents[axis];
      }
      if (operand.values().isEmpty()) {
        elements.add(Numbers.random(operand.dtype(), random));
        tensor.set(elements.getLast(), index);
      } else if (operand.dtype() == DType.I64) {
        elements.add(Double.longBitsToDouble(Long.parseLong(operand.values().get((int) place))));
        tensor.setLong(Long.parseLong(operand.values().get((int) place)), index);
      } else {
        double value = parse(operand.values().get((int) place));
        elements.add(Numbers.round(operand.dtype(), value));
        tensor.set(value, index);
      }
    }
    return elements;
  }

  private static List<Pair> fillPairs(Operand operand, Tensor tensor, Random random) {
    List<Pair> elements = new ArrayList<>();
    for (long[] index : Indices.of(operand.shape().extents())) {
      Pair value =
          new Pair(
              Numbers.random(operand.dtype(), random), Numbers.random(operand.dtype(), random));
      elements.add(value);
      tensor.setComplex(value.re(), value.im(), index);
    }
    return elements;
  }

  private static double parse(String text) {
    return switch (text) {
      case "inf" -> Double.POSITIVE_INFINITY;
      case "-inf" -> Double.NEGATIVE_INFINITY;
      case "nan" -> Double.NaN;
      default -> Double.parseDouble(text);
    };
  }

  private void compare(EinsumCase one, Tensor result, List<List<Pair>> elements) {
    Operand expected = one.results().getFirst();
    if (result.dtype() != expected.dtype() || !result.shape().equals(expected.shape())) {
      fail(one, "expected " + expected + ", found " + result.dtype() + result.shape());
      return;
    }
    List<long[]> shapes = one.operands().stream().map(o -> o.shape().extents()).toList();
    List<String> operations = Numbers.operations(one.operations());
    boolean isLogic = expected.dtype() == DType.BOOL;
    String plus = isLogic && operations.getFirst().equals("plus") ? "or" : operations.getFirst();
    String times = isLogic && operations.getLast().equals("times") ? "and" : operations.getLast();
    if (LOGIC.contains(plus) != isLogic) {
      fail(one, "truth values and numbers");
      return;
    }
    List<List<Double>> reals =
        elements.stream().map(values -> values.stream().map(Pair::truth).toList()).toList();
    if (expected.dtype().isComplex()) {
      comparePairs(one, result, shapes, elements, plus, times);
    } else if (expected.dtype().isFloat()) {
      compareReals(one, result, shapes, reals, plus, times);
    } else {
      compareWholes(one, result, shapes, reals, plus, times);
    }
  }

  private void comparePairs(
      EinsumCase one,
      Tensor result,
      List<long[]> shapes,
      List<List<Pair>> elements,
      String plus,
      String times) {
    Definition<Pair> definition = new Definition<>(one.spec(), shapes);
    Pair empty = Pair.real(Numbers.empty(result.dtype(), plus));
    List<Element<Pair>> expected =
        definition.compute(elements, Pair.operation(plus), Pair.operation(times), empty);
    List<List<Double>> sizes =
        elements.stream().map(values -> values.stream().map(Pair::size).toList()).toList();
    BinaryOperator<Double> add = plus.equals("times") ? Numbers.real(plus) : Double::sum;
    List<Element<Double>> magnitudes =
        new Definition<Double>(one.spec(), shapes).compute(sizes, add, Numbers.real(times), 0.0);
    double unit = result.dtype() == DType.C128 ? 0x1p-52 : 0x1p-23;
    int place = 0;
    for (long[] index : Indices.of(result.shape().extents())) {
      Pair wanted = expected.get(place).value();
      double slack = (expected.get(place).count() + 8) * 2 * unit * magnitudes.get(place).value();
      boolean agrees =
          Math.abs(result.getReal(index) - wanted.re()) <= slack
              && Math.abs(result.getImaginary(index) - wanted.im()) <= slack;
      if (!agrees) {
        fail(one, "element " + place + " of " + result + ", expected " + wanted);
        return;
      }
      place++;
    }
    if (!Arrays.equals(definition.shape(), result.shape().extents())) {
      fail(one, "expected the shape " + Arrays.toString(definition.shape()));
    }
  }

  private void compareWholes(
      EinsumCase one,
      Tensor result,
      List<long[]> shapes,
      List<List<Double>> elements,
      String plus,
      String times) {
    DType type = result.dtype();
    List<List<Long>> wholes = new ArrayList<>();
    for (int number = 0; number < elements.size(); number++) {
      Operand operand = one.operands().get(number);
      boolean isBits = operand.dtype() == DType.I64 && !operand.values().isEmpty();
      wholes.add(
          elements.get(number).stream()
              .map(
                  value ->
                      isBits
                          ? Double.doubleToRawLongBits(value)
                          : type == DType.BOOL ? (value == 0 ? 0L : 1L) : value.longValue())
              .toList());
    }
    Definition<Long> definition = new Definition<>(one.spec(), shapes);
    List<Element<Long>> expected =
        definition.compute(
            wholes, Numbers.whole(plus), Numbers.whole(times), (long) Numbers.empty(type, plus));
    long[] found = result.toLongArray();
    long[] wanted = expected.stream().mapToLong(Element::value).toArray();
    if (!Arrays.equals(definition.shape(), result.shape().extents())
        || !Arrays.equals(found, wanted)) {
      fail(one, "expected " + Arrays.toString(wanted) + ", found " + Arrays.toString(found));
    }
    if (!Arrays.stream(wanted).allMatch(value -> Numbers.fits(type, value))) {
      fail(one, "a result that does not fit was not refused");
    }
  }

  private void compareReals(
      EinsumCase one,
      Tensor result,
      List<long[]> shapes,
      List<List<Double>> elements,
      String plus,
      String times) {
    DType type = result.dtype();
    Definition<Double> definition = new Definition<>(one.spec(), shapes);
    BinaryOperator<Double> add = Numbers.real(plus);
    double empty = Numbers.empty(type, plus);
    List<Element<Double>> expected = definition.compute(elements, add, Numbers.real(times), empty);
    List<List<Double>> sizes =
        elements.stream().map(values -> values.stream().map(Math::abs).toList()).toList();
    List<Element<Double>> magnitudes =
        definition.compute(
            sizes, plus.equals("times") ? add : Double::sum, Numbers.real(times), 0.0);
    double[] found = result.toDoubleArray();
    for (int place = 0; place < found.length; place++) {
      double wanted = Numbers.round(type, expected.get(place).value());
      double slack =
          (expected.get(place).count() + 8)
              * Numbers.unit(type)
              * (Math.abs(magnitudes.get(place).value()) + Math.abs(wanted));
      boolean isNarrow = type.byteSize() < 4;
      boolean isRounded = plus.equals("lse") || times.equals("lse");
      if (isNarrow) {
        slack = isRounded ? Math.abs(wanted) / (type == DType.F8E5M2 ? 4 : 8) : 0;
      }
      boolean agrees =
          found[place] == wanted
              || (Double.isNaN(wanted) && Double.isNaN(found[place]))
              || Math.abs(found[place] - wanted) <= slack;
      if (!agrees) {
        fail(one, "element " + place + " is " + found[place] + ", expected " + wanted);
        return;
      }
    }
    if (!Arrays.equals(definition.shape(), result.shape().extents())) {
      fail(one, "expected the shape " + Arrays.toString(definition.shape()));
    }
  }
}
