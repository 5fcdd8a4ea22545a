package org.einkorn.passes.order;

import java.util.EnumSet;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.einkorn.ir.algebra.Caveat;
import org.einkorn.ir.algebra.Law;
import org.einkorn.ir.algebra.LawStatus;
import org.einkorn.ir.algebra.Laws;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.passes.rewrite.Signs;
import org.einkorn.passes.trace.Kind;
import org.einkorn.runtime.DType;

/// Whether a term may be split into steps.
///
/// Splitting `⊕ (a ⊗ b ⊗ c)` into `⊕ ((⊕ a ⊗ b) ⊗ c)` exchanges and regroups both operations and
/// takes a common factor out of a reduction. Where the inner reduction has no point at all, its
/// result is the zero of ⊕, which must then annihilate; or there must be no such place.
///
/// @param kind what the split may change
/// @param refusal why it may not be done, if it may not
record OrderLaws(Kind kind, Optional<String> refusal) {
  /// What may happen on data that no one forbids and that a split then shows: the rounding of an
  /// infinity, a NaN, an error on the way. [Kind#REASSOCIATING] says so.
  private static final Set<Caveat> SHOWN =
      EnumSet.of(
          Caveat.OUT_OF_RANGE,
          Caveat.NEGATIVE_ZERO,
          Caveat.NOT_A_NUMBER,
          Caveat.POSITIVE_INFINITY,
          Caveat.NEGATIVE_INFINITY,
          Caveat.INFINITE_FACTOR);

  /// @param type the type in which the steps join
  /// @param isNonEmpty whether an axis is known to have a position
  /// @param signs what is known of the signs of values
  static OrderLaws of(
      Projection projection,
      Contraction term,
      DType type,
      Predicate<Axis> isNonEmpty,
      Signs signs) {
    Optional<Laws> known = Laws.of(projection, term.join(), type);
    if (known.isEmpty()) {
      return refused(
          "no law is known for %s over `%s` on %s"
              .formatted(projection.text(), term.join().text(), type));
    }
    Laws laws = known.get();
    LawStatus all = LawStatus.holds();
    for (Law law :
        new Law[] {
          Law.PLUS_COMMUTES,
          Law.PLUS_ASSOCIATES,
          Law.TIMES_COMMUTES,
          Law.TIMES_ASSOCIATES,
          Law.LEFT_DISTRIBUTES
        }) {
      LawStatus status = provided(laws.status(law), term, signs);
      if (!SHOWN.containsAll(status.caveatsOrNone()) || status instanceof LawStatus.Fails) {
        return refused(laws.why(law));
      }
      all = all.and(status);
    }
    if (!isZeroHarmless(laws, term, isNonEmpty)) {
      return refused(laws.why(Law.ZERO_ANNIHILATES) + ", and a reduction may have no point");
    }
    boolean isExact = all instanceof LawStatus.Holds;
    return new OrderLaws(isExact ? Kind.EXACT : Kind.REASSOCIATING, Optional.empty());
  }

  private static OrderLaws refused(String why) {
    return new OrderLaws(Kind.EXACT, Optional.of(why));
  }

  private static LawStatus provided(LawStatus status, Contraction term, Signs signs) {
    return term.operands().stream().allMatch(signs::isNonNegative)
        ? status.without(EnumSet.of(Caveat.NEGATIVE_FACTOR, Caveat.NEGATIVE))
        : status;
  }

  private static boolean isZeroHarmless(Laws laws, Contraction term, Predicate<Axis> isNonEmpty) {
    LawStatus status = laws.status(Law.ZERO_ANNIHILATES);
    Set<Caveat> open = new HashSet<>(status.caveatsOrNone());
    open.remove(Caveat.NOT_A_NUMBER);
    open.remove(Caveat.POSITIVE_INFINITY);
    open.remove(Caveat.NEGATIVE_INFINITY);
    if (laws.plus() == Projection.SUM) {
      // 0 · −x is −0.0, and −0.0 joined to a sum is lost in it.
      open.remove(Caveat.NEGATIVE);
    }
    if (!(status instanceof LawStatus.Fails) && open.isEmpty()) {
      return true;
    }
    Set<String> reduced = term.reducedAxes();
    return term.guards().isEmpty()
        && term.axes().stream().filter(axis -> reduced.contains(axis.name())).allMatch(isNonEmpty);
  }
}
