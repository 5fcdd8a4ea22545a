package org.einkorn.frontend.lower;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.einkorn.frontend.check.Conditions;
import org.einkorn.frontend.check.Linear;
import org.einkorn.frontend.check.Problem;
import org.einkorn.frontend.check.Ranges;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.source.Origin;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.runtime.DType;
import org.jspecify.annotations.Nullable;

/// Turns nodes into scalars of the IR. A projection inside an expression becomes a definition of
/// its own, before the one that reads it.
final class Emitter {
  final Context context;
  final Frame frame;
  final Types types;
  private final String target;
  private final Origin origin;
  private final Temporaries temporaries;
  private final Lengths lengths;
  private final IdentityHashMap<Node, Made> made = new IdentityHashMap<>();
  private final IdentityHashMap<Node.Store, Made> stored = new IdentityHashMap<>();

  /// What the conditions around the current node say.
  private Conditions facts = Conditions.NONE;

  /// A temporary: how it is read, and the points at which it says nothing.
  record Made(String name, DType type, List<String> variables, List<Guard> guards) {}

  /// The points that are left out of the contraction that is being made.
  static final class Points {
    final Set<Guard> guards = new LinkedHashSet<>();
  }

  Emitter(Context context, Frame frame, String target, Origin origin) {
    this.context = context;
    this.frame = frame;
    this.types = new Types(context);
    this.target = target;
    this.origin = origin;
    this.temporaries = new Temporaries(this);
    this.lengths = new Lengths(this, temporaries);
  }

  String target() {
    return target;
  }

  Origin origin() {
    return origin;
  }

  Axis axis(String variable) {
    return new Axis(variable, extent(variable));
  }

  IndexExpr extent(String variable) {
    return context.extents.resolve(frame.get(variable).extent());
  }

  /// The node's value in `want`, a compute type.
  Scalar scalar(Node node, DType want, Points points) {
    return switch (node) {
      case Node.Whole(long value) -> whole(value, want);
      case Node.Real(double value) -> real(value, want);
      case Node.Truth(boolean value) -> convert(Scalar.Literal.of(DType.BOOL, value ? 1 : 0), want);
      case Node.Broken _ -> Scalar.constant(want, 0);
      case Node.Read read -> convert(read(read, points), want);
      case Node.Place(IndexExpr index) -> {
        Scalar position = new Scalar.Position(position(index, points));
        yield position instanceof Scalar.Position(IndexExpr.Constant(long value))
            ? whole(value, want)
            : convert(position, want);
      }
      case Node.Shared shared -> convert(shared(shared, points), want);
      case Node.Unary unary -> convert(unary(unary, want, points), want);
      case Node.Binary binary -> convert(binary(binary, want, points), want);
      case Node.Product product -> {
        boolean isLogic = types.of(product).type() == DType.BOOL;
        DType type = isLogic ? DType.BOOL : computed(types.of(product), want);
        BinaryOp op = isLogic ? BinaryOp.AND : BinaryOp.MULTIPLY;
        yield convert(chain(op, product.factors(), type, points), want);
      }
      case Node.Sum sum ->
          convert(chain(BinaryOp.ADD, sum.terms(), computed(types.of(sum), want), points), want);
      case Node.Logic logic ->
          convert(chain(logic.op(), logic.operands(), DType.BOOL, points), want);
      case Node.Not not ->
          convert(new Scalar.Unary(UnaryOp.NOT, part(not.operand(), DType.BOOL, points)), want);
      case Node.Power power -> convert(power(power, want, points), want);
      case Node.Select select -> convert(select(select, want, points), want);
      case Node.Convert conversion -> {
        Scalar operand = unconverted(conversion, points);
        Scalar narrow =
            conversion.type() == DType.BOOL
                ? truth(operand)
                : Scalar.cast(conversion.type(), operand);
        yield convert(Scalar.cast(conversion.type().compute(), narrow), want);
      }
      case Node.Project _, Node.Average _, Node.Cumulate _ -> {
        Scalar value = temporaries.value(node, points);
        yield convert(value, want);
      }
    };
  }

  /// A value that something else is made of.
  private Scalar part(Node node, DType want, Points points) {
    return lengths.part(scalar(node, want, points), points);
  }

