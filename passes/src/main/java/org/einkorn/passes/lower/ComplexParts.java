package org.einkorn.passes.lower;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.runtime.DType;

/// The real and the imaginary part of one complex value, as values that are real throughout.
///
/// What both parts need, or one needs twice, is kept in registers: without them a product of `n`
/// factors would be written out in `2^n` terms. Under a condition a register is computed where the
/// condition holds, and 0 elsewhere, so that the side not chosen is not evaluated.
///
/// ```text
/// (a + bi)(c + di)    (ac − bd) + (ad + bc)i
/// (a + bi)/(c + di)   Smith's method: r = d/c, s = c + dr, ((a + br) + (b − ar)i)/s if |d| ≤ |c|
/// |a + bi|            √(a² + b²) in f64 for c64, m√(1 + (n/m)²) with m ≥ n for c128
/// exp(a + bi)         exp(a) cos(b) + exp(a) sin(b) i
/// ```
final class ComplexParts {
  private final String target;
  private final Set<String> registers;
  private final Set<String> taken;
  private final List<Buffer> temporaries = new ArrayList<>();
  private final List<Stmt> statements = new ArrayList<>();
  private final List<Scalar> conditions = new ArrayList<>();

  /// @param target what the value is for
  /// @param registers the complex registers, of which each part is one
  /// @param taken the names in use; those of new registers are added
  ComplexParts(String target, Set<String> registers, Set<String> taken) {
    this.target = target;
    this.registers = Set.copyOf(registers);
    this.taken = taken;
  }

  /// Two real values that are a complex one.
  record Pair(Scalar re, Scalar im) {}

  /// The register of the real parts of a complex one.
  static String re(String register) {
    return register + ".re";
  }

  /// The register of the imaginary parts of a complex one.
  static String im(String register) {
    return register + ".im";
  }

  /// The registers that the values need.
  List<Buffer> temporaries() {
    return List.copyOf(temporaries);
  }

  /// What fills the registers, in order.
  List<Stmt> statements() {
    return List.copyOf(statements);
  }

  /// The element of a complex tensor or register.
  Pair element(String tensor, DType type, List<IndexExpr> indices) {
    if (registers.contains(tensor)) {
      return new Pair(
          new Scalar.Read(re(tensor), type.part(), List.of()),
          new Scalar.Read(im(tensor), type.part(), List.of()));
    }
    return new Pair(
        new Scalar.Read(tensor, type.part(), with(indices, 0)),
        new Scalar.Read(tensor, type.part(), with(indices, 1)));
  }

  private static List<IndexExpr> with(List<IndexExpr> indices, int part) {
    List<IndexExpr> all = new ArrayList<>(indices);
    all.add(IndexExpr.of(part));
    return all;
  }

  /// A real value, with the complex ones that it is computed from taken apart.
  Scalar real(Scalar scalar) {
    if (!Walk.isComplex(scalar)) {
      return scalar;
    }
    return switch (scalar) {
      case Scalar.Literal _, Scalar.Read _, Scalar.Position _ -> scalar;
      case Scalar.Unary(UnaryOp op, Scalar operand) when operand.type().isComplex() ->
          real(op, operand);
      case Scalar.Unary(UnaryOp op, Scalar operand) -> new Scalar.Unary(op, real(operand));
      case Scalar.Binary(BinaryOp op, Scalar left, Scalar right) when left.type().isComplex() ->
          compared(op, of(left), of(right));
      case Scalar.Binary(BinaryOp op, Scalar left, Scalar right) ->
          new Scalar.Binary(op, real(left), real(right));
      case Scalar.MultiplyAdd(Scalar left, Scalar right, Scalar addend) ->
          new Scalar.MultiplyAdd(real(left), real(right), real(addend));
      case Scalar.Dot _ -> scalar.mapParts(index -> index, this::real);
      case Scalar.Select(Scalar condition, Scalar then, Scalar otherwise) -> {
        Scalar chosen = condition(condition);
        conditions.add(chosen);
        Scalar first = real(then);
        conditions.set(conditions.size() - 1, not(chosen));
        Scalar second = real(otherwise);
        conditions.removeLast();
        yield new Scalar.Select(chosen, first, second);
      }
      case Scalar.Cast(DType type, Scalar operand) when operand.type().isComplex() -> {
        Pair value = of(operand);
        Scalar zero = Scalar.Literal.of(operand.type().part(), 0);
        yield compared(BinaryOp.NOT_EQUAL, value, new Pair(zero, zero));
      }
      case Scalar.Cast(DType type, Scalar operand) -> new Scalar.Cast(type, real(operand));
    };
  }

