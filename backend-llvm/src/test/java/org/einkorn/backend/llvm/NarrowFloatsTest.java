package org.einkorn.backend.llvm;

import static org.einkorn.backend.llvm.Samples.map;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import org.einkorn.backend.llvm.binding.Target;
import org.einkorn.backend.llvm.binding.TargetMachine;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.loop.Module;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.Elements;
import org.einkorn.runtime.exec.KernelModule;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Every code of every narrow float, both ways, with and without the CPU's own conversions.
class NarrowFloatsTest {
  private static KernelModule compile(Module module, String target) {
    Target cpu = Targets.named(target);
    byte[] object =
        Emitter.machineCode(
            module, cpu, "narrow", ModuleLowering.Doors.KERNELS, TargetMachine::object);
    return LlvmBackend.link(module, "narrow", object);
  }

  private static int bits(DType type) {
    return 8 * type.byteSize();
  }

  @ParameterizedTest
  @CsvSource({
    "F16, native",
    "F16, x86-64",
    "F16, x86-64-v3",
    "BF16, native",
    "F8E4M3, native",
    "F8E5M2, native",
    "F8E5M2, x86-64"
  })
  void readsAndWritesEveryCode(DType type, String target) {
    int count = 1 << bits(type);
    Module widen = map(type, DType.F32, x -> Scalar.cast(DType.F32, x));
    Module narrow = map(DType.F32, type, x -> Scalar.cast(type, x));
    try (Trial read = Trial.of(compile(widen, target), count);
        Trial write = Trial.of(compile(narrow, target), count)) {
      for (int code = 0; code < count; code++) {
        if (bits(type) == 16) {
          read.segment("X").setAtIndex(ValueLayout.JAVA_SHORT, code, (short) code);
        } else {
          read.segment("X").set(ValueLayout.JAVA_BYTE, code, (byte) code);
        }
      }
      read.run();
      for (int code = 0; code < count; code++) {
        same(type, code, read.real("X", code), read.real("Y", code));
      }
      write.segment("X").copyFrom(read.segment("Y"));
      write.run();
      for (int code = 0; code < count; code++) {
        same(type, code, read.real("X", code), write.real("Y", code));
      }
    }
  }

  /// Numbers in the middle between two codes, next to them, and everywhere else.
  @ParameterizedTest
  @CsvSource({"F16, native", "F16, x86-64", "BF16, native", "F8E4M3, native", "F8E5M2, native"})
  void roundsOnce(DType type, String target) {
    long seed = 20;
    SplittableRandom random = new SplittableRandom(seed);
    int count = 40_000;
    Module fromDouble = map(DType.F64, type, x -> Scalar.cast(type, x));
    Module fromFloat = map(DType.F32, type, x -> Scalar.cast(type, x));
    try (Trial doubles = Trial.of(compile(fromDouble, target), count);
        Trial floats = Trial.of(compile(fromFloat, target), count);
        Trial expected = Trial.of(compile(fromDouble, target), 1)) {
      for (int index = 0; index < count; index++) {
        double value = hard(type, random);
        Elements.setFloat(DType.F64, doubles.segment("X"), index, value);
        Elements.setFloat(DType.F32, floats.segment("X"), index, value);
      }
      doubles.run();
      floats.run();
      for (int index = 0; index < count; index++) {
        Elements.setFloat(type, expected.segment("Y"), 0, doubles.real("X", index));
        same(type, index, expected.real("Y", 0), doubles.real("Y", index));
        Elements.setFloat(type, expected.segment("Y"), 0, floats.real("X", index));
        same(type, index, expected.real("Y", 0), floats.real("Y", index));
      }
    }
  }

  private static double hard(DType type, SplittableRandom random) {
    int code = random.nextInt(1 << bits(type) - 1);
    double value = decode(type, code);
    double next = decode(type, Math.min(code + 1, (1 << bits(type) - 1) - 1));
    double middle = (value + next) / 2;
    double sign = random.nextBoolean() ? 1 : -1;
    return sign
        * switch (random.nextInt(6)) {
          case 0 -> middle;
          case 1 -> Math.nextUp(middle);
          case 2 -> Math.nextDown(middle);
          case 3 -> (double) Math.nextUp((float) middle);
          case 4 -> value + (next - value) * random.nextDouble();
          default -> Double.longBitsToDouble(random.nextLong());
        };
  }

  private static double decode(DType type, int code) {
    var one = java.lang.foreign.MemorySegment.ofArray(new long[1]);
    one.set(ValueLayout.JAVA_LONG, 0, code);
    return Elements.getDouble(type, one, 0);
  }

  private static void same(DType type, int number, double expected, double found) {
    if (Double.isNaN(expected)) {
      if (!Double.isNaN(found)) {
        fail(type + " number " + number + " is " + found + ", not NaN");
      }
    } else {
      assertEquals(expected, found, () -> type + " number " + number);
    }
  }
}
