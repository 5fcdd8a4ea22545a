package org.einkorn.passes.trace;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.text.TensorPrinter;

/// What rules did to a program, what they would not do, and what that will cost.
///
/// @param forced decisions that a limit of memory made far dearer
public record Trace(List<Applied> applied, List<Refused> refused, List<Forced> forced) {
  public Trace {
    applied = List.copyOf(applied);
    refused = List.copyOf(refused);
    forced = List.copyOf(forced);
  }

  /// One rewrite.
  ///
  /// @param definition the name of the tensor whose definition was rewritten
  /// @param because the condition that was proved; empty where none was needed
  public record Applied(
      String definition,
      String rule,
      Kind kind,
      List<Definition> before,
      List<Definition> after,
      String because) {
    public Applied {
      before = List.copyOf(before);
      after = List.copyOf(after);
    }

    /// The definitions before, as IR text.
    public String beforeText() {
      return text(before);
    }

    /// The definitions after, as IR text.
    public String afterText() {
      return text(after);
    }

    private static String text(List<Definition> definitions) {
      return definitions.stream()
          .map(TensorPrinter::print)
          .map(String::strip)
          .collect(Collectors.joining("\n"));
    }
  }

  /// A rewrite that a law or a condition forbids.
  ///
  /// @param definition the name of the tensor whose definition stays as it is
  /// @param why the law that fails and for what
  public record Refused(String definition, String rule, String why) {}

  /// A plan that is far dearer than the one that a limit of memory excludes.
  ///
  /// @param definition the name of the tensor that it computes
  /// @param asWritten whether nothing was split, or else what was runs in slices
  /// @param plan what is done
  /// @param better what would be done without the limit
  /// @param neededBytes the smallest limit under which the better plan is taken
  public record Forced(
      String definition, boolean asWritten, Cost plan, Cost better, double neededBytes) {}

  /// What a plan is predicted to cost.
  ///
  /// @param operations the points of all its loops
  public record Cost(double operations, double seconds) {}

  /// Collects a trace while passes run.
  public static final class Recorder {
    private final List<Applied> applied = new ArrayList<>();
    private final Set<Refused> refused = new LinkedHashSet<>();
    private final Set<Forced> forced = new LinkedHashSet<>();

    public void record(Applied rewrite) {
      applied.add(rewrite);
    }

    /// The same refusal twice is one.
    public void record(Refused refusal) {
      refused.add(refusal);
    }

    /// The same decision twice is one.
    public void record(Forced decision) {
      forced.add(decision);
    }

    /// What was recorded so far.
    public Trace trace() {
      return new Trace(applied, List.copyOf(refused), List.copyOf(forced));
    }
  }
}
