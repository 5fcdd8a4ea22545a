package org.einkorn.backend.llvm;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.einkorn.backend.llvm.binding.BasicBlock;
import org.einkorn.backend.llvm.binding.Builder;
import org.einkorn.backend.llvm.binding.Comparison;
import org.einkorn.backend.llvm.binding.Type;
import org.einkorn.backend.llvm.binding.Value;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.integer.IntegerRange;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.runtime.DType;

/// Writes the values of several lanes at once: some rounds of a loop, beginning with that of which
/// a scope tells the number.
///
/// What is the same in every lane is computed once. Everything else is the arithmetic of one
/// element in every lane, by the same classes.
final class LaneExpressions {
  private final Code single;
  private final Code wide;
  private final Builder builder;
  private final ExpressionLowering expressions;
  private final Control control;
  private final ExpressionLowering positions;
  private final IntegerOps integers;
  private final FloatOps floats;
  private final Casts casts;
  private final ByteDots dots;
  private final TruthBytes truths;
  private final StridedLoads strided;

  LaneExpressions(Code single, ExpressionLowering expressions, Control control, int lanes) {
    this.control = control;
    this.single = single;
    this.wide = lanes == 1 ? single : single.wide(lanes);
    this.builder = single.builder;
    this.expressions = expressions;
    this.positions = expressions.of(wide);
    this.integers = new IntegerOps(wide);
    this.floats = new FloatOps(wide);
    this.casts = new Casts(wide);
    this.dots = new ByteDots(single, wide, this);
    this.truths = new TruthBytes(single, wide, this);
    this.strided = new StridedLoads(single, wide);
  }

  /// What the lanes have in common as a statement is written.
  ///
  /// @param scope the names as the first lane has them
  /// @param mask the lanes for which the statement runs, if not for all
  /// @param shared what was computed already that is the same in all lanes
  record Place(LaneNames names, Scope scope, Optional<Value> mask, Map<Scalar, Value> shared) {
    Place(LaneNames names, Scope scope, Optional<Value> mask) {
      this(names, scope, mask, new HashMap<>());
    }

    /// The same for other lanes.
    Place in(Scope otherScope, Optional<Value> otherMask) {
      return new Place(names, otherScope, otherMask, shared);
    }
  }

  /// Ends some rounds: what overflowed in a lane counts from now on.
  void end() {
    wide.countOverflow();
  }

  /// Begins an array, or an element, that each lane has for itself: what lanes have at a position
  /// lies side by side.
  Code.Array allocate(Buffer buffer, Scope scope) {
    long elements = buffer.constantElements().orElseThrow();
    Code.Array array = single.beginArray(buffer, elements * wide.lanes);
    List<Value> extents =
        buffer.type().extents().stream().map(extent -> expressions.index(extent, scope)).toList();
    scope.bind(buffer.name(), new Scope.Place(array.address(), buffer, extents));
    return array;
  }

  void store(Stmt.Store store, Place place) {
    if (place.mask.isEmpty()) {
      store(store, stored(store.value(), place), place);
    } else if (wide.lanes == 1) {
      control.when(place.mask.get(), () -> store(store, stored(store.value(), place), place));
    } else {
      storeMasked(store, place.mask.get(), place);
    }
  }

  private void store(Stmt.Store store, Value value, Place place) {
    builder.store(value, address(store, place), store.value().type().byteSize());
  }

  /// Where the first lane is stored.
  Value address(Stmt.Store store, Place place) {
    Scope.Place target = place.scope.place(store.buffer());
    Value number = number(store.buffer(), store.indices(), place);
    return single.address(target.type(), target.address(), number);
  }

  /// A value as it lies in memory.
  Value stored(Scalar value, Place place) {
    return value.type() == DType.BOOL && wide.lanes > 1
        ? truths.write(value, place)
        : wide.inMemory(value.type(), value(value, place));
  }

