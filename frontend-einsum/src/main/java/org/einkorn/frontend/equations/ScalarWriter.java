package org.einkorn.frontend.equations;

import java.util.ArrayList;
import java.util.List;
import org.einkorn.frontend.syntax.FactorOperator;
import org.einkorn.frontend.syntax.LogicOperator;
import org.einkorn.frontend.syntax.TermOperator;
import org.einkorn.frontend.syntax.Tree;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.runtime.DType;

/// Values as expressions. A literal or a position gives way to what it meets ("weak"), so one
/// stands bare only beside something of its type; else it has a cast.
final class ScalarWriter {
  private final Naming naming;
  private final IndexWriter indices;
  private final Reads reads;

  /// Whether what is written stands between brackets.
  private boolean inPosition;

  /// How the index of a read is written; the definition knows which are surely inside.
  interface Reads {
    /// Whether `position` on an axis of this extent needs no check of its own at run time.
    boolean isInside(IndexExpr position, IndexExpr extent);

    IndexExpr extent(String tensor, int axis);
  }

  ScalarWriter(Naming naming, IndexWriter indices, Reads reads) {
    this.naming = naming;
    this.indices = indices;
    this.reads = reads;
  }

  /// An operand of the outermost product: products among its right factors are kept apart by a
  /// cast, which the lowering does not look through.
  Tree.Expression top(Scalar scalar) {
    if (scalar instanceof Scalar.Binary(BinaryOp op, Scalar left, Scalar right)
        && op == BinaryOp.MULTIPLY
        && (!isSquare(scalar) || isRead(left))) {
      Tree.Expression first = top(left);
      boolean isProduct =
          right instanceof Scalar.Binary(BinaryOp inner, Scalar _, Scalar _)
              && inner == BinaryOp.MULTIPLY
              && !isSquare(right);
      Tree.Expression last = write(right);
      return times(
          strengthened(first, left, right),
          isProduct ? Words.call(right.type().text(), last) : last);
    }
    return write(scalar);
  }

  /// Two reads of one element are two factors of a contraction.
  private static boolean isRead(Scalar scalar) {
    return scalar instanceof Scalar.Read
        || (scalar instanceof Scalar.Cast cast && isRead(cast.operand()));
  }

  /// `scalar`, with a cast if its type would not be `type` where nothing else tells.
  Tree.Expression strong(Scalar scalar, Tree.Expression written) {
    return isWeak(scalar) ? Words.call(scalar.type().text(), written) : written;
  }

  /// Whether the written value gives way to the type of what it meets.
  static boolean isWeak(Scalar scalar) {
    return switch (scalar) {
      case Scalar.Literal literal ->
          literal.type().isFloat()
              || (literal.type().isInteger() && literal.bits() == (int) literal.bits());
      case Scalar.Position(IndexExpr index) ->
          !(index instanceof IndexExpr.Constant(long value)) || value == (int) value;
      case Scalar.Read _, Scalar.Cast _, Scalar.MultiplyAdd _, Scalar.Dot _ -> false;
      case Scalar.Unary(UnaryOp _, Scalar operand) -> scalar.type() == DType.I64 && isWeak(operand);
      case Scalar.Binary(BinaryOp op, Scalar left, Scalar right) ->
          !op.isComparison() && scalar.type() == DType.I64 && isWeak(left) && isWeak(right);
      case Scalar.Select(Scalar _, Scalar then, Scalar otherwise) ->
          scalar.type() == DType.I64 && isWeak(then) && isWeak(otherwise);
    };
  }

  Tree.Expression write(Scalar scalar) {
    return switch (scalar) {
      case Scalar.Literal literal -> literal(literal);
      case Scalar.Read read -> read(read);
      case Scalar.Position(IndexExpr index) -> position(index);
      case Scalar.Unary unary -> unary(unary);
      case Scalar.Binary binary -> binary(binary);
      case Scalar.MultiplyAdd _ -> throw Words.refused("a product and a sum rounded once");
      case Scalar.Dot _ -> throw Words.refused("a sum of four products in one");
      case Scalar.Select(Scalar condition, Scalar then, Scalar otherwise) ->
          Words.call(
              "where",
              write(condition),
              strengthened(write(then), then, otherwise),
              write(otherwise));
      case Scalar.Cast cast -> cast(cast);
    };
  }

  private static Tree.Expression literal(Scalar.Literal literal) {
    if (literal.type() == DType.BOOL) {
      return new Tree.TruthLiteral(literal.longValue() != 0, Words.NOWHERE);
    }
    if (literal.type().isInteger()) {
      return Words.integer(literal.longValue());
    }
    double value = literal.doubleValue();
    return Words.decimal(
        literal.type() == DType.F32 ? Double.parseDouble(Float.toString((float) value)) : value);
  }

