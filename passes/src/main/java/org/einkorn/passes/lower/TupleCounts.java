package org.einkorn.passes.lower;

import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Collectors;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Module;

/// How many tuples the fixpoints of a module have derived when all is done.
public final class TupleCounts {
  private TupleCounts() {}

  /// For each relation that a fixpoint derives the number of its tuples, an `i64` over the memory
  /// of the module.
  public static SequencedMap<String, Scalar> of(Module module) {
    Set<String> buffers =
        module.buffers().stream().map(Buffer::name).collect(Collectors.toUnmodifiableSet());
    SequencedMap<String, Scalar> counts = new LinkedHashMap<>();
    for (Buffer buffer : module.buffers()) {
      String name = buffer.name();
      int dot = name.lastIndexOf('.');
      if (dot > 0) {
        String relation = name.substring(0, dot);
        Optional<Scalar> count =
            TableFrontier.derived(relation, name, buffers)
                .or(() -> Worklist.derived(relation, name, buffers));
        count.ifPresent(number -> counts.put(relation, number));
      }
    }
    return counts;
  }
}
