package org.einkorn.passes.rewrite;

import java.util.List;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.passes.trace.Kind;

/// What a rule says to one definition.
public sealed interface Outcome {
  /// The left side of the rule's equation is not there.
  record Unchanged() implements Outcome {}

  /// What to put in the definition's place.
  ///
  /// @param kind what this rewrite may change, here and with these types
  /// @param before the definitions that the rule looked at, for the reader of the trace
  /// @param after new definitions, the last with the name and type of the one rewritten
  /// @param because the condition that was proved; empty where none was needed
  record Rewritten(Kind kind, List<Definition> before, List<Definition> after, String because)
      implements Outcome {
    public Rewritten {
      before = List.copyOf(before);
      after = List.copyOf(after);
      if (after.isEmpty()) {
        throw new IllegalArgumentException("a rewrite needs a result");
      }
      if (because.isEmpty() && kind == Kind.CONDITIONAL) {
        throw new IllegalArgumentException("a conditional rewrite says what was proved");
      }
    }
  }

  /// The left side is there, but something that the equation needs does not hold.
  ///
  /// @param why the law or condition, as a user reads it
  record Refused(String why) implements Outcome {}

  static Outcome unchanged() {
    return new Unchanged();
  }

  static Outcome refused(String why) {
    return new Refused(why);
  }

  /// One definition for another.
  ///
  /// @param kind not [Kind#CONDITIONAL], which needs a reason
  static Outcome rewritten(Kind kind, Definition before, Definition after) {
    return new Rewritten(kind, List.of(before), List.of(after), "");
  }
}
