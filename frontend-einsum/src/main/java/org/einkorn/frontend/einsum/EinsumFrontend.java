package org.einkorn.frontend.einsum;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.einkorn.frontend.Compiled;
import org.einkorn.frontend.Known;
import org.einkorn.frontend.einsum.EinsumSpec.Mark;
import org.einkorn.frontend.einsum.EinsumSpec.Term;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.algebra.Semiring;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.source.Origin;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.runtime.DType;

/// Compiles an einsum string to a program of one equation.
///
/// The operands are the inputs `A`, `B`, … `Z`, `T26`, …; the output is `Y`, of NumPy's promotion
/// of the operands' types. Sums accumulate in the compute type and are converted once. Known
/// extents become constants, others symbols. Operands of type `bool` under `sum-times` are joined
/// by `and` and projected by `or`, as NumPy does.
public final class EinsumFrontend {
  private final EinsumSpec spec;
  private final List<Known> operands;
  private final Semiring semiring;
  private final DType result;
  private final DType value;
  private final List<EinsumProblem> problems;
  private final Map<String, Uses> uses = new LinkedHashMap<>();
  private final List<List<String>> axesOf = new ArrayList<>();
  private int ellipsisRank = 0;

  /// One use of an axis: the extent, or nothing if it is not known.
  private record Use(OptionalLong extent, int operand, Mark mark) {}

  /// All uses of an axis, and what follows: its extent.
  private static final class Uses {
    final List<Use> all = new ArrayList<>();
    IndexExpr extent = IndexExpr.Constant.ZERO;

    boolean isOne() {
      return extent.equals(IndexExpr.Constant.ONE);
    }
  }

  private EinsumFrontend(
      EinsumSpec spec, List<Known> operands, Semiring semiring, List<EinsumProblem> problems) {
    this.spec = spec;
    this.operands = operands;
    this.problems = problems;
    DType type = operands.getFirst().dtype();
    for (Known operand : operands) {
      type = Promotion.of(type, operand.dtype());
    }
    boolean isLogic = type == DType.BOOL && semiring.equals(Semiring.SUM_TIMES);
    this.semiring = isLogic ? Semiring.OR_AND : semiring;
    this.result = resultType(this.semiring, type);
    this.value = result.compute();
  }

  /// Compiles a string for operands of which type and rank are known.
  ///
  /// @param semiring what stands for sum and product, [Semiring#SUM_TIMES] for plain einsum
  public static Compiled compile(String spec, List<Known> operands, Semiring semiring) {
    SourceFile source = new SourceFile("<einsum>", spec);
    List<EinsumProblem> problems = new ArrayList<>();
    Optional<Program> program =
        EinsumSpec.parse(source, problems)
            .filter(parsed -> checkOperands(source, parsed, operands, problems))
            .flatMap(parsed -> new EinsumFrontend(parsed, operands, semiring, problems).compile());
    return new Compiled(
        program, Diagnostic.sorted(problems.stream().map(EinsumProblem::diagnostic).toList()));
  }

  /// How many operands a string is for.
  public static int operandCount(String spec) {
    int arrow = spec.indexOf("->");
    String terms = arrow < 0 ? spec : spec.substring(0, arrow);
    return (int) terms.chars().filter(unit -> unit == ',').count() + 1;
  }

  /// The name of an operand, counted from 0.
  public static String operandName(int number) {
    return number < 26 ? String.valueOf((char) ('A' + number)) : "T" + number;
  }

  private static boolean checkOperands(
      SourceFile source, EinsumSpec spec, List<Known> operands, List<EinsumProblem> problems) {
    if (spec.terms().size() != operands.size()) {
      problems.add(
          new EinsumProblem.OperandCount(
              source.span(0, source.length()), spec.terms().size(), operands.size()));
      return false;
    }
    for (int number = 0; number < operands.size(); number++) {
      Term term = spec.terms().get(number);
      Known operand = operands.get(number);
      if (operand.dtype().isComplex()) {
        problems.add(new EinsumProblem.Complex(term.span(), describe(number, operand)));
      }
      int letters = term.letterCount();
      boolean hasEllipsis = term.ellipsis().isPresent();
      if (hasEllipsis ? letters > operand.rank() : letters != operand.rank()) {
        problems.add(
            new EinsumProblem.Rank(
                term.span(), letters, hasEllipsis, describe(number, operand), operand.rank()));
      }
    }
    return problems.isEmpty();
  }

  private static DType resultType(Semiring semiring, DType promoted) {
    return switch (semiring.times()) {
      case AND -> DType.BOOL;
      default -> {
        DType number = promoted == DType.BOOL ? DType.I32 : promoted;
        boolean isLogarithmic = semiring.plus() == Projection.LOG_SUM_EXP;
        yield isLogarithmic && !number.isFloat()
            ? (number == DType.I64 ? DType.F64 : DType.F32)
            : number;
      }
    };
  }