  /// A side is evaluated only where its condition chooses it, and may rely on that.
  private Scalar select(Node.Select select, DType want, Points points) {
    DType type = computed(types.of(select), want);
    Scalar condition = part(select.condition(), DType.BOOL, points);
    Conditions before = facts;
    facts = before.and(condition, true);
    Scalar then = lengths.where(condition, () -> part(select.then(), type, points));
    facts = before.and(condition, false);
    Scalar isOther = new Scalar.Unary(UnaryOp.NOT, condition);
    Scalar otherwise = lengths.where(isOther, () -> part(select.otherwise(), type, points));
    facts = before;
    return new Scalar.Select(condition, then, otherwise);
  }

  /// What a conversion converts: a literal is made in the target type at once, so that `f64(0.1)`
  /// has all its digits.
  private Scalar unconverted(Node.Convert conversion, Points points) {
    if (conversion.operand() instanceof Node.Whole(long value) && !fits(value, conversion.type())) {
      context.report(
          new Problem.LiteralTooLarge(value, conversion.type().text(), conversion.origin()));
    }
    Types.Type operand = types.of(conversion.operand());
    DType target = conversion.type().compute();
    if (operand.isWeak() && operand.type().isComplex() && target.isComplex()) {
      return part(conversion.operand(), target, points);
    }
    boolean takesTarget = operand.isWeak() && operand.type().isFloat() && target.part().isFloat();
    return takesTarget
        ? part(conversion.operand(), target.part(), points)
        : natural(conversion.operand(), points);
  }

  private static boolean fits(long value, DType type) {
    return switch (type) {
      case I32 -> value == (int) value;
      case I16 -> value == (short) value;
      case I8 -> value == (byte) value;
      case U8 -> value >= 0 && value < 256;
      case I4 -> value >= -8 && value < 8;
      case F64, F32, F16, BF16, F8E4M3, F8E5M2, I64, BOOL, C64, C128 -> true;
    };
  }

  /// The node's value in its own type.
  Scalar natural(Node node, Points points) {
    return part(node, types.of(node).type(), points);
  }

  /// Weak values are computed in what is asked for, others in their own type. Positions are exact
  /// in `i64` only.
  private static DType computed(Types.Type type, DType want) {
    if (!type.isWeak()) {
      return type.type();
    }
    if (type.type().isComplex()) {
      return want == DType.F64 || want == DType.C128 ? DType.C128 : DType.C64;
    }
    if (!type.type().isFloat()) {
      return DType.I64;
    }
    return want.part().isFloat() ? want.part() : DType.F32;
  }

  Scalar convert(Scalar scalar, DType want) {
    if (scalar.type() == want) {
      return scalar;
    }
    return want == DType.BOOL
        ? truth(scalar)
        : Scalar.cast(want, Scalar.cast(scalar.type().compute(), scalar));
  }

  private static Scalar truth(Scalar scalar) {
    if (scalar.type() == DType.BOOL) {
      return scalar;
    }
    Scalar value = Scalar.cast(scalar.type().compute(), scalar);
    return new Scalar.Binary(BinaryOp.NOT_EQUAL, value, Scalar.constant(value.type(), 0));
  }

  private Scalar whole(long value, DType want) {
    if (want == DType.BOOL) {
      return Scalar.Literal.of(DType.BOOL, value == 0 ? 0 : 1);
    }
    if (want == DType.I32 && value != (int) value) {
      context.report(new Problem.LiteralTooLarge(value, "i32", origin));
      return Scalar.Literal.of(want, 0);
    }
    // Not through Literal.of(want, (double) value): an i64 keeps all its digits.
    return want.part().isFloat()
        ? Scalar.constant(want, (double) value)
        : new Scalar.Literal(want, value);
  }

  private Scalar real(double value, DType want) {
    return want.part().isFloat()
        ? Scalar.constant(want, value)
        : convert(Scalar.Literal.of(DType.F32, value), want);
  }

  private Scalar chain(BinaryOp op, List<Node> nodes, DType type, Points points) {
    Scalar value = part(nodes.getFirst(), type, points);
    for (Node node : nodes.subList(1, nodes.size())) {
      value = new Scalar.Binary(op, lengths.part(value, points), part(node, type, points));
    }
    return value;
  }