  /// Other threads may store beside what is stored here; but an array of this thread is loaded and
  /// stored as a whole, so that it becomes registers.
  private void storeMasked(Stmt.Store store, Value mask, Place place) {
    Value value = wide.masked(mask, () -> stored(store.value(), place));
    Scope.Place target = place.scope.place(store.buffer());
    Value number = number(store.buffer(), store.indices(), place);
    DType type = target.type();
    boolean isOfThread = target.buffer().scope() != Buffer.Scope.GLOBAL;
    if (isOfThread && isInside(store.buffer(), store.indices(), place)) {
      Value old = wide.loadBytes(type, target.address(), number);
      wide.storeBytes(type, target.address(), number, builder.select(mask, value, old));
      return;
    }
    builder.call(
        single.module.intrinsic("llvm.masked.store", List.of(wide.memory(type), single.pointer)),
        List.of(
            value,
            single.address(type, target.address(), number),
            single.i32(type.byteSize()),
            mask));
  }

  /// The lanes of a mask for which a condition holds.
  Value chosen(Scalar condition, Place place) {
    if (wide.lanes == 1) {
      return place
          .mask
          .map(mask -> whereChosen(mask, condition, place))
          .orElseGet(() -> value(condition, place));
    }
    return place
        .mask
        .map(mask -> builder.and(mask, wide.masked(mask, () -> value(condition, place))))
        .orElseGet(() -> value(condition, place));
  }

  private Value whereChosen(Value mask, Scalar condition, Place place) {
    return whereAny(mask, single.i1, () -> value(condition, place));
  }

  /// The lanes of a mask for which guards hold.
  Value guarded(List<Guard> guards, Place place) {
    Optional<Value> all = place.mask;
    for (Guard guard : guards) {
      Value holds = guarded(guard, place);
      all = Optional.of(all.map(before -> builder.and(before, holds)).orElse(holds));
    }
    return all.orElseGet(() -> wide.bool(true));
  }

  private Value guarded(Guard guard, Place place) {
    if (wide.lanes > 1 && place.names.isStep(guard.index(), guard.extent())) {
      Value first = expressions.index(guard.index(), place.scope);
      Value lane = single.context.lanes(wide.i32);
      Value begin = lane(builder.subtract(single.i64(0), first));
      return builder.and(
          builder.compare(Comparison.GREATER_EQUAL, lane, begin),
          below(guard.index(), guard.extent(), place));
    }
    Value index = positions(guard.index(), place);
    Value extent = positions(guard.extent(), place);
    return builder.and(
        builder.compare(Comparison.GREATER_EQUAL, index, wide.i64(0)),
        builder.compare(Comparison.LESS, index, extent));
  }

  /// The lanes whose position, one more from lane to lane, is below a number: compared as numbers
  /// of 32 bits.
  private Value below(IndexExpr index, IndexExpr bound, Place place) {
    Value first = expressions.index(index, place.scope);
    Value end =
        bound instanceof IndexExpr.Constant(long number)
            ? single.hidden(number)
            : expressions.index(bound, place.scope);
    Value lane = single.context.lanes(wide.i32);
    return builder.compare(Comparison.LESS, lane, lane(builder.subtract(end, first)));
  }

  /// A number of lanes, none or all where it is outside.
  private Value lane(Value number) {
    Value above = single.intrinsic("llvm.smax", single.i64, number, single.i64(0));
    Value inside = single.intrinsic("llvm.smin", single.i64, above, single.i64(wide.lanes));
    return wide.splat(builder.truncate(inside, single.i32), wide.i32);
  }

  int lanes() {
    return wide.lanes;
  }

  /// Whether a mask has all lanes.
  Value all(Value mask) {
    return wide.all(mask);
  }

  /// Whether a mask has any lane.
  Value any(Value mask) {
    return wide.any(mask);
  }

  /// The number of the element that the first lane reads.
  Value firstNumber(Scalar.Read read, Place place) {
    return number(read.tensor(), read.indices(), place);
  }

