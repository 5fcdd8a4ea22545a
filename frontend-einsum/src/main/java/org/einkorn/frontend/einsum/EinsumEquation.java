package org.einkorn.frontend.einsum;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import org.einkorn.frontend.Known;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.algebra.Semiring;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
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

/// Makes the one equation of an einsum string, once everything in it is right.
final class EinsumEquation {
  private static final String RESULT = EinsumFrontend.RESULT;

  private final SourceFile source;
  private final EinsumAxes axes;
  private final List<Known> operands;
  private final Semiring semiring;
  private final DType result;
  private final DType value;

  private EinsumEquation(
      SourceFile source, EinsumAxes axes, List<Known> operands, Semiring semiring) {
    this.source = source;
    this.axes = axes;
    this.operands = operands;
    DType promoted = Promotion.of(operands.stream().map(Known::dtype).toList());
    // NumPy: the sum of products of truth values is `or` of `and`.
    boolean isLogic = promoted == DType.BOOL && semiring.equals(Semiring.PLUS_TIMES);
    this.semiring = isLogic ? Semiring.OR_AND : semiring;
    this.result = EinsumFrontend.resultType(this.semiring, promoted);
    this.value = this.semiring.compute(promoted);
  }

  static Program of(SourceFile source, EinsumAxes axes, List<Known> operands, Semiring semiring) {
    return new EinsumEquation(source, axes, operands, semiring).program();
  }

  private Program program() {
    List<Signature.Input> inputs = new ArrayList<>();
    List<Scalar> factors = new ArrayList<>();
    for (int number = 0; number < operands.size(); number++) {
      inputs.add(
          new Signature.Input(
              Signature.Role.INPUT,
              EinsumFrontend.operandName(number),
              inputType(number),
              Optional.empty()));
      factors.add(factor(number));
    }
    List<Definition> definitions = new ArrayList<>();
    if (isIdentityStored() || !leavesOut()) {
      definitions.add(contraction(RESULT, result, axes.output(), factors));
    } else {
      List<String> written = List.copyOf(new LinkedHashSet<>(axes.output()));
      definitions.add(contraction(RESULT + ".1", value, written, factors));
      definitions.add(filled(written));
    }
    Signature signature =
        new Signature(
            axes.symbols(),
            inputs,
            List.of(new Signature.Output(RESULT, definitions.getLast().type(), Optional.empty())),
            List.of());
    return new Program("einsum", signature, definitions);
  }

  /// Whether the identity of ⊕ is a number of the result's type, so that it may stand where nothing
  /// is written. Integers have no ±∞, and neither has `f8e4m3`.
  private boolean isIdentityStored() {
    Projection plus = semiring.plus();
    boolean isInfinite =
        switch (plus) {
          case MAX, MIN, LOG_SUM_EXP -> true;
          case SUM, PRODUCT, ANY, ALL, XOR -> false;
        };
    return plus.hasProperIdentity(value) && !(isInfinite && result == DType.F8E4M3);
  }

  /// Whether some element of the result may combine nothing: beside a diagonal, or where a reduced
  /// axis has no positions.
  private boolean leavesOut() {
    boolean repeats = new LinkedHashSet<>(axes.output()).size() < axes.output().size();
    return repeats || !mayBeEmpty().isEmpty();
  }

  private List<Axis> mayBeEmpty() {
    return axes.reduced().stream()
        .filter(axis -> !(axis.extent() instanceof IndexExpr.Constant(long extent) && extent > 0))
        .toList();
  }

  private Definition contraction(
      String name, DType type, List<String> write, List<Scalar> factors) {
    Contraction term =
        new Contraction(
            axes.all(),
            List.of(),
            write.stream().map(IndexExpr::variable).toList(),
            semiring.times(),
            factors);
    return definition(
        name,
        type,
        write.stream().map(axis -> axes.axis(axis).extent()).toList(),
        new Body.Accumulate(semiring.plus(), List.of(term)));
  }

  private Definition definition(String name, DType type, List<IndexExpr> extents, Body body) {
    return new Definition(
        name, new TensorType(type, extents), body, Origin.of(source.span(0, source.length())));
  }

  /// `Y` from `Y.1`, with 0 where nothing was combined: there stands the least or greatest number,
  /// which can't be told from a result.
  private Definition filled(List<String> written) {
    List<Axis> all = new ArrayList<>();
    List<String> seen = new ArrayList<>();
    Scalar read =
        new Scalar.Read(RESULT + ".1", value, written.stream().map(IndexExpr::variable).toList());
    Scalar zero = Scalar.Literal.of(value, 0);
    for (Axis reduced : mayBeEmpty()) {
      Scalar isSome =
          new Scalar.Binary(
              BinaryOp.LESS,
              Scalar.Literal.of(DType.I64, 0),
              new Scalar.Position(reduced.extent()));
      read = new Scalar.Select(isSome, read, zero);
    }
    for (String name : axes.output()) {
      long before = seen.stream().filter(name::equals).count();
      seen.add(name);
      Axis axis = axes.axis(name);
      if (before > 0) {
        Axis again = new Axis(name + "." + before, axis.extent());
        Scalar isSame =
            new Scalar.Binary(
                BinaryOp.EQUAL,
                new Scalar.Position(axis.variable()),
                new Scalar.Position(again.variable()));
        read = new Scalar.Select(isSame, read, zero);
        axis = again;
      }
      all.add(axis);
    }
    Contraction map =
        new Contraction(
            all,
            List.of(),
            all.stream().map(Axis::variable).toList(),
            semiring.times(),
            List.of(read));
    return definition(
        RESULT,
        result,
        all.stream().map(Axis::extent).toList(),
        new Body.Accumulate(semiring.plus(), List.of(map)));
  }

  private TensorType inputType(int number) {
    List<IndexExpr> extents = new ArrayList<>();
    for (int place = 0; place < axes.of(number).size(); place++) {
      extents.add(axes.extent(number, place));
    }
    return new TensorType(operands.get(number).dtype(), extents);
  }

  private Scalar factor(int number) {
    List<IndexExpr> indices = new ArrayList<>();
    List<String> names = axes.of(number);
    for (int place = 0; place < names.size(); place++) {
      indices.add(
          axes.isRepeated(number, place)
              ? IndexExpr.Constant.ZERO
              : IndexExpr.variable(names.get(place)));
    }
    DType stored = operands.get(number).dtype();
    return Scalar.cast(value, new Scalar.Read(EinsumFrontend.operandName(number), stored, indices));
  }
}
