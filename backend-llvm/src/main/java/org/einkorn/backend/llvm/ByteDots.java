package org.einkorn.backend.llvm;

import java.util.List;
import java.util.Optional;
import org.einkorn.backend.llvm.binding.Builder;
import org.einkorn.backend.llvm.binding.Value;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.integer.IntegerRange;
import org.einkorn.ir.integer.Polynomial;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.runtime.DType;

/// Writes `dot` in lanes by `vpdpbusd`, which adds four products of an unsigned and a signed byte
/// to each lane, and wraps around where the sum is no `i32`.
///
/// Bytes that do not have the sign that the instruction asks for are moved by 128, which is a
/// change of their highest bit, and what that adds to the sum is taken off again, all of it modulo
/// 2³²:
///
/// ```text
/// Σ a · b = Σ (a + 128) · b − 128 · Σ b     a, b signed
/// Σ a · b = Σ a · (b − 128) + 128 · Σ a     a, b unsigned
/// ```
///
/// Moved is the side that is the same in all lanes, where one is: the other one's sum serves all
/// statements that read the same vector.
final class ByteDots {
  private static final int HIGH_BITS = 0x80808080;
  private static final int ONES = 0x01010101;
  private static final int BITS_OF_128 = 7;

  private final Code single;
  private final Code wide;
  private final Builder builder;
  private final LaneExpressions lanes;

  ByteDots(Code single, Code wide, LaneExpressions lanes) {
    this.single = single;
    this.wide = wide;
    this.builder = wide.builder;
    this.lanes = lanes;
  }

  /// Whether the instruction computes it: the CPU has it for as many lanes, and no sum can leave
  /// its type.
  boolean canWrite(Scalar.Dot dot, LaneExpressions.Place place) {
    int bytes = wide.lanes * DType.I32.byteSize();
    return wide.traits.hasByteDots()
        && (bytes == 16 || bytes == 32 || bytes == 64)
        && IntegerRange.isExact(dot, place.scope()::elements);
  }

  Value write(Scalar.Dot dot, LaneExpressions.Place place) {
    boolean isLeftUnsigned = dot.lefts().getFirst().type() == DType.U8;
    boolean isRightUnsigned = dot.rights().getFirst().type() == DType.U8;
    Value addend = lanes.value(dot.addend(), place);
    boolean isLeftShared = dot.lefts().stream().noneMatch(place.names()::varies);
    Value left = bytes(dot.lefts(), place);
    Value right = bytes(dot.rights(), place);
    if (isLeftUnsigned != isRightUnsigned) {
      return isLeftUnsigned ? dot(addend, left, right) : dot(addend, right, left);
    }
    Value moved = builder.xor(isLeftShared ? left : right, wide.i32(HIGH_BITS));
    Value kept = isLeftShared ? right : left;
    Value zero = wide.i32(0);
    if (isLeftUnsigned) {
      Value sum = dot(zero, kept, wide.i32(ONES));
      return builder.add(dot(addend, kept, moved), builder.shiftLeft(sum, wide.i32(BITS_OF_128)));
    }
    return builder.subtract(dot(addend, moved, kept), dot(zero, wide.i32(HIGH_BITS), kept));
  }

  private Value dot(Value addend, Value unsigned, Value signed) {
    int bits = wide.lanes * Integer.SIZE;
    return builder.callPure(
        single.module.intrinsic("llvm.x86.avx512.vpdpbusd." + bits, List.of()),
        List.of(addend, unsigned, signed));
  }

  /// Four bytes in each lane, the first one lowest.
  private Value bytes(List<Scalar> factors, LaneExpressions.Place place) {
    Optional<Value> loaded = loaded(factors, place);
    if (loaded.isPresent()) {
      return loaded.get();
    }
    Value bytes = wide.i32(0);
    for (int number = 0; number < factors.size(); number++) {
      Value one = builder.extendUnsigned(lanes.value(factors.get(number), place), wide.i32);
      bytes = builder.or(bytes, builder.shiftLeft(one, wide.i32(number * Byte.SIZE)));
    }
    return bytes;
  }

  /// The bytes by one load, where they lie side by side, and so do the lanes or all have the same.
  private Optional<Value> loaded(List<Scalar> factors, LaneExpressions.Place place) {
    if (!(factors.getFirst() instanceof Scalar.Read first)
        || place.names().own().contains(first.tensor())
        || first.indices().isEmpty()
        || !areSideBySide(first, factors, place)) {
      return Optional.empty();
    }
    if (!place.names().varies(first)) {
      if (!wide.mask().equals(place.mask())) {
        return Optional.empty();
      }
      Value word = builder.load(single.i32, address(first, place), 1);
      return Optional.of(wide.splat(word, wide.i32));
    }
    if (!fillLanes(first, place)) {
      return Optional.empty();
    }
    Value address = address(first, place);
    Optional<Value> mask = wide.mask();
    if (mask.isEmpty()) {
      return Optional.of(builder.load(wide.i32, address, 1));
    }
    return Optional.of(
        builder.callLoad(
            single.module.intrinsic("llvm.masked.load", List.of(wide.i32, single.pointer)),
            address,
            List.of(address, single.i32(1), mask.get(), wide.i32(0))));
  }

  private Value address(Scalar.Read read, LaneExpressions.Place place) {
    Scope.Place source = place.scope().place(read.tensor());
    Value number = lanes.firstNumber(read, place);
    return single.address(read.type(), source.address(), number);
  }

  private static boolean areSideBySide(
      Scalar.Read first, List<Scalar> factors, LaneExpressions.Place place) {
    int last = first.indices().size() - 1;
    for (int number = 0; number < factors.size(); number++) {
      if (!(factors.get(number) instanceof Scalar.Read read)
          || !read.tensor().equals(first.tensor())
          || read.indices().stream().anyMatch(Walk::fetches)
          || !read.indices().subList(0, last).equals(first.indices().subList(0, last))) {
        return false;
      }
      Polynomial begin = place.names().polynomial(first.indices().get(last));
      Polynomial own = place.names().polynomial(read.indices().get(last));
      if (!own.terms().equals(begin.terms()) || own.constant() - begin.constant() != number) {
        return false;
      }
    }
    return true;
  }

  /// Whether the first byte of each lane lies four after that of the lane before: the lane is a
  /// position on the axis before one of four elements, or counts fours of the last axis.
  private static boolean fillLanes(Scalar.Read first, LaneExpressions.Place place) {
    LaneNames names = place.names();
    List<IndexExpr> indices = first.indices();
    int last = indices.size() - 1;
    Buffer buffer = place.scope().place(first.tensor()).buffer();
    for (int axis = 0; axis < last - 1; axis++) {
      if (names.change(indices.get(axis)) != LaneNames.Change.NONE) {
        return false;
      }
    }
    if (last > 0 && names.change(indices.get(last - 1)) == LaneNames.Change.STEP) {
      return names.change(indices.get(last)) == LaneNames.Change.NONE
          && buffer.type().extents().get(last).equals(IndexExpr.of(Scalar.Dot.PRODUCTS));
    }
    return (last == 0 || names.change(indices.get(last - 1)) == LaneNames.Change.NONE)
        && names.stride(indices.get(last)) == Scalar.Dot.PRODUCTS;
  }
}