  /// The number of the first lane's element.
  private Value number(String tensor, List<IndexExpr> indices, Place place) {
    Value number = expressions.number(place.scope.place(tensor), indices, place.scope);
    return place.names.own().contains(tensor) && wide.lanes > 1
        ? builder.multiplyIndex(number, single.i64(wide.lanes))
        : number;
  }

  Value value(Scalar scalar, Place place) {
    if (wide.lanes == 1) {
      return expressions.scalar(scalar, place.scope);
    }
    if (!place.names.varies(scalar)) {
      return wide.splat(same(scalar, place), wide.register(scalar.type()));
    }
    return switch (scalar) {
      case Scalar.Literal _ -> throw new IllegalStateException("a literal that varies");
      case Scalar.Read read -> read(read, place);
      case Scalar.Position(IndexExpr index) -> positions(index, place);
      case Scalar.Unary(UnaryOp op, Scalar operand) -> {
        Value value = value(operand, place);
        yield operand.type().isFloat()
            ? floats.unary(op, operand.type(), value)
            : integers.unary(op, operand.type(), value, range(operand, place));
      }
      case Scalar.Binary(
              BinaryOp op,
              Scalar.Position(IndexExpr index),
              Scalar.Position(IndexExpr bound))
          when op == BinaryOp.LESS && place.names.isStep(index, bound) ->
          below(index, bound, place);
      case Scalar.Binary(BinaryOp op, Scalar left, Scalar right) -> {
        Value first = value(left, place);
        Value second = value(right, place);
        yield left.type().isFloat()
            ? floats.binary(op, left.type(), first, second)
            : integers.binary(
                op, left.type(), first, second, range(left, place), range(right, place));
      }
      case Scalar.MultiplyAdd(Scalar left, Scalar right, Scalar addend) ->
          floats.multiplyAdd(
              scalar.type(), value(left, place), value(right, place), value(addend, place));
      case Scalar.Dot dot ->
          dots.canWrite(dot, place) ? dots.write(dot, place) : value(dot.sums(), place);
      case Scalar.Select(Scalar condition, Scalar then, Scalar otherwise) -> {
        Value chosen = value(condition, place);
        Value first = wide.masked(chosen, () -> value(then, place));
        Value second = wide.masked(builder.not(chosen), () -> value(otherwise, place));
        yield builder.select(chosen, first, second);
      }
      case Scalar.Cast(DType type, Scalar operand) ->
          operand.type().isFloat()
              ? casts.cast(value(operand, place), operand.type(), type)
              : casts.cast(value(operand, place), operand.type(), type, range(operand, place));
    };
  }

  private static IntegerRange range(Scalar scalar, Place place) {
    return IntegerRange.of(scalar, place.scope::elements);
  }

  /// A value that is the same in all lanes, computed where any of them needs it.
  private Value same(Scalar scalar, Place place) {
    if (scalar instanceof Scalar.Literal) {
      return expressions.scalar(scalar, place.scope);
    }
    Value known = place.shared.get(scalar);
    if (known != null) {
      return known;
    }
    Optional<Value> mask = wide.mask();
    if (mask.equals(place.mask)) {
      Value value = expressions.scalar(scalar, place.scope);
      place.shared.put(scalar, value);
      return value;
    }
    return whereAny(
        mask.get(), single.register(scalar.type()), () -> expressions.scalar(scalar, place.scope));
  }

  /// Whether an element lies in its array for all lanes, also those that sit out.
  private boolean isInside(String tensor, List<IndexExpr> indices, Place place) {
    return place.names.own().contains(tensor)
        || place.scope.isInside(
            tensor,
            place.mask.isEmpty() ? indices : indices.stream().map(place.names::meaning).toList());
  }

