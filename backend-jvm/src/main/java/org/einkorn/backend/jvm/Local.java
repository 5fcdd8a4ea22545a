package org.einkorn.backend.jvm;

import java.util.List;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.runtime.DType;

/// What the name of an allocation stands for in one method.
sealed interface Local {
  DType type();

  /// One value in a local variable.
  record Register(int slot, DType type) implements Local {}

  /// A Java array in a local variable.
  record Array(int slot, Buffer buffer) implements Local {
    @Override
    public DType type() {
      return buffer.type().dtype();
    }
  }

  /// One value for each lane of the loop that is being translated.
  ///
  /// @param slots local variables with vectors, side by side
  /// @param isMasked whether lanes that a guard leaves out keep what they hold
  record Lanes(List<Integer> slots, DType type, boolean isMasked) implements Local {
    public Lanes {
      slots = List.copyOf(slots);
    }
  }

  /// An array that lies in vectors.
  ///
  /// @param slots local variables with the vectors, row by row
  /// @param isMasked whether elements that a guard leaves out keep what they hold
  record Vectors(List<Integer> slots, Buffer buffer, boolean isMasked) implements Local {
    public Vectors {
      slots = List.copyOf(slots);
    }

    @Override
    public DType type() {
      return buffer.type().dtype();
    }
  }
}
