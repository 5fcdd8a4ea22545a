package org.einkorn.differential;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.eval.ProgramInterpreter;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.Reach;
import org.einkorn.passes.trace.Kind;
import org.einkorn.passes.trace.Trace;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.exec.KernelTrap;

/// Holds a program after passes that may combine floats in another order against the program
/// before.
///
/// Where nothing was reassociated, results are the same, bit for bit. Else floats may differ by
/// what [ErrorBounds#ofAnyOrder] derives for them; and where numbers are so large that a result on
/// the way may overflow in one order and not in another, nothing is known of what overflowed. Nor
/// of what reads an infinity: a sum of no terms is 0, and a product of sums that one factor was
/// taken out of is then 0 · ∞.
final class Reassociation {
  /// Inputs and constants up to this size give programs that do not overflow floats.
  private static final double LARGE = 1e6;

  private Reassociation() {}

  /// Whether a failure need not be there any more: its equation is gone, or was rewritten so that
  /// points which nothing needs are no longer computed.
  static boolean mayGoAway(Outcome.Trapped trapped, Program after, Trace trace) {
    boolean isGone =
        after.definitions().stream()
            .noneMatch(definition -> definition.name().equals(trapped.definition()));
    return isGone
        || trace.applied().stream()
            .anyMatch(applied -> applied.definition().equals(trapped.definition()));
  }

  /// What is wrong with the outcome after, if anything.
  static Optional<String> difference(
      Case tested, Program optimized, Outcome before, Outcome after, Trace trace) {
    boolean isReordered =
        trace.applied().stream().anyMatch(applied -> applied.kind() == Kind.REASSOCIATING);
    return switch (before) {
      case Outcome.Trapped trapped ->
          mayGoAway(trapped, optimized, trace)
                  || after instanceof Outcome.Trapped found
                      && found.definition().equals(trapped.definition())
              ? Optional.empty()
              : Optional.of("expected: " + trapped + "\nfound: " + after);
      case Outcome.Finished(Map<String, Data> expected) ->
          switch (after) {
            case Outcome.Finished(Map<String, Data> found) ->
                difference(tested, optimized, expected, found, isReordered);
            case Outcome.Trapped trapped ->
                isReordered
                        && trapped.kind() == KernelTrap.Kind.OVERFLOW
                        && (isLarge(tested) || holdsExtremes(expected))
                    ? Optional.empty()
                    : Optional.of("finishes, but: " + trapped);
            case Outcome.Failed _, Outcome.Broken _ -> Optional.of(after.toString());
          };
      case Outcome.Failed _, Outcome.Broken _ -> Optional.of(before.toString());
    };
  }

  private static Optional<String> difference(
      Case tested,
      Program optimized,
      Map<String, Data> expected,
      Map<String, Data> found,
      boolean isReordered) {
    Set<String> same = new HashSet<>();
    tested.program().signature().outputs().forEach(output -> same.add(output.name()));
    // A step may have the name of a temporary that is gone.
    optimized.definitions().stream()
        .filter(tested.program().definitions()::contains)
        .forEach(definition -> same.add(definition.name()));
    ErrorBounds errors =
        isReordered ? ErrorBounds.ofAnyOrder(tested.program()) : ErrorBounds.of(tested.program());
    Case extended = tested.with(errors.program(), tested.inputs());
    Outcome outcome = Run.of(ProgramInterpreter.of(errors.program()), extended, Run.Order.WHOLE);
    if (!(outcome instanceof Outcome.Finished(Map<String, Data> bounds))) {
      return Optional.of("error bounds: " + outcome);
    }
    boolean isLarge = isReordered && isLarge(tested);
    Set<String> unknown = isReordered ? readingInfinities(tested.program(), expected) : Set.of();
    for (Map.Entry<String, Data> entry : found.entrySet()) {
      Data right = expected.get(entry.getKey());
      if (right == null
          || !same.contains(entry.getKey())
          || unknown.contains(entry.getKey())
          || errors.unbounded().contains(entry.getKey())) {
        continue;
      }
      Optional<Data> bound = Optional.ofNullable(bounds.get(entry.getKey() + ErrorBounds.SUFFIX));
      if (isReordered && bound.isEmpty() && right.type().isComplex()) {
        // Each part of a product is a difference, and the sign of its 0 depends on the order.
        bound =
            Optional.of(
                new Data(DType.F64, right.extents(), new long[Data.count(right.extents())]));
      }
      Optional<String> text =
          isReordered && bound.isPresent()
              ? Comparison.difference(
                  entry.getKey(),
                  right,
                  entry.getValue(),
                  Optional.of(widened(right, entry.getValue(), bound.get(), isLarge)))
              : Comparison.difference(entry.getKey(), right, entry.getValue(), bound);
      if (text.isPresent()) {
        return text;
      }
    }
    return Optional.empty();
  }