  /// Zero where no lane needs the value.
  private Value whereAny(Value mask, Type type, Supplier<Value> value) {
    BasicBlock before = builder.block();
    BasicBlock needed = single.block("needed");
    BasicBlock joined = single.block("joined");
    builder.branch(wide.any(mask), needed, joined);
    single.begin(needed);
    Value computed = value.get();
    BasicBlock after = builder.block();
    builder.jump(joined);
    single.begin(joined);
    Value result = builder.phi(type, "");
    builder.incoming(result, single.context.zero(type), before);
    builder.incoming(result, computed, after);
    return result;
  }

  private Value read(Scalar.Read read, Place place) {
    DType type = read.type();
    boolean isSame =
        !place.names.own().contains(read.tensor())
            && place.names.change(read.indices()) == LaneNames.Change.NONE;
    return isSame
        ? wide.splat(same(read, place), wide.register(type))
        : wide.inRegister(type, loaded(read, place));
  }

  /// Elements of which each lane has another one, as they lie in memory.
  Value loaded(Scalar.Read read, Place place) {
    Scope.Place source = place.scope.place(read.tensor());
    DType type = read.type();
    boolean isOwn = place.names.own().contains(read.tensor());
    if (!isOwn && place.names.change(read.indices()) == LaneNames.Change.OTHER) {
      return gathered(read, source, place);
    }
    Value number = number(read.tensor(), read.indices(), place);
    Optional<Value> mask = wide.mask();
    if (isOwn || mask.isEmpty() || isInside(read.tensor(), read.indices(), place)) {
      return wide.loadBytes(type, source.address(), number);
    }
    Type memory = wide.memory(type);
    Value address = single.address(type, source.address(), number);
    return builder.callLoad(
        single.module.intrinsic("llvm.masked.load", List.of(memory, single.pointer)),
        address,
        List.of(address, single.i32(type.byteSize()), mask.get(), single.context.zero(memory)));
  }

  private Value gathered(Scalar.Read read, Scope.Place source, Place place) {
    int stride =
        wide.mask().isEmpty() ? strided.stride(source.buffer(), read.indices(), place.names) : 0;
    if (stride > 0) {
      return strided.load(source, firstNumber(read, place), stride);
    }
    Value numbers = wide.i64(0);
    for (int axis = 0; axis < read.indices().size(); axis++) {
      Value position = positions(read.indices().get(axis), place);
      Value extent = wide.splat(source.extents().get(axis), wide.i64);
      numbers = axis == 0 ? position : builder.add(builder.multiply(numbers, extent), position);
    }
    Type memory = wide.memory(read.type());
    Value addresses = single.address(read.type(), source.address(), numbers);
    Type pointers = single.context.vector(single.pointer, wide.lanes);
    return builder.callLoad(
        single.module.intrinsic("llvm.masked.gather", List.of(memory, pointers)),
        source.address(),
        List.of(
            addresses,
            single.i32(read.type().byteSize()),
            wide.mask().orElse(wide.bool(true)),
            single.context.zero(memory)));
  }

  /// A position in each lane.
  private Value positions(IndexExpr index, Place place) {
    if (wide.lanes == 1 || !place.names.varies(index)) {
      return wide.splat(expressions.index(index, place.scope), wide.i64);
    }
    IndexExpr meaning = place.names.meaning(index);
    Scope each = new Scope();
    Walk.ofIndices(
            part -> {
              switch (part) {
                case IndexExpr.Variable(String name) -> each.bind(name, number(name, place));
                case IndexExpr.Symbol(String name) -> each.bind(name, number(name, place));
                case IndexExpr.Constant _,
                    IndexExpr.Sum _,
                    IndexExpr.Product _,
                    IndexExpr.FloorDiv _,
                    IndexExpr.FloorMod _,
                    IndexExpr.Minimum _,
                    IndexExpr.Maximum _,
                    IndexExpr.Fetch _ -> {}
              }
            })
        .visit(meaning);
    return positions.index(meaning, each);
  }

  private Value number(String name, Place place) {
    Value first = wide.splat(place.scope.number(name), wide.i64);
    return name.equals(place.names.lane())
        ? builder.addIndex(first, single.context.lanes(wide.i64))
        : first;
  }
}
