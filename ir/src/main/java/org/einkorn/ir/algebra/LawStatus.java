package org.einkorn.ir.algebra;

import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// How far a [Law] holds for one pair of operations on one type.
///
/// *The same* is meant bit for bit, −0.0 apart from 0.0; all NaNs are one value, and two sides that
/// both trap are the same.
public sealed interface LawStatus {

  /// Both sides are the same for all elements.
  record Holds() implements LawStatus {}

  /// Both sides are the same unless one of `caveats` happens; then they may differ.
  record Unless(Set<Caveat> caveats) implements LawStatus {
    public Unless {
      caveats = ordered(caveats);
      if (caveats.isEmpty()) {
        throw new IllegalArgumentException("a law without caveats holds");
      }
    }
  }

  /// Both sides are one real number, rounded at different places, unless one of `caveats` happens.
  ///
  /// The difference is a few roundings of the largest result on the way, so it can be large against
  /// a sum whose terms cancel.
  record Reassociates(Set<Caveat> caveats) implements LawStatus {
    public Reassociates {
      caveats = ordered(caveats);
    }
  }

  /// It is no law.
  ///
  /// @param witness values of `a`, `b`, `c`, as many as the law has, for which the sides differ
  record Fails(List<Number> witness) implements LawStatus {
    public Fails {
      witness = List.copyOf(witness);
    }
  }

  static LawStatus holds() {
    return new Holds();
  }

  /// What both say together: the law that a rewrite needs when it uses two.
  default LawStatus and(LawStatus other) {
    if (this instanceof Fails || other instanceof Holds) {
      return this;
    }
    if (other instanceof Fails || this instanceof Holds) {
      return other;
    }
    EnumSet<Caveat> both = EnumSet.noneOf(Caveat.class);
    both.addAll(caveatsOrNone());
    both.addAll(other.caveatsOrNone());
    return this instanceof Reassociates || other instanceof Reassociates
        ? new Reassociates(both)
        : new Unless(both);
  }

  /// The caveats, none for a law that holds or fails outright.
  default Set<Caveat> caveatsOrNone() {
    return switch (this) {
      case Holds(), Fails(_) -> Set.of();
      case Unless(Set<Caveat> caveats) -> caveats;
      case Reassociates(Set<Caveat> caveats) -> caveats;
    };
  }

  /// What is left once it has been shown that `absent` do not happen.
  default LawStatus without(Set<Caveat> absent) {
    EnumSet<Caveat> left = EnumSet.noneOf(Caveat.class);
    left.addAll(caveatsOrNone());
    left.removeAll(absent);
    return switch (this) {
      case Holds(), Fails(_) -> this;
      case Unless(_) -> left.isEmpty() ? holds() : new Unless(left);
      case Reassociates(_) -> new Reassociates(left);
    };
  }

  /// The status as the end of a sentence that begins with the law: `holds unless …`.
  default String text() {
    return switch (this) {
      case Holds() -> "holds";
      case Unless(Set<Caveat> caveats) -> "holds unless " + list(caveats);
      case Reassociates(Set<Caveat> caveats) ->
          "holds up to rounding" + (caveats.isEmpty() ? "" : ", unless " + list(caveats));
      case Fails(List<Number> witness) -> "fails: " + assignment(witness);
    };
  }

  private static String list(Set<Caveat> caveats) {
    return caveats.stream().map(Caveat::text).collect(Collectors.joining(", or "));
  }

  private static String assignment(List<Number> witness) {
    StringBuilder text = new StringBuilder("take ");
    for (int number = 0; number < witness.size(); number++) {
      text.append(number == 0 ? "" : ", ").append("abc".charAt(number)).append(" = ");
      text.append(witness.get(number));
    }
    return text.toString();
  }

  private static Set<Caveat> ordered(Set<Caveat> caveats) {
    EnumSet<Caveat> sorted = EnumSet.noneOf(Caveat.class);
    sorted.addAll(caveats);
    return Collections.unmodifiableSet(sorted);
  }
}
