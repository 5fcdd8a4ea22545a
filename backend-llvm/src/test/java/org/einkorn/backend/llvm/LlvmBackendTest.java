package org.einkorn.backend.llvm;

import static org.einkorn.backend.llvm.Samples.*;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.SplittableRandom;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.exec.KernelTrap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LlvmBackendTest {
  @ParameterizedTest
  @EnumSource(
      names = {"F64", "F32", "F16", "BF16", "F8E4M3", "F8E5M2", "I64", "I32", "I16", "I8", "U8"})
  void multipliesMatricesOfEveryNumberType(DType type) {
    long seed = 7;
    SplittableRandom random = new SplittableRandom(seed);
    Trial.compare(
        matmul(type),
        new long[] {5, 7, 3},
        (name, trial) -> {
          for (int index = 0; index < trial.count(name); index++) {
            double value = type.isFloat() ? random.nextDouble(-2, 2) : random.nextInt(0, 5);
            int at = index;
            double[] values = trial.reals(name);
            values[at] = value;
            trial.set(name, values);
          }
        },
        0);
  }

  @Test
  void trapsWhereAnIntegerOverflows() {
    try (Trial trial = Trial.compiled(matmul(DType.I32), 1, 2, 1)) {
      trial.setLongs("A", 65536, 1).setLongs("B", 32767, 65535);
      trial.run();
      assertArrayEquals(new long[] {65536L * 32767 + 65535}, trial.integers("C"));
      trial.setLongs("A", 65536, 1).setLongs("B", 32767, 65536);
      assertEquals(KernelTrap.Kind.OVERFLOW, trial.attempt().orElseThrow().kind());
    }
  }
}