  private Optional<Program> compile() {
    for (int number = 0; number < operands.size(); number++) {
      nameAxes(number);
    }
    fixExtents();
    List<String> output = outputAxes();
    if (!problems.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(program(output));
  }

  /// Gives each axis of an operand its name: a letter, or `d0` for the *last* axis of the ellipsis,
  /// `d1` for the one before, since they are matched from the right.
  private void nameAxes(int number) {
    Known operand = operands.get(number);
    Term term = spec.terms().get(number);
    List<String> names = new ArrayList<>();
    for (Mark mark : term.marks()) {
      int width = mark.isEllipsis() ? operand.rank() - term.letterCount() : 1;
      if (mark.isEllipsis()) {
        ellipsisRank = Math.max(ellipsisRank, width);
      }
      for (int place = width - 1; place >= 0; place--) {
        String name = mark.isEllipsis() ? "d" + place : mark.text();
        Use use = new Use(operand.extents().get(names.size()), number, mark);
        checkRepeated(use, name, names);
        uses.computeIfAbsent(name, _ -> new Uses()).all.add(use);
        names.add(name);
      }
    }
    axesOf.add(names);
  }

  /// A diagonal takes no broadcasting: both axes have one extent.
  private void checkRepeated(Use use, String name, List<String> names) {
    if (!names.contains(name) || use.mark.isEllipsis()) {
      return;
    }
    Use first = uses.getOrDefault(name, new Uses()).all.getLast();
    boolean differ =
        use.extent.isPresent() && first.extent.isPresent() && !use.extent.equals(first.extent);
    if (differ && (use.extent.getAsLong() == 1 || first.extent.getAsLong() == 1)) {
      problems.add(disagreement(name, first, use));
    }
  }

  private EinsumProblem disagreement(String name, Use first, Use second) {
    return new EinsumProblem.Extents(
        second.mark.span(),
        second.extent.orElseThrow(),
        describe(second.operand, operands.get(second.operand)),
        first.mark.span(),
        first.extent.orElseThrow(),
        describe(first.operand, operands.get(first.operand)),
        second.mark.isEllipsis() ? "..." : name);
  }

  private void fixExtents() {
    Set<String> taken = new LinkedHashSet<>(uses.keySet());
    for (int number = 0; number < operands.size(); number++) {
      taken.add(operandName(number));
    }
    taken.add("Y");
    uses.forEach(
        (name, all) -> {
          Optional<Use> known =
              all.all.stream()
                  .filter(use -> use.extent.isPresent() && use.extent.getAsLong() != 1)
                  .findFirst();
          if (known.isPresent()) {
            all.extent = IndexExpr.of(known.get().extent.getAsLong());
            all.all.stream()
                .filter(use -> use.extent.isPresent() && use.extent.getAsLong() != 1)
                .filter(use -> !use.extent.equals(known.get().extent))
                .findFirst()
                .ifPresent(use -> problems.add(disagreement(name, known.get(), use)));
          } else if (all.all.stream().allMatch(use -> use.extent.isPresent())) {
            all.extent = IndexExpr.Constant.ONE;
          } else {
            String upper = name.toUpperCase(java.util.Locale.ROOT);
            all.extent = IndexExpr.symbol(taken.add(upper) ? upper : "N." + name);
          }
        });
  }

  private List<String> outputAxes() {
    Term output = spec.output();
    List<String> axes = new ArrayList<>();
    for (Mark mark : output.marks()) {
      if (!mark.isEllipsis()) {
        axes.add(mark.text());
      } else {
        for (int place = ellipsisRank - 1; place >= 0; place--) {
          axes.add("d" + place);
        }
      }
    }
    if (ellipsisRank > 0 && output.ellipsis().isEmpty()) {
      Mark ellipsis =
          spec.terms().stream().flatMap(term -> term.ellipsis().stream()).findFirst().orElseThrow();
      problems.add(
          new EinsumProblem.EllipsisNotInOutput(output.span(), ellipsis.span(), ellipsisRank));
    }
    return axes;
  }

  private Program program(List<String> output) {
    Set<String> written = new LinkedHashSet<>(output);
    List<Axis> axes = new ArrayList<>();
    written.forEach(name -> axes.add(axis(name)));
    uses.keySet().stream()
        .filter(name -> !written.contains(name))
        .map(this::axis)
        .forEach(axes::add);

    List<Signature.Input> inputs = new ArrayList<>();
    List<Scalar> factors = new ArrayList<>();
    for (int number = 0; number < operands.size(); number++) {
      inputs.add(
          new Signature.Input(
              Signature.Role.INPUT, operandName(number), inputType(number), Optional.empty()));
      factors.add(factor(number));
    }
    List<Definition> definitions = new ArrayList<>();
    boolean repeats = written.size() < output.size();
    if (repeats && !semiring.plus().hasProperIdentity(value)) {
      defineDiagonal(output, List.copyOf(written), axes, factors, definitions);
    } else {
      definitions.add(contraction("Y", result, output, axes, factors));
    }
    Definition last = definitions.getLast();
    List<String> symbols =
        uses.values().stream()
            .filter(all -> all.extent instanceof IndexExpr.Symbol)
            .map(all -> ((IndexExpr.Symbol) all.extent).name())
            .toList();
    Signature signature =
        new Signature(
            symbols,
            inputs,
            List.of(new Signature.Output("Y", last.type(), Optional.empty())),
            List.of());
    return new Program("einsum", signature, definitions);
  }

  private Definition contraction(
      String name, DType type, List<String> write, List<Axis> axes, List<Scalar> factors) {
    Contraction term =
        new Contraction(
            axes,
            List.of(),
            write.stream().map(IndexExpr::variable).toList(),
            semiring.times(),
            factors);
    return new Definition(
        name,
        new TensorType(type, write.stream().map(axis -> axis(axis).extent()).toList()),
        new Body.Accumulate(semiring.plus(), List.of(term)),
        Origin.of(spec.output().span().file().span(0, spec.output().span().file().length())));
  }

  /// `Y[i, i]` where the elements beside the diagonal must be told from the identity: the least
  /// integer would else stand there.
  private void defineDiagonal(
      List<String> output,
      List<String> written,
      List<Axis> axes,
      List<Scalar> factors,
      List<Definition> definitions) {
    definitions.add(contraction("Y.1", value, written, axes, factors));
    List<Axis> all = new ArrayList<>();
    List<String> seen = new ArrayList<>();
    Scalar read = new Scalar.Read("Y.1", value, written.stream().map(IndexExpr::variable).toList());
    Scalar zero = Scalar.Literal.of(value, 0);
    for (String name : output) {
      long before = seen.stream().filter(name::equals).count();
      seen.add(name);
      Axis axis = before == 0 ? axis(name) : new Axis(name + "." + before, axis(name).extent());
      all.add(axis);
      if (before > 0) {
        Scalar isSame =
            new Scalar.Binary(
                BinaryOp.EQUAL,
                new Scalar.Position(IndexExpr.variable(name)),
                new Scalar.Position(axis.variable()));
        read = new Scalar.Select(isSame, read, zero);
      }
    }
    Contraction map =
        new Contraction(
            all,
            List.of(),
            all.stream().map(Axis::variable).toList(),
            semiring.times(),
            List.of(read));
    definitions.add(
        new Definition(
            "Y",
            new TensorType(result, all.stream().map(Axis::extent).toList()),
            new Body.Accumulate(semiring.plus(), List.of(map))));
  }

  private Axis axis(String name) {
    return new Axis(name, java.util.Objects.requireNonNull(uses.get(name)).extent);
  }

  private TensorType inputType(int number) {
    List<IndexExpr> extents = new ArrayList<>();
    List<String> names = axesOf.get(number);
    Known operand = operands.get(number);
    for (int place = 0; place < names.size(); place++) {
      extents.add(
          isBroadcast(number, place) ? IndexExpr.Constant.ONE : axis(names.get(place)).extent());
    }
    return new TensorType(operand.dtype(), extents);
  }

  private boolean isBroadcast(int number, int place) {
    return operands.get(number).extents().get(place).equals(OptionalLong.of(1));
  }

  private Scalar factor(int number) {
    List<IndexExpr> indices = new ArrayList<>();
    List<String> names = axesOf.get(number);
    for (int place = 0; place < names.size(); place++) {
      Uses all = java.util.Objects.requireNonNull(uses.get(names.get(place)));
      boolean isFixed = isBroadcast(number, place) && !all.isOne();
      indices.add(isFixed ? IndexExpr.Constant.ZERO : IndexExpr.variable(names.get(place)));
    }
    Scalar read = new Scalar.Read(operandName(number), operands.get(number).dtype(), indices);
    return Scalar.cast(value, read);
  }

  private static String describe(int number, Known operand) {
    StringBuilder text = new StringBuilder(operandName(number) + ": " + operand.dtype() + "[");
    for (int axis = 0; axis < operand.rank(); axis++) {
      OptionalLong extent = operand.extents().get(axis);
      text.append(axis == 0 ? "" : ", ")
          .append(extent.isPresent() ? Long.toString(extent.getAsLong()) : "?");
    }
    return text.append("]").toString();
  }
}