  private Scalar unary(Node.Unary unary, DType want, Points points) {
    Types.Type type = types.of(unary);
    Types.Type operandType = types.of(unary.operand());
    if (operandType.type().isComplex()) {
      DType computed = computed(operandType, want);
      return new Scalar.Unary(unary.op(), part(unary.operand(), computed, points));
    }
    DType compute = computed(type, want);
    boolean isRounding =
        switch (unary.op()) {
          case FLOOR, CEIL, ROUND -> true;
          default -> false;
        };
    Scalar operand = part(unary.operand(), compute, points);
    return switch (unary.op()) {
      case RE, CONJ -> operand;
      case IM -> Scalar.Literal.of(compute, 0);
      default -> isRounding && !compute.isFloat() ? operand : new Scalar.Unary(unary.op(), operand);
    };
  }

  private Scalar binary(Node.Binary binary, DType want, Points points) {
    Types.Type left = types.of(binary.left());
    Types.Type right = types.of(binary.right());
    if (binary.op().isComparison()) {
      Types.Type common = Types.join(left, right);
      DType type = common.type();
      if (type == DType.BOOL && !Types.comparesBooleans(binary.op())) {
        type = DType.I32;
      }
      return new Scalar.Binary(
          binary.op(), part(binary.left(), type, points), part(binary.right(), type, points));
    }
    Types.Type own = types.of(binary);
    if (binary.op() == BinaryOp.FOLLOW && !own.type().isFloat()) {
      return part(binary.left(), own.type(), points);
    }
    if (own.type() == DType.BOOL) {
      BinaryOp op =
          switch (binary.op()) {
            case MINIMUM -> BinaryOp.AND;
            case MAXIMUM -> BinaryOp.OR;
            default -> binary.op();
          };
      return new Scalar.Binary(
          op, part(binary.left(), DType.BOOL, points), part(binary.right(), DType.BOOL, points));
    }
    DType type = binary.op() == BinaryOp.COMPLEX ? computed(own, want).part() : computed(own, want);
    return new Scalar.Binary(
        binary.op(), part(binary.left(), type, points), part(binary.right(), type, points));
  }

  /// Small whole exponents are multiplied out, which is exact for integers.
  private Scalar power(Node.Power power, DType want, Points points) {
    DType type = computed(types.of(power), want);
    if (power.exponent() instanceof Node.Whole(long exponent)
        && Types.isSmallExponent(power.exponent())
        && (exponent <= 4 || !type.isFloat())) {
      Scalar base = part(power.base(), type, points);
      return exponent == 0 ? Scalar.constant(type, 1) : raised(base, exponent);
    }
    return new Scalar.Binary(
        BinaryOp.POWER, part(power.base(), type, points), part(power.exponent(), type, points));
  }

  private static Scalar raised(Scalar base, long exponent) {
    if (exponent == 1) {
      return base;
    }
    Scalar half = raised(base, exponent / 2);
    Scalar square = new Scalar.Binary(BinaryOp.MULTIPLY, half, half);
    return exponent % 2 == 0 ? square : new Scalar.Binary(BinaryOp.MULTIPLY, square, base);
  }

  // ------------------------------------------------------------------------ reads

  private Scalar read(Node.Read read, Points points) {
    TensorInfo tensor = context.tensor(read.tensor());
    if (tensor == null) {
      throw new IllegalStateException("no tensor `" + read.tensor() + "`");
    }
    List<IndexExpr> at = new ArrayList<>();
    for (int axis = 0; axis < read.at().size(); axis++) {
      at.add(element(read, tensor, axis, points));
    }
    return new Scalar.Read(tensor.name(), tensor.dtype(), at);
  }

  private IndexExpr element(Node.Read read, TensorInfo tensor, int axis, Points points) {
    IndexExpr written = read.at().get(axis);
    IndexExpr extent = context.extents.resolve(tensor.extents().get(axis));
    IndexExpr position = position(written, points);
    boolean isGather =
        written instanceof IndexExpr.Variable(String name) && frame.gatherOf(name) != null;
    Node.Check check = read.checks().get(axis);
    if (!check.isNeeded() || isGather) {
      return position;
    }
    if (frame.variablesOf(written).isEmpty() && !isLabel(written)) {
      Ranges range = new Ranges(position, position);
      return range.isInside(extent)
          ? position
          : new IndexExpr.Fetch(tensor.name(), axis, extent, new Scalar.Position(position));
    }
    guard(position, extent, check, points);
    return position;
  }

  private static boolean isLabel(IndexExpr position) {
    return position instanceof IndexExpr.Symbol(String name) && name.startsWith("label.");
  }

