package org.einkorn.differential;

import java.util.LinkedHashMap;
import java.util.Map;
import org.einkorn.runtime.DataFault;
import org.einkorn.runtime.exec.KernelTrap;

/// What one run of a program came to.
sealed interface Outcome {
  /// All tensors of the module after the run.
  record Finished(Map<String, Data> tensors) implements Outcome {
    public Finished {
      tensors = new LinkedHashMap<>(tensors);
    }
  }

  /// The data made it fail.
  ///
  /// @param function the function that was running
  /// @param fetch the source, tensor and axis of the position, for a position outside its axis
  record Trapped(String function, KernelTrap.Kind kind, String fetch, long value, long bound)
      implements Outcome {
    /// The tensor whose equation failed.
    String definition() {
      int dot = function.indexOf('.');
      return dot < 0 ? function : function.substring(0, dot);
    }

    /// Whether a user who is told of `failed` is told of this.
    boolean isReportedAs(Failed failed) {
      DataFault fault =
          switch (kind) {
            case POSITION -> DataFault.POSITION_OUTSIDE_AXIS;
            case OVERFLOW -> DataFault.INTEGER_OVERFLOW;
            case UNSETTLED -> DataFault.NOT_SETTLED;
          };
      return failed.fault() == fault && failed.place().contains("`" + function + "`");
    }
  }

  /// The data made it fail, as the user is told.
  ///
  /// @param place where, in words
  record Failed(DataFault fault, String place) implements Outcome {}

  /// It did something that no program may do.
  record Broken(String what) implements Outcome {}
}
