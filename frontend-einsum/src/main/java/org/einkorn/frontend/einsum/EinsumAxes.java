package org.einkorn.frontend.einsum;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.einkorn.frontend.Known;
import org.einkorn.frontend.einsum.EinsumSpec.Mark;
import org.einkorn.frontend.einsum.EinsumSpec.Term;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.tensor.Axis;

/// What each axis of each operand is called, and how far it runs.
///
/// An axis of an ellipsis is called `d0` if it is the *last* of them, `d1` if it is the one before,
/// since those of several operands are matched from the right.
final class EinsumAxes {
  private final EinsumSpec spec;
  private final List<Known> operands;
  private final List<EinsumProblem> problems;
  private final Map<String, Uses> uses = new LinkedHashMap<>();
  private final List<List<String>> axesOf = new ArrayList<>();
  private final List<String> output = new ArrayList<>();
  private int ellipsisRank = 0;

  /// One use of an axis: the extent, or nothing if it is not known.
  private record Use(OptionalLong extent, int operand, Mark mark) {
    boolean isOne() {
      return extent.equals(OptionalLong.of(1));
    }
  }

  /// All uses of an axis, and what follows: its extent.
  private static final class Uses {
    final List<Use> all = new ArrayList<>();
    IndexExpr extent = IndexExpr.Constant.ZERO;
  }

  private EinsumAxes(EinsumSpec spec, List<Known> operands, List<EinsumProblem> problems) {
    this.spec = spec;
    this.operands = operands;
    this.problems = problems;
  }

  /// @param fits for each operand whether its term has the right number of axes; others are left
  ///   out
  static EinsumAxes of(
      EinsumSpec spec, List<Known> operands, List<Boolean> fits, List<EinsumProblem> problems) {
    EinsumAxes axes = new EinsumAxes(spec, operands, problems);
    for (int number = 0; number < operands.size(); number++) {
      if (fits.get(number)) {
        axes.name(number);
      }
    }
    axes.fixExtents();
    axes.nameOutput();
    return axes;
  }

  private void name(int number) {
    Known operand = operands.get(number);
    Term term = spec.terms().get(number);
    List<String> names = new ArrayList<>();
    for (Mark mark : term.marks()) {
      int width = mark.isEllipsis() ? operand.rank() - term.namedCount() : 1;
      if (mark.isEllipsis()) {
        ellipsisRank = Math.max(ellipsisRank, width);
      }
      for (int place = width - 1; place >= 0; place--) {
        String name = mark.isEllipsis() ? "d" + place : mark.label().name();
        Use use = new Use(operand.extents().get(names.size()), number, mark);
        uses.computeIfAbsent(name, _ -> new Uses()).all.add(use);
        names.add(name);
      }
    }
    axesOf.add(names);
  }

  private void fixExtents() {
    Set<String> taken = new LinkedHashSet<>(uses.keySet());
    for (int number = 0; number < operands.size(); number++) {
      taken.add(EinsumFrontend.operandName(number));
    }
    taken.add(EinsumFrontend.RESULT);
    uses.forEach(
        (name, all) -> {
          check(all.all);
          Optional<Use> known =
              all.all.stream().filter(use -> use.extent.isPresent() && !use.isOne()).findFirst();
          if (known.isPresent()) {
            all.extent = IndexExpr.of(known.get().extent.getAsLong());
          } else if (all.all.stream().allMatch(Use::isOne)) {
            all.extent = IndexExpr.Constant.ONE;
          } else {
            String upper = name.toUpperCase(Locale.ROOT);
            all.extent = IndexExpr.symbol(taken.add(upper) ? upper : "N." + name);
          }
        });
  }

  /// Within one operand all extents of a letter are one, since it reads a diagonal; between
  /// operands an extent of 1 fits every other. Each operand is compared once.
  private void check(List<Use> all) {
    Optional<Use> main = Optional.empty();
    Optional<Use> first = Optional.empty();
    for (Use use : all) {
      boolean isSameOperand = first.isPresent() && first.get().operand == use.operand;
      if (isSameOperand && differ(first.get(), use)) {
        problems.add(disagreement(first.get(), use));
        continue;
      }
      if (!isSameOperand) {
        first = Optional.of(use);
        if (main.isPresent() && !use.isOne() && differ(main.get(), use)) {
          problems.add(disagreement(main.get(), use));
        }
      }
      if (main.isEmpty() && !use.isOne() && use.extent.isPresent()) {
        main = Optional.of(use);
      }
    }
  }

  /// Whether two extents are certainly not the same; one that is not known is not 1.
  private static boolean differ(Use one, Use two) {
    if (one.extent.isPresent() && two.extent.isPresent()) {
      return one.extent.getAsLong() != two.extent.getAsLong();
    }
    return one.isOne() || two.isOne();
  }

  private EinsumProblem disagreement(Use first, Use second) {
    return new EinsumProblem.Extents(use(second), use(first), second.mark.label().text());
  }

  private EinsumProblem.Extents.Use use(Use use) {
    return new EinsumProblem.Extents.Use(
        use.mark.span(),
        use.extent,
        use.operand,
        EinsumFrontend.describe(use.operand, operands.get(use.operand)));
  }

  private void nameOutput() {
    Term written = spec.output();
    for (Mark mark : written.marks()) {
      if (!mark.isEllipsis()) {
        output.add(mark.label().name());
      } else {
        for (int place = ellipsisRank - 1; place >= 0; place--) {
          output.add("d" + place);
        }
      }
    }
    if (ellipsisRank > 0 && written.ellipsis().isEmpty() && !written.isBroken()) {
      Mark ellipsis =
          spec.terms().stream().flatMap(term -> term.ellipsis().stream()).findFirst().orElseThrow();
      problems.add(
          new EinsumProblem.EllipsisNotInOutput(written.span(), ellipsis.span(), ellipsisRank));
    }
  }

  /// The axes of the result, in order; one may occur several times.
  List<String> output() {
    return output;
  }

  /// Every axis: those of the result first, then those that are reduced.
  List<Axis> all() {
    Set<String> names = new LinkedHashSet<>(output);
    names.addAll(uses.keySet());
    return names.stream().map(this::axis).toList();
  }

  /// The axes that the result does not have.
  List<Axis> reduced() {
    return uses.keySet().stream().filter(name -> !output.contains(name)).map(this::axis).toList();
  }

  Axis axis(String name) {
    return new Axis(name, Objects.requireNonNull(uses.get(name)).extent);
  }

  /// The sizes that data fix.
  List<String> symbols() {
    return uses.values().stream()
        .filter(all -> all.extent instanceof IndexExpr.Symbol)
        .map(all -> ((IndexExpr.Symbol) all.extent).name())
        .toList();
  }

  /// The axes of one operand.
  List<String> of(int number) {
    return axesOf.get(number);
  }

  /// Whether an axis of an operand has extent 1 where the axis as such is longer.
  boolean isRepeated(int number, int place) {
    return isOne(number, place)
        && !axis(of(number).get(place)).extent().equals(IndexExpr.Constant.ONE);
  }

  /// The extent of an axis of an operand.
  IndexExpr extent(int number, int place) {
    return isOne(number, place) ? IndexExpr.Constant.ONE : axis(of(number).get(place)).extent();
  }

  private boolean isOne(int number, int place) {
    return operands.get(number).extents().get(place).equals(OptionalLong.of(1));
  }
}