  /// The tensors that follow from one with elements that are not finite.
  private static Set<String> readingInfinities(Program program, Map<String, Data> values) {
    Set<String> unknown = new HashSet<>();
    for (Definition definition : program.definitions()) {
      for (String read : Reach.reads(definition, program.definitions())) {
        Data value = values.get(read);
        if (unknown.contains(read) || value != null && !value.isFinite()) {
          unknown.add(definition.name());
        }
      }
    }
    return unknown;
  }

  /// Four times the bound, for the other order rounds as often; and no bound at what is not finite.
  private static Data widened(Data right, Data found, Data bound, boolean isLarge) {
    long[] wide = new long[bound.elements().length];
    for (int number = 0; number < right.elements().length; number++) {
      int element = right.element(number);
      double distance = 4 * bound.real(element);
      boolean isUnknown =
          !Double.isFinite(right.real(number))
              || !Double.isFinite(distance)
              || isLarge
              || !Double.isFinite(found.real(number))
                  && Math.abs(right.real(number)) + distance >= greatest(right.type().part());
      boolean isKnownBefore = number == 0 || right.element(number - 1) != element;
      if (isUnknown || isKnownBefore) {
        wide[element] = Double.doubleToLongBits(isUnknown ? Double.NaN : distance);
      }
    }
    return new Data(DType.F64, bound.extents(), wide);
  }

  private static double greatest(DType type) {
    return switch (type) {
      case F64 -> Double.MAX_VALUE;
      case F32 -> Float.MAX_VALUE;
      case BF16 -> 0x1.FEp127;
      case F16 -> 65504;
      case F8E4M3 -> 448;
      case F8E5M2 -> 57344;
      case I64, I32, I16, I8, U8, I4, BOOL, C64, C128 -> Double.POSITIVE_INFINITY;
    };
  }

  /// Whether any input or constant is so large that products of a few may overflow. Whether there
  /// are tensors with the least or the greatest number of `i64`, as the greatest of nothing is.
  private static boolean holdsExtremes(Map<String, Data> tensors) {
    return tensors.values().stream()
        .filter(data -> data.type() == DType.I64)
        .flatMapToLong(data -> Arrays.stream(data.elements()))
        .anyMatch(number -> number == Long.MIN_VALUE || number == Long.MAX_VALUE);
  }

  /// Whether any input or constant is so large that products of a few may overflow.
  private static boolean isLarge(Case tested) {
    for (Data data : tested.inputs().values()) {
      for (int number = 0; number < data.elements().length; number++) {
        if (!(Math.abs(data.real(number)) <= LARGE)) {
          return true;
        }
      }
    }
    boolean[] found = {false};
    Walk walk =
        Walk.ofScalars(
            part ->
                found[0] |=
                    part instanceof Scalar.Literal literal
                        && !(Math.abs(literal.doubleValue()) <= LARGE));
    for (Definition definition : tested.program().definitions()) {
      definition.body().walk(walk);
    }
    return found[0];
  }
}
