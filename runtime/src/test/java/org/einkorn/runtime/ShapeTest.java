package org.einkorn.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class ShapeTest {
  @Test
  void knowsItsExtents() {
    Shape shape = Shape.of(2, 3, 4);
    assertEquals(3, shape.rank());
    assertEquals(4, shape.extent(2));
    assertEquals(24, shape.elementCount());
    assertArrayEquals(new long[] {12, 4, 1}, shape.rowMajorStrides());
    assertEquals("[2, 3, 4]", shape.toString());
  }

  @Test
  void aScalarHasOneElement() {
    assertEquals(1, Shape.of().elementCount());
    assertEquals("[]", Shape.of().toString());
    assertArrayEquals(new long[0], Shape.of().rowMajorStrides());
  }

  @Test
  void doesNotChangeWithItsArguments() {
    long[] extents = {2, 3};
    Shape shape = Shape.of(extents);
    extents[0] = 9;
    shape.extents()[1] = 9;
    assertEquals(Shape.of(2, 3), shape);
    assertEquals(Shape.of(2, 3).hashCode(), shape.hashCode());
    assertNotEquals(Shape.of(3, 2), shape);
  }

  @Test
  void countsUpToTheLastLongAndNoFurther() {
    assertEquals(Long.MAX_VALUE, Shape.of(Long.MAX_VALUE).elementCount());
    assertCode("E0530", () -> Shape.of(1L << 32, 1L << 31));
    assertCode("E0530", () -> Shape.of(Long.MAX_VALUE, 2));
  }

  @Test
  void emptyShapesMustStillHaveCountableStrides() {
    assertEquals(0, Shape.of(0, 5).elementCount());
    assertArrayEquals(new long[] {5, 1}, Shape.of(0, 5).rowMajorStrides());
    assertCode("E0530", () -> Shape.of(0, 1L << 40, 1L << 40));
  }

  @Test
  void refusesWhatIsNoExtentAndNoAxis() {
    assertCode("E0531", () -> Shape.of(2, -1));
    assertCode("E0533", () -> Shape.of(2).extent(1));
    assertCode("E0533", () -> Shape.of(2).extent(-1));
    assertCode("E0533", () -> Shape.of().extent(0));
  }

  private static void assertCode(String code, org.junit.jupiter.api.function.Executable work) {
    assertEquals(code, assertThrows(DataException.class, work).code());
  }
}
