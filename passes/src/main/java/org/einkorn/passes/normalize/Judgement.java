package org.einkorn.passes.normalize;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.algebra.Caveat;
import org.einkorn.ir.algebra.Law;
import org.einkorn.ir.algebra.LawStatus;
import org.einkorn.ir.algebra.Laws;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.passes.rewrite.Outcome;
import org.einkorn.passes.trace.Kind;

/// Finds the kind of a rewrite from the laws it uses, or why it must not be made.
///
/// A law that holds asks for nothing. One that holds but for caveats makes the rewrite conditional
/// where they were all ruled out. What is left of them refuses it, except the strange values of
/// floats (NaN, infinities, the sign of zero, overflow to infinity): those a reassociating rewrite
/// may treat otherwise.
final class Judgement {
  private final Set<String> proved = new LinkedHashSet<>();
  private Kind kind = Kind.EXACT;
  private Optional<String> refusal = Optional.empty();

  /// The rewrite leaves out a rounding, or rounds elsewhere.
  void rounds() {
    kind = kind.and(Kind.REASSOCIATING);
  }

  /// The rewrite needs a condition that was proved.
  ///
  /// @param condition as a user reads it
  void needs(String condition) {
    proved.add(condition);
    kind = kind.and(Kind.CONDITIONAL);
  }

  /// The rewrite can't be made.
  ///
  /// @param why as a user reads it
  void refuse(String why) {
    if (refusal.isEmpty()) {
      refusal = Optional.of(why);
    }
  }

  /// The rewrite uses a law.
  ///
  /// @param absent caveats that were ruled out
  void uses(Laws laws, Law law, Set<Caveat> absent) {
    LawStatus status = laws.status(law);
    switch (status) {
      case LawStatus.Holds() -> {}
      case LawStatus.Fails _ -> refuse(laws.why(law));
      case LawStatus.Unless(Set<Caveat> caveats) -> weigh(laws, law, caveats, absent);
      case LawStatus.Reassociates(Set<Caveat> caveats) -> {
        rounds();
        weigh(laws, law, caveats, absent);
      }
    }
  }

  private void weigh(Laws laws, Law law, Set<Caveat> caveats, Set<Caveat> absent) {
    for (Caveat caveat : caveats) {
      if (absent.contains(caveat)) {
        needs("never is it that " + caveat.text());
      } else if (isStrangeFloat(laws, law, caveat)) {
        rounds();
      } else {
        refuse(laws.why(law));
      }
    }
  }

  /// Whether a caveat speaks only of values that a reassociating rewrite may treat otherwise.
  private static boolean isStrangeFloat(Laws laws, Law law, Caveat caveat) {
    return (laws.type().isFloat() || laws.type().isComplex())
        && switch (caveat) {
          case OUT_OF_RANGE,
              NEGATIVE_ZERO,
              NOT_A_NUMBER,
              POSITIVE_INFINITY,
              NEGATIVE_INFINITY,
              INFINITE_FACTOR ->
              true;
          // 0 · −1 is −0.0; but −∞ · −1 is +∞
          case NEGATIVE -> law == Law.ZERO_ANNIHILATES && laws.zero().doubleValue() == 0;
          case ZERO, NEGATIVE_FACTOR -> false;
        };
  }

  /// Why the rewrite can't be made, if it can't.
  Optional<String> refusal() {
    return refusal;
  }

  /// The rewrite, or its refusal.
  ///
  /// @param after one definition in the place of the last of `before`
  Outcome outcome(List<Definition> before, Definition after) {
    return refusal
        .map(Outcome::refused)
        .orElseGet(
            () -> new Outcome.Rewritten(kind, before, List.of(after), String.join("; ", proved)));
  }
}