  private Tree.Expression position(IndexExpr index) {
    return switch (index) {
      case IndexExpr.Constant _, IndexExpr.Variable _, IndexExpr.Symbol _ -> indices.write(index);
      case IndexExpr.Sum _,
          IndexExpr.Product _,
          IndexExpr.FloorDiv _,
          IndexExpr.FloorMod _,
          IndexExpr.Minimum _,
          IndexExpr.Maximum _,
          IndexExpr.Fetch _ ->
          Words.call("pos", indices.write(index));
    };
  }

  // ------------------------------------------------------------------------ reads

  private Tree.Expression read(Scalar.Read read) {
    Tree.Name name = Words.name(naming.tensor(read.tensor()));
    if (read.indices().isEmpty()) {
      return inPosition && read.type().isCompute() ? Words.call(read.type().text(), name) : name;
    }
    List<Tree.Index> at = new ArrayList<>();
    for (int axis = 0; axis < read.indices().size(); axis++) {
      IndexExpr index = read.indices().get(axis);
      at.add(new Tree.Position(element(index, read.tensor(), axis), Words.NOWHERE));
    }
    return new Tree.Access(name, Tree.Form.SQUARE, at, Words.NOWHERE);
  }

  private Tree.Expression element(IndexExpr index, String tensor, int axis) {
    if (index instanceof IndexExpr.Fetch fetch) {
      return fetch(fetch);
    }
    return reads.isInside(index, reads.extent(tensor, axis))
        ? indices.write(index)
        : Words.call("pos", indices.write(index));
  }

  /// A position from data: something that is read, called or projected says so. A bare name would
  /// be an index or a size.
  Tree.Expression fetch(IndexExpr.Fetch fetch) {
    boolean before = inPosition;
    inPosition = true;
    Tree.Expression position = looked(fetch);
    inPosition = before;
    return position;
  }

  private Tree.Expression looked(IndexExpr.Fetch fetch) {
    Scalar source = fetch.source();
    boolean isPlain =
        source instanceof Scalar.Position
            || (source instanceof Scalar.Literal && isWeak(source) && source.type() == DType.I64);
    if (isPlain) {
      return write(source) instanceof Tree.Call call ? call : Words.call("pos", write(source));
    }
    if (isWeak(source) || source instanceof Scalar.Literal) {
      return Words.call(source.type().text(), write(source));
    }
    // Arithmetic on numbers alone would be checked as an index, and counted from the end.
    return isNumber(source) ? Words.call("pos", write(source)) : write(source);
  }

  /// Whether a value is one that an index may be: sums and products of whole numbers.
  private static boolean isNumber(Scalar value) {
    return switch (value) {
      case Scalar.Literal literal -> literal.type() == DType.I64;
      case Scalar.Unary(UnaryOp op, Scalar operand) -> op == UnaryOp.NEGATE && isNumber(operand);
      case Scalar.Binary(BinaryOp op, Scalar left, Scalar right) ->
          (op == BinaryOp.ADD || op == BinaryOp.SUBTRACT || op == BinaryOp.MULTIPLY)
              && isNumber(left)
              && isNumber(right);
      case Scalar.Read _,
          Scalar.Position _,
          Scalar.MultiplyAdd _,
          Scalar.Dot _,
          Scalar.Select _,
          Scalar.Cast _ ->
          false;
    };
  }

  // ------------------------------------------------------------------- operations

  private Tree.Expression unary(Scalar.Unary unary) {
    Scalar operand = unary.operand();
    Tree.Expression written = write(operand);
    boolean keeps = operand.type() == DType.I64 || operand instanceof Scalar.Literal;
    Tree.Expression argument = keeps ? written : strong(operand, written);
    return switch (unary.op()) {
      case NOT -> new Tree.Not(written, Words.NOWHERE);
      case NEGATE -> new Tree.Negate(safe(operand, argument), Words.NOWHERE);
      case ABS,
          SIGN,
          FLOOR,
          CEIL,
          ROUND,
          SQRT,
          EXP,
          LOG,
          SIN,
          COS,
          TAN,
          TANH,
          ERF,
          RE,
          IM,
          CONJ,
          STOP,
          MIX ->
          Words.call(unary.op().text(), safe(operand, argument));
    };
  }

  /// A literal that is not an `i64` has a cast where nothing beside it has its type.
  private Tree.Expression safe(Scalar operand, Tree.Expression written) {
    return operand instanceof Scalar.Literal && operand.type() != DType.I64
        ? strong(operand, written)
        : written;
  }