  private Scalar real(UnaryOp op, Scalar operand) {
    return switch (op) {
      case RE -> of(operand).re();
      case IM -> of(operand).im();
      case ABS -> abs(operand.type(), kept(of(operand)));
      case NEGATE,
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
          CONJ,
          NOT,
          STOP,
          MIX ->
          throw new IllegalArgumentException("`" + op.text() + "` of a complex number is not real");
    };
  }

  private static Scalar compared(BinaryOp op, Pair left, Pair right) {
    return new Scalar.Binary(
        op == BinaryOp.EQUAL ? BinaryOp.AND : BinaryOp.OR,
        new Scalar.Binary(op, left.re, right.re),
        new Scalar.Binary(op, left.im, right.im));
  }

  /// The parts of a complex value.
  Pair of(Scalar scalar) {
    return switch (scalar) {
      case Scalar.Literal _, Scalar.Position _, Scalar.MultiplyAdd _, Scalar.Dot _ ->
          throw new IllegalArgumentException(scalar.type() + " is not complex");
      case Scalar.Read(String tensor, DType type, List<IndexExpr> indices) ->
          element(tensor, type, indices);
      case Scalar.Unary(UnaryOp op, Scalar operand) -> unary(op, of(operand));
      case Scalar.Binary(BinaryOp op, Scalar left, Scalar right) -> binary(op, left, right);
      case Scalar.Select(Scalar condition, Scalar then, Scalar otherwise) -> {
        Scalar chosen = condition(condition);
        conditions.add(chosen);
        Pair first = of(then);
        conditions.set(conditions.size() - 1, not(chosen));
        Pair second = of(otherwise);
        conditions.removeLast();
        yield new Pair(
            new Scalar.Select(chosen, first.re, second.re),
            new Scalar.Select(chosen, first.im, second.im));
      }
      case Scalar.Cast(DType type, Scalar operand) -> {
        if (!operand.type().isComplex()) {
          yield new Pair(
              Scalar.cast(type.part(), real(operand)), Scalar.Literal.of(type.part(), 0));
        }
        Pair value = of(operand);
        yield new Pair(Scalar.cast(type.part(), value.re), Scalar.cast(type.part(), value.im));
      }
    };
  }

  private Pair unary(UnaryOp op, Pair operand) {
    return switch (op) {
      case NEGATE -> new Pair(negated(operand.re), negated(operand.im));
      case CONJ -> new Pair(operand.re, negated(operand.im));
      case STOP -> operand;
      case EXP -> {
        Scalar size = keep(new Scalar.Unary(UnaryOp.EXP, operand.re));
        Scalar angle = keep(operand.im);
        yield new Pair(
            times(size, new Scalar.Unary(UnaryOp.COS, angle)),
            times(size, new Scalar.Unary(UnaryOp.SIN, angle)));
      }
      case ABS, SIGN, FLOOR, CEIL, ROUND, SQRT, LOG, SIN, COS, TAN, TANH, ERF, RE, IM, NOT, MIX ->
          throw new IllegalArgumentException("`" + op.text() + "` gives no complex number");
    };
  }

  private Pair binary(BinaryOp op, Scalar left, Scalar right) {
    return switch (op) {
      case COMPLEX -> new Pair(real(left), real(right));
      case ADD, SUBTRACT -> {
        Pair one = of(left);
        Pair two = of(right);
        yield new Pair(
            new Scalar.Binary(op, one.re, two.re), new Scalar.Binary(op, one.im, two.im));
      }
      case MULTIPLY -> {
        Pair one = kept(of(left));
        Pair two = right.equals(left) ? one : kept(of(right));
        yield new Pair(
            minus(times(one.re, two.re), times(one.im, two.im)),
            plus(times(one.re, two.im), times(one.im, two.re)));
      }
      case DIVIDE -> {
        Pair one = kept(of(left));
        yield quotient(one, right.equals(left) ? one : kept(of(right)));
      }
      case MODULO,
          POWER,
          MINIMUM,
          MAXIMUM,
          LOG_ADD_EXP,
          FOLLOW,
          SLOPE,
          AND,
          OR,
          XOR,
          EQUAL,
          NOT_EQUAL,
          LESS,
          LESS_EQUAL ->
          throw new IllegalArgumentException("`" + op.text() + "` of complex numbers");
    };
  }

  private Pair quotient(Pair x, Pair y) {
    DType type = x.re.type();
    Scalar isReal =
        keep(
            new Scalar.Binary(
                BinaryOp.LESS_EQUAL,
                new Scalar.Unary(UnaryOp.ABS, y.im),
                new Scalar.Unary(UnaryOp.ABS, y.re)));
    Scalar large = keep(new Scalar.Select(isReal, y.re, y.im));
    Scalar small = keep(new Scalar.Select(isReal, y.im, y.re));
    Scalar ratio = keep(over(small, orOne(large, type)));
    Scalar divisor = keep(plus(large, times(small, ratio)));
    Scalar first = new Scalar.Select(isReal, x.re, x.im);
    Scalar second = new Scalar.Select(isReal, x.im, x.re);
    Scalar im =
        new Scalar.Select(isReal, minus(x.im, times(x.re, ratio)), minus(times(x.im, ratio), x.re));
    return new Pair(over(plus(first, times(second, ratio)), divisor), over(im, divisor));
  }

