package org.einkorn.passes.differentiate;

import java.util.List;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.ir.tensor.Program;

/// `stop(x) → x`, `follow(x, s) → x` and `slope(x, g) → x`, once all derivatives are taken.
final class Stops {
  private Stops() {}

  static Program remove(Program program) {
    List<Definition> definitions =
        program.definitions().stream()
            .map(
                definition ->
                    has(definition.body())
                        ? new Definition(
                            definition.name(),
                            definition.type(),
                            body(definition.body()),
                            definition.origin())
                        : definition)
            .toList();
    return definitions.equals(program.definitions())
        ? program
        : new Program(program.name(), program.signature(), definitions, program.slicings());
  }

  private static boolean has(Body body) {
    boolean[] found = {false};
    body.walk(
        Walk.ofScalars(
            scalar ->
                found[0] |=
                    scalar instanceof Scalar.Unary unary && unary.op() == UnaryOp.STOP
                        || scalar instanceof Scalar.Binary binary
                            && isForDerivatives(binary.op())));
    return found[0];
  }

  private static boolean isForDerivatives(BinaryOp op) {
    return op == BinaryOp.FOLLOW || op == BinaryOp.SLOPE;
  }

  private static Body body(Body body) {
    return switch (body) {
      case Body.Accumulate(var projection, List<Contraction> terms) ->
          new Body.Accumulate(projection, terms.stream().map(Stops::term).toList());
      case Body.Scan(var projection, int axis, var axes, Scalar operand) ->
          new Body.Scan(projection, axis, axes, scalar(operand));
      case Body.Derivative _, Body.Iterate _ -> body;
    };
  }

  private static Contraction term(Contraction term) {
    return new Contraction(
        term.axes(),
        term.guards().stream()
            .map(guard -> new Guard(index(guard.index()), guard.extent()))
            .toList(),
        term.write().stream().map(Stops::index).toList(),
        term.join(),
        term.operands().stream().map(Stops::scalar).toList());
  }

  private static Scalar scalar(Scalar scalar) {
    return switch (scalar) {
      case Scalar.Literal literal -> literal;
      case Scalar.Read(String tensor, var type, List<IndexExpr> indices) ->
          new Scalar.Read(tensor, type, indices.stream().map(Stops::index).toList());
      case Scalar.Position(IndexExpr index) -> new Scalar.Position(index(index));
      case Scalar.Unary(UnaryOp op, Scalar operand) ->
          op == UnaryOp.STOP ? scalar(operand) : new Scalar.Unary(op, scalar(operand));
      case Scalar.Binary(var op, Scalar left, Scalar right) ->
          isForDerivatives(op) ? scalar(left) : new Scalar.Binary(op, scalar(left), scalar(right));
      case Scalar.Select(Scalar condition, Scalar then, Scalar otherwise) ->
          new Scalar.Select(scalar(condition), scalar(then), scalar(otherwise));
      case Scalar.Cast(var type, Scalar operand) -> new Scalar.Cast(type, scalar(operand));
    };
  }

  private static IndexExpr index(IndexExpr index) {
    return switch (index) {
      case IndexExpr.Constant _, IndexExpr.Variable _, IndexExpr.Symbol _ -> index;
      case IndexExpr.Sum(IndexExpr left, IndexExpr right) ->
          new IndexExpr.Sum(index(left), index(right));
      case IndexExpr.Product(IndexExpr left, IndexExpr right) ->
          new IndexExpr.Product(index(left), index(right));
      case IndexExpr.FloorDiv(IndexExpr left, IndexExpr right) ->
          new IndexExpr.FloorDiv(index(left), index(right));
      case IndexExpr.FloorMod(IndexExpr left, IndexExpr right) ->
          new IndexExpr.FloorMod(index(left), index(right));
      case IndexExpr.Minimum(IndexExpr left, IndexExpr right) ->
          new IndexExpr.Minimum(index(left), index(right));
      case IndexExpr.Maximum(IndexExpr left, IndexExpr right) ->
          new IndexExpr.Maximum(index(left), index(right));
      case IndexExpr.Fetch(String tensor, int axis, IndexExpr extent, Scalar source) ->
          new IndexExpr.Fetch(tensor, axis, extent, scalar(source));
    };
  }
}