  /// The left of two operands, with a cast where both are weak and of no weak type.
  private Tree.Expression strengthened(Tree.Expression written, Scalar left, Scalar right) {
    boolean isOpen = isWeak(left) && isWeak(right) && left.type() != DType.I64;
    return isOpen ? Words.call(left.type().text(), written) : written;
  }

  private Tree.Expression binary(Scalar.Binary binary) {
    Scalar left = binary.left();
    Scalar right = binary.right();
    if (isSquare(binary)) {
      return new Tree.Power(strong(left, write(left)), Words.integer(2), Words.NOWHERE);
    }
    Tree.Expression a = strengthened(write(left), left, right);
    Tree.Expression b = write(right);
    return switch (binary.op()) {
      case ADD -> Words.term(a, TermOperator.PLUS, b);
      case SUBTRACT -> Words.term(a, TermOperator.MINUS, b);
      case MULTIPLY -> times(a, b);
      case DIVIDE -> Words.factor(a, FactorOperator.DIVIDE, b);
      case MODULO -> Words.factor(a, FactorOperator.REMAINDER, b);
      case POWER -> new Tree.Power(a, b, Words.NOWHERE);
      case MINIMUM -> Words.call("min", a, b);
      case MAXIMUM -> Words.call("max", a, b);
      case LOG_ADD_EXP -> Words.call("logaddexp", a, b);
      case COMPLEX -> Words.call("complex", a, b);
      case FOLLOW, SLOPE -> throw Words.refused("what only derivatives are for");
      case AND -> Words.logic(a, LogicOperator.AND, b);
      case OR -> Words.logic(a, LogicOperator.OR, b);
      case EQUAL -> compared(Tree.ComparisonOperator.EQUAL, a, b);
      case XOR, NOT_EQUAL -> compared(Tree.ComparisonOperator.UNEQUAL, a, b);
      case LESS -> compared(Tree.ComparisonOperator.LESS, a, b);
      case LESS_EQUAL -> compared(Tree.ComparisonOperator.AT_MOST, a, b);
    };
  }

  private static boolean isSquare(Scalar scalar) {
    return scalar instanceof Scalar.Binary(BinaryOp op, Scalar left, Scalar right)
        && op == BinaryOp.MULTIPLY
        && !(left instanceof Scalar.Literal)
        && left.equals(right);
  }

  private static Tree.Expression times(Tree.Expression left, Tree.Expression right) {
    boolean isPlain = right instanceof Tree.Access && !(left instanceof Tree.Negate);
    return Words.factor(left, isPlain ? FactorOperator.JUXTAPOSE : FactorOperator.TIMES, right);
  }

  private static Tree.Expression compared(
      Tree.ComparisonOperator operator, Tree.Expression left, Tree.Expression right) {
    return new Tree.Comparison(operator, left, right, Words.NOWHERE);
  }

  private Tree.Expression cast(Scalar.Cast cast) {
    Scalar operand = cast.operand();
    Tree.Expression written = write(operand);
    if (cast.type().isComplex()
        && operand instanceof Scalar.Literal
        && operand.type() == cast.type().part()) {
      return Words.call(cast.type().text(), written);
    }
    if (!operand.type().isCompute() && cast.type() != operand.type().compute()) {
      written = Words.call(operand.type().compute().text(), written);
    }
    if (operand instanceof Scalar.Literal literal && !fits(literal, cast.type())) {
      // A conversion that fails when it is reached; of a bare literal it would be a mistake.
      written = Words.call(operand.type().text(), written);
    }
    if (operand instanceof Scalar.Literal literal && literal.type().isFloat()) {
      written = strong(operand, written);
    }
    if (cast.type() == DType.BOOL && operand.type().isComplex()) {
      Tree.Expression zero = write(Scalar.constant(operand.type(), 0));
      return compared(Tree.ComparisonOperator.UNEQUAL, written, zero);
    }
    if (cast.type() == DType.BOOL) {
      Tree.Expression zero = operand.type().isFloat() ? Words.decimal(0) : Words.integer(0);
      return operand.type() == DType.BOOL
          ? written
          : compared(Tree.ComparisonOperator.UNEQUAL, written, zero);
    }
    return Words.call(cast.type().text(), written);
  }

  private static boolean fits(Scalar.Literal literal, DType type) {
    if (!literal.type().isInteger()) {
      return true;
    }
    long value = literal.longValue();
    return switch (type) {
      case I32 -> value == (int) value;
      case I16 -> value == (short) value;
      case I8 -> value == (byte) value;
      case U8 -> value >= 0 && value < 256;
      case I4 -> value >= -8 && value < 8;
      case F64, F32, F16, BF16, F8E4M3, F8E5M2, I64, BOOL, C64, C128 -> true;
    };
  }
}
