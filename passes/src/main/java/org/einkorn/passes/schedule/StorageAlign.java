package org.einkorn.passes.schedule;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.integer.Assumptions;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.schedule.Step;
import org.einkorn.ir.tensor.TensorType;

/// `P: f32[n, m] → P: f32[n, 8 * ((m + 6) floordiv 8) + 1]`, for rows that begin 8 · k + 1 elements
/// apart.
///
/// Memory is row-major, so an axis has the stride of the next axis times its extent; the extent
/// becomes the next one with which that is `offset` modulo `factor`. Positions stay as they are,
/// and lie in the larger extent too: each element has a place of its own as before, and what is
/// added is never read. Only temporary memory, which others see by its positions alone, has room to
/// choose.
final class StorageAlign implements Primitive<Step.StorageAlign> {
  @Override
  public Module apply(Nest nest, Step.StorageAlign step) {
    Optional<Buffer> global = global(step.buffer(), nest);
    Buffer old = global.orElseGet(() -> nest.allocation(step.buffer()).buffer());
    if (step.axis() + 1 >= old.type().rank()) {
      throw nest.refuse(
          Reason.MALFORMED,
          "`%s` has %d axes: no other axis lies inside of axis %d"
              .formatted(old.name(), old.type().rank(), step.axis()));
    }
    List<IndexExpr> extents = new ArrayList<>(old.type().extents());
    IndexExpr extent = extents.get(step.axis() + 1);
    IndexExpr padded = padded(extent, stride(extents, step.axis() + 1, nest), step, nest);
    extents.set(step.axis() + 1, padded);
    Buffer buffer =
        new Buffer(old.name(), new TensorType(old.type().dtype(), extents), old.scope());
    if (extent.equals(padded)) {
      throw nest.refuse(Reason.MALFORMED, "the rows of `" + old.name() + "` lie like that already");
    }
    if (global.isEmpty()) {
      Stmt.Allocate allocation = nest.allocation(step.buffer());
      return nest.replace(allocation, new Stmt.Allocate(buffer, allocation.body()));
    }
    List<Buffer> buffers =
        nest.module().buffers().stream()
            .map(each -> each.name().equals(buffer.name()) ? buffer : each)
            .toList();
    return nest.with(buffers, nest.function().body());
  }

  /// The buffer of the module, if it is one.
  private static Optional<Buffer> global(String name, Nest nest) {
    Optional<Buffer> found =
        nest.module().allBuffers().stream().filter(each -> each.name().equals(name)).findFirst();
    if (found.isPresent()) {
      TransformLayout.requireOwn(found.get(), nest);
    }
    return found;
  }

  /// How far apart two elements lie that are neighbours on an axis.
  private static long stride(List<IndexExpr> extents, int axis, Nest nest) {
    long stride = 1;
    for (IndexExpr inner : extents.subList(axis + 1, extents.size())) {
      if (!(inner instanceof IndexExpr.Constant(long value))) {
        throw nest.refuse(
            Reason.EXTENT_UNKNOWN, "an axis further inside has an extent that is no number");
      }
      stride = Math.multiplyExact(stride, Math.max(value, 0));
    }
    return stride;
  }

  private static IndexExpr padded(
      IndexExpr extent, long stride, Step.StorageAlign step, Nest nest) {
    long every = nest.number(step.factor());
    long first = nest.number(step.offset());
    BigInteger factor = BigInteger.valueOf(every);
    BigInteger common = BigInteger.valueOf(stride).gcd(factor);
    BigInteger offset = BigInteger.valueOf(first);
    if (stride == 0 || offset.mod(common).signum() != 0) {
      throw nest.refuse(
          Reason.NO_MATCH,
          "no number of pieces of %d elements makes a row of %d elements modulo %d"
              .formatted(stride, first, every));
    }
    // stride · x = offset (mod factor)
    BigInteger period = factor.divide(common);
    if (period.equals(BigInteger.ONE)) {
      return extent;
    }
    BigInteger inverse = BigInteger.valueOf(stride).divide(common).modInverse(period);
    long right = offset.divide(common).multiply(inverse).mod(period).longValueExact();
    IndexExpr length = IndexExpr.of(period.longValueExact());
    IndexExpr pieces = extent.plus(period.longValueExact() - 1 - right).floorDiv(length);
    return Assumptions.NONE.simplify(pieces.times(length).plus(right));
  }
}