  private Scalar abs(DType type, Pair z) {
    if (type == DType.C64) {
      Scalar re = Scalar.cast(DType.F64, z.re);
      Scalar im = Scalar.cast(DType.F64, z.im);
      Scalar squares = plus(times(re, re), times(im, im));
      return Scalar.cast(DType.F32, new Scalar.Unary(UnaryOp.SQRT, squares));
    }
    Scalar re = new Scalar.Unary(UnaryOp.ABS, z.re);
    Scalar im = new Scalar.Unary(UnaryOp.ABS, z.im);
    Scalar large = keep(new Scalar.Binary(BinaryOp.MAXIMUM, re, im));
    Scalar small = new Scalar.Binary(BinaryOp.MINIMUM, re, im);
    Scalar isInfinite =
        new Scalar.Binary(
            BinaryOp.EQUAL, large, Scalar.Literal.of(DType.F64, Double.POSITIVE_INFINITY));
    Scalar finite = new Scalar.Select(isInfinite, Scalar.Literal.of(DType.F64, 0), small);
    Scalar ratio = keep(over(finite, orOne(large, DType.F64)));
    Scalar squares = plus(Scalar.Literal.of(DType.F64, 1), times(ratio, ratio));
    return times(large, new Scalar.Unary(UnaryOp.SQRT, squares));
  }

  /// A divisor, or 1 for zero.
  private static Scalar orOne(Scalar value, DType type) {
    Scalar isZero = new Scalar.Binary(BinaryOp.EQUAL, value, Scalar.Literal.of(type, 0));
    return new Scalar.Select(isZero, Scalar.Literal.of(type, 1), value);
  }

  private static Scalar negated(Scalar value) {
    return new Scalar.Unary(UnaryOp.NEGATE, value);
  }

  private static Scalar not(Scalar value) {
    return new Scalar.Unary(UnaryOp.NOT, value);
  }

  private static Scalar plus(Scalar left, Scalar right) {
    return new Scalar.Binary(BinaryOp.ADD, left, right);
  }

  private static Scalar minus(Scalar left, Scalar right) {
    return new Scalar.Binary(BinaryOp.SUBTRACT, left, right);
  }

  private static Scalar times(Scalar left, Scalar right) {
    return new Scalar.Binary(BinaryOp.MULTIPLY, left, right);
  }

  private static Scalar over(Scalar left, Scalar right) {
    return new Scalar.Binary(BinaryOp.DIVIDE, left, right);
  }

  /// Both parts, ready to be used more than once.
  Pair kept(Pair value) {
    return new Pair(keep(value.re), keep(value.im));
  }

  /// A condition that is tested for each part, and by each register under it.
  private Scalar condition(Scalar condition) {
    Scalar value = real(condition);
    return isOfPositions(value) ? value : keep(value);
  }

  /// Whether positions decide a value: then its cost can be told before a run, which that of a
  /// register can't.
  private static boolean isOfPositions(Scalar value) {
    boolean[] found = {true};
    Walk.of(
            part -> found[0] &= !(part instanceof Scalar.Read),
            index -> found[0] &= !(index instanceof IndexExpr.Fetch))
        .visit(value);
    return found[0];
  }

  /// The value in a register, unless it costs nothing.
  private Scalar keep(Scalar value) {
    if (isFree(value)) {
      return value;
    }
    Buffer register =
        new Buffer(newName(), new TensorType(value.type(), List.of()), Buffer.Scope.REGISTER);
    temporaries.add(register);
    Scalar stored = value;
    for (Scalar condition : conditions.reversed()) {
      stored = new Scalar.Select(condition, stored, Scalar.Literal.of(value.type(), 0));
    }
    statements.add(new Stmt.Store(register.name(), List.of(), stored));
    return new Scalar.Read(register.name(), value.type(), List.of());
  }

  private static boolean isFree(Scalar value) {
    return switch (value) {
      case Scalar.Literal _, Scalar.Read _, Scalar.Position _ -> true;
      case Scalar.Cast(var type, Scalar operand) -> isFree(operand);
      case Scalar.Unary(UnaryOp op, Scalar operand) -> op == UnaryOp.NEGATE && isFree(operand);
      case Scalar.Binary _, Scalar.MultiplyAdd _, Scalar.Dot _, Scalar.Select _ -> false;
    };
  }

  private String newName() {
    int number = 0;
    while (!taken.add(target + ".part" + number)) {
      number++;
    }
    return target + ".part" + number;
  }
}