  /// Leaves out the points at which a position is outside, unless there are none.
  private void guard(IndexExpr position, IndexExpr extent, Node.Check check, Points points) {
    if (position instanceof IndexExpr.Symbol) {
      return;
    }
    Ranges range = Ranges.of(position, this::extent);
    if (facts.keepInside(position, extent, this::extent)) {
      return;
    }
    boolean start = check.start() && !range.startsInside();
    boolean end = check.end() && !range.endsInside(extent);
    if (!start && !end) {
      return;
    }
    // A side that a condition takes care of must not leave out points where the condition fails.
    IndexExpr tested = position;
    if (!check.start()) {
      tested = position.max(IndexExpr.Constant.ZERO);
    } else if (!check.end()) {
      tested = position.min(extent.plus(-1));
    }
    points.guards.add(new Guard(Linear.normalize(tested), extent));
  }

  /// A position with its gathers in place.
  IndexExpr position(IndexExpr written, Points points) {
    IndexExpr replaced =
        Linear.substitute(
            written,
            leaf -> {
              if (!(leaf instanceof IndexExpr.Variable(String name))) {
                return context.extents.resolve(leaf);
              }
              Frame.@Nullable Gather gather = frame.gatherOf(name);
              return gather == null ? leaf : fetch(gather, points);
            });
    return Linear.normalize(replaced);
  }

  private IndexExpr fetch(Frame.Gather gather, Points points) {
    Types.Type type = types.of(gather.source());
    DType found = type.type();
    if (!found.isInteger()) {
      String name = gather.source() instanceof Node.Read read ? read.tensor() : "";
      Problem problem = new Problem.FloatIndex(name, found.text(), gather.origin());
      // A position may be needed in several places.
      if (!context.problems.contains(problem)) {
        context.report(problem);
      }
      return IndexExpr.Constant.ZERO;
    }
    Scalar source = part(gather.source(), found, points);
    if (Walk.isComplex(source)) {
      Problem problem = new Problem.ComplexPosition(gather.origin());
      if (!context.problems.contains(problem)) {
        context.report(problem);
      }
      return IndexExpr.Constant.ZERO;
    }
    return new IndexExpr.Fetch(
        gather.tensor(), gather.axis(), context.extents.resolve(gather.extent()), source);
  }

  // ------------------------------------------------------------------ temporaries

  private Scalar shared(Node.Shared shared, Points points) {
    Made temporary = stored.get(shared.value());
    if (temporary == null) {
      temporary = temporaries.store(shared.value().body(), shared.value().variables());
      stored.put(shared.value(), temporary);
    }
    List<IndexExpr> at = shared.at().stream().map(index -> position(index, points)).toList();
    for (int axis = 0; axis < at.size(); axis++) {
      guard(at.get(axis), extent(temporary.variables().get(axis)), Node.Check.BOTH, points);
    }
    inherit(temporary, at, points);
    return new Scalar.Read(temporary.name(), temporary.type(), at);
  }

  /// Reads a temporary that belongs to one node.
  Scalar once(Node node, Points points, Function<Node, Made> make) {
    Made temporary = made.get(node);
    if (temporary == null) {
      temporary = make.apply(node);
      made.put(node, temporary);
    }
    List<IndexExpr> at =
        temporary.variables().stream().map(name -> IndexExpr.variable(name)).toList();
    inherit(temporary, at, points);
    return new Scalar.Read(temporary.name(), temporary.type(), at);
  }

  /// A point that is left out of a temporary whatever it sums over is left out here too.
  private void inherit(Made temporary, List<IndexExpr> at, Points points) {
    for (Guard guard : temporary.guards()) {
      Function<IndexExpr, IndexExpr> rename =
          leaf -> {
            int place =
                leaf instanceof IndexExpr.Variable(String name)
                    ? temporary.variables().indexOf(name)
                    : -1;
            return place < 0 ? leaf : at.get(place);
          };
      points.guards.add(
          new Guard(Linear.normalize(Linear.substitute(guard.index(), rename)), guard.extent()));
    }
  }

  /// The guards that speak only of `variables`.
  List<Guard> about(List<String> variables, Points points) {
    return points.guards.stream()
        .filter(guard -> variables.containsAll(frame.variablesOf(guard.index())))
        .toList();
  }

  /// `variables` in the order in which the equation names them.
  List<String> ordered(Set<String> variables) {
    return frame.ordered(variables);
  }
}
