package org.einkorn.frontend.einsum;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.einkorn.frontend.Compiled;
import org.einkorn.frontend.Known;
import org.einkorn.frontend.einsum.EinsumSpec.Term;
import org.einkorn.ir.algebra.Semiring;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.tensor.Program;
import org.einkorn.runtime.DType;

/// Compiles an einsum string to a program of one equation.
///
/// The operands are the inputs `A`, `B`, … `X`, `T24`, …; the output is `Y`, of NumPy's promotion
/// of the operands' types. Sums accumulate in the compute type and are converted once. Known
/// extents become constants, others symbols; an extent that is not known is taken not to be 1,
/// which is the one extent that broadcasts.
public final class EinsumFrontend {
  /// The name of the result.
  static final String RESULT = "Y";

  private EinsumFrontend() {}

  /// Compiles a string for operands of which type and rank are known. All that is wrong is reported
  /// at once.
  ///
  /// @param semiring what stands for sum and product, [Semiring#PLUS_TIMES] for plain einsum
  public static Compiled compile(String spec, List<Known> operands, Semiring semiring) {
    SourceFile source = new SourceFile("<einsum>", spec);
    List<EinsumProblem> problems = new ArrayList<>();
    EinsumSpec parsed = EinsumSpec.parse(source, problems);
    Optional<Program> program = Optional.empty();
    if (parsed.terms().size() != operands.size()) {
      problems.add(
          new EinsumProblem.OperandCount(
              source.span(0, source.length()), parsed.terms().size(), operands.size()));
    } else {
      List<Boolean> fits = new ArrayList<>();
      for (int number = 0; number < operands.size(); number++) {
        fits.add(
            fits(parsed.terms().get(number), number, operands.get(number), semiring, problems));
      }
      EinsumAxes axes = EinsumAxes.of(parsed, operands, fits, problems);
      if (problems.isEmpty()) {
        program = Optional.of(EinsumEquation.of(source, axes, operands, semiring));
      }
    }
    return new Compiled(
        program, Diagnostic.sorted(problems.stream().map(EinsumProblem::diagnostic).toList()));
  }

  /// How many operands a string is for.
  public static int operandCount(String spec) {
    return EinsumSpec.parse(new SourceFile("<einsum>", spec), new ArrayList<>()).terms().size();
  }

  /// The name of an operand, counted from 0: `A` to `X`, then `T24`, `T25`, …
  public static String operandName(int number) {
    return number < 24 ? String.valueOf((char) ('A' + number)) : "T" + number;
  }

  private static boolean fits(
      Term term, int number, Known operand, Semiring semiring, List<EinsumProblem> problems) {
    if (!semiring.isDefinedOn(operand.dtype())) {
      problems.add(
          new EinsumProblem.Complex(term.span(), describe(number, operand), semiring.name()));
    }
    if (term.isBroken()) {
      return false;
    }
    int named = term.namedCount();
    boolean hasEllipsis = term.ellipsis().isPresent();
    boolean isRankRight = hasEllipsis ? named <= operand.rank() : named == operand.rank();
    if (!isRankRight) {
      problems.add(
          new EinsumProblem.Rank(
              term.span(), named, hasEllipsis, describe(number, operand), operand.rank()));
    }
    return isRankRight;
  }

  /// `A: f32[2, 3]`
  static String describe(int number, Known operand) {
    StringBuilder text = new StringBuilder(operandName(number) + ": " + operand.dtype() + "[");
    for (int axis = 0; axis < operand.rank(); axis++) {
      OptionalLong extent = operand.extents().get(axis);
      text.append(axis == 0 ? "" : ", ")
          .append(extent.isPresent() ? Long.toString(extent.getAsLong()) : "?");
    }
    return text.append("]").toString();
  }

  /// The type of the result for operands of these types: NumPy's promotion, with the exceptions
  /// that [Semiring#compute] makes.
  static DType resultType(Semiring semiring, DType promoted) {
    DType compute = semiring.compute(promoted);
    boolean isKept = promoted != DType.BOOL && promoted.compute() == compute;
    return isKept ? promoted : compute;
  }
}
