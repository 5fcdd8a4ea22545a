package org.einkorn.passes.trace;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.text.TensorPrinter;

/// What rules did to a program, and what they would not do.
public record Trace(List<Applied> applied, List<Refused> refused) {
  public Trace {
    applied = List.copyOf(applied);
    refused = List.copyOf(refused);
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

  /// Collects a trace while passes run.
  public static final class Recorder {
    private final List<Applied> applied = new ArrayList<>();
    private final Set<Refused> refused = new LinkedHashSet<>();

    public void record(Applied rewrite) {
      applied.add(rewrite);
    }

    /// The same refusal twice is one.
    public void record(Refused refusal) {
      refused.add(refusal);
    }

    /// What was recorded so far.
    public Trace trace() {
      return new Trace(applied, List.copyOf(refused));
    }
  }
}
