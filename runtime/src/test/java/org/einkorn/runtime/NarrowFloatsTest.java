package org.einkorn.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.function.DoubleFunction;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

class NarrowFloatsTest {
  private static final int RANDOM_CASES = 20_000;

  /// One narrow type: its codes, its functions, and its numbers from the specification.
  private record Type(
      String name,
      int codes,
      int fractionBits,
      int bias,
      boolean infinities,
      IntFunction<Float> decode,
      DoubleFunction<Integer> encodeFloat,
      DoubleFunction<Integer> encodeDouble) {
    int signBit() {
      return codes / 2;
    }

    /// The value of a code, from the definition of the formats: the oracle for the decoders.
    double value(int code) {
      int magnitude = code % signBit();
      int fraction = magnitude % (1 << fractionBits);
      int exponent = magnitude >> fractionBits;
      int top = (signBit() >> fractionBits) - 1;
      double value;
      if (infinities && exponent == top) {
        value = fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
      } else if (!infinities && magnitude == signBit() - 1) {
        value = Double.NaN;
      } else if (exponent == 0) {
        value = fraction * Math.pow(2, 1 - bias - fractionBits);
      } else {
        value = (1 + fraction / Math.pow(2, fractionBits)) * Math.pow(2, (double) exponent - bias);
      }
      return code >= signBit() ? -value : value;
    }

    /// The code of the largest finite number.
    int largest() {
      return infinities ? ((signBit() >> fractionBits) - 1 << fractionBits) - 1 : signBit() - 2;
    }
  }

  private static final Type F16 =
      new Type(
          "f16",
          65536,
          10,
          15,
          true,
          code -> NarrowFloats.f16ToFloat((short) code),
          value -> NarrowFloats.floatToF16((float) value) & 0xFFFF,
          value -> NarrowFloats.doubleToF16(value) & 0xFFFF);
  private static final Type BF16 =
      new Type(
          "bf16",
          65536,
          7,
          127,
          true,
          code -> NarrowFloats.bf16ToFloat((short) code),
          value -> NarrowFloats.floatToBf16((float) value) & 0xFFFF,
          value -> NarrowFloats.doubleToBf16(value) & 0xFFFF);
  private static final Type E4M3 =
      new Type(
          "f8e4m3",
          256,
          3,
          7,
          false,
          code -> NarrowFloats.f8e4m3ToFloat((byte) code),
          value -> NarrowFloats.floatToF8e4m3((float) value) & 0xFF,
          value -> NarrowFloats.doubleToF8e4m3(value) & 0xFF);
  private static final Type E5M2 =
      new Type(
          "f8e5m2",
          256,
          2,
          15,
          true,
          code -> NarrowFloats.f8e5m2ToFloat((byte) code),
          value -> NarrowFloats.floatToF8e5m2((float) value) & 0xFF,
          value -> NarrowFloats.doubleToF8e5m2(value) & 0xFF);
  private static final Type[] TYPES = {F16, BF16, E4M3, E5M2};

  @Test
  void everyCodeDecodesToItsDefinitionAndBack() {
    for (Type type : TYPES) {
      for (int code = 0; code < type.codes(); code++) {
        float decoded = type.decode().apply(code);
        assertEquals((float) type.value(code), decoded, type.name() + " code " + code);
        int fromFloat = type.encodeFloat().apply(decoded);
        int fromDouble = type.encodeDouble().apply(decoded);
        if (Float.isNaN(decoded)) {
          assertTrue(Double.isNaN(type.value(fromFloat)), type.name() + " NaN code " + code);
          assertTrue(Double.isNaN(type.value(fromDouble)), type.name() + " NaN code " + code);
          assertEquals(
              code >= type.signBit(),
              fromFloat >= type.signBit(),
              type.name() + " sign of " + code);
        } else {
          assertEquals(code, fromFloat, type.name());
          assertEquals(code, fromDouble, type.name());
        }
      }
    }
  }

  /// Between two neighbours: below the middle rounds down, above rounds up, the middle to the even
  /// code.
  @Test
  void roundsToNearestWithTiesToEven() {
    for (Type type : TYPES) {
      for (int code = 0; code < type.largest(); code++) {
        double low = type.value(code);
        double high = type.value(code + 1);
        double middle = low + (high - low) / 2;
        int even = (code & 1) == 0 ? code : code + 1;
        assertNear(type, middle, even);
        assertEquals(code, type.encodeDouble().apply(Math.nextDown(middle)), type.name());
        assertEquals(code + 1, type.encodeDouble().apply(Math.nextUp(middle)), type.name());
        if (middle == (float) middle) {
          assertEquals(code, type.encodeFloat().apply(Math.nextDown((float) middle)), type.name());
          assertEquals(
              code + 1, type.encodeFloat().apply(Math.nextUp((float) middle)), type.name());
        }
      }
    }
  }

  private static void assertNear(Type type, double middle, int even) {
    assertEquals(even, type.encodeDouble().apply(middle), type.name() + " " + middle);
    assertEquals(
        even + type.signBit(), type.encodeDouble().apply(-middle), type.name() + " -" + middle);
    if (middle == (float) middle) {
      assertEquals(even, type.encodeFloat().apply(middle), type.name() + " " + middle);
    }
  }

  @Test
  void overflowsAsTheFormatsSay() {
    // The middle between the largest number and what would follow rounds to even: up where the
    // largest
    // is odd (all that have infinities), down to 448 in e4m3.
    for (Type type : new Type[] {F16, BF16, E5M2}) {
      double largest = type.value(type.largest());
      double middle = largest + (largest - type.value(type.largest() - 1)) / 2;
      assertEquals(type.largest(), type.encodeDouble().apply(Math.nextDown(middle)), type.name());
      assertEquals(type.largest() + 1, type.encodeDouble().apply(middle), type.name());
      assertEquals(type.largest() + 1, type.encodeDouble().apply(1e300), type.name());
      assertEquals(
          type.largest() + 1, type.encodeFloat().apply(Double.POSITIVE_INFINITY), type.name());
    }
    assertEquals(0x7E, NarrowFloats.floatToF8e4m3(448f));
    assertEquals(0x7E, NarrowFloats.floatToF8e4m3(464f));
    assertEquals(0x7F, NarrowFloats.floatToF8e4m3(Math.nextUp(464f)));
    assertEquals(0x7F, NarrowFloats.floatToF8e4m3(Float.POSITIVE_INFINITY));
    assertEquals((byte) 0xFF, NarrowFloats.floatToF8e4m3(Float.NEGATIVE_INFINITY));
    assertEquals((byte) 0xFF, NarrowFloats.doubleToF8e4m3(-1e300));
    assertEquals(57344f, NarrowFloats.f8e5m2ToFloat((byte) 0x7B));
  }

  /// Rounding to float first would land on the middle and then go to the even side, down.
  @Test
  void doublesRoundOnce() {
    double justAboveMiddle = 1 + 0x1p-11 + 0x1p-40;
    assertEquals(0x3C01, NarrowFloats.doubleToF16(justAboveMiddle));
    assertEquals(0x3C00, NarrowFloats.floatToF16((float) justAboveMiddle));
    assertEquals(0x3F81, NarrowFloats.doubleToBf16(1 + 0x1p-8 + 0x1p-40));
    assertEquals(0x39, NarrowFloats.doubleToF8e4m3(1 + 0x1p-4 + 0x1p-40));
    assertEquals(0x3D, NarrowFloats.doubleToF8e5m2(1 + 0x1p-3 + 0x1p-40));
    assertEquals(0x0001, NarrowFloats.doubleToF16(0x1p-25 + 0x1p-70));
    assertEquals(0, NarrowFloats.doubleToF16(0x1p-25));
    assertEquals(0, NarrowFloats.doubleToF16(Double.MIN_VALUE));
    assertEquals((short) 0x8000, NarrowFloats.doubleToF16(-Double.MIN_VALUE));
  }

  /// The nearest code is one whose value has the smallest distance, for any double.
  @Test
  void noOtherCodeIsNearer() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int n = 0; n < RANDOM_CASES; n++) {
      double value = Math.scalb(random.nextDouble() * 2 - 1, random.nextInt(-30, 20));
      for (Type type : new Type[] {E4M3, E5M2, F16}) {
        String message = type.name() + " " + value + ", seed " + seed;
        int code = type.encodeDouble().apply(value);
        double decoded = type.value(code);
        int magnitude = code % type.signBit();
        if (magnitude > type.largest()) {
          assertTrue(Math.abs(value) > type.value(type.largest()), message);
        } else {
          double distance = Math.abs(value - decoded);
          double above = type.value(magnitude + 1);
          assertTrue(Double.isNaN(above) || Math.abs(Math.abs(value) - above) >= distance, message);
          assertTrue(
              magnitude == 0 || Math.abs(Math.abs(value) - type.value(magnitude - 1)) >= distance,
              message);
        }
      }
    }
  }
}
