package org.einkorn.backend.llvm;

import java.util.ArrayList;
import java.util.List;
import org.einkorn.backend.llvm.binding.Builder;
import org.einkorn.backend.llvm.binding.Value;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.loop.Buffer;

/// Loads elements that lie a few places apart: all that lies between the first and the last is
/// loaded as vectors, and lanes are picked from them, which takes a fraction of the time of a
/// gather.
///
/// ```text
/// x[0] x[3] x[6] x[9]   ←   x[0 … 3], x[4 … 7], x[6 … 9]
/// ```
///
/// The last vector ends with the last element, so nothing is loaded past it.
final class StridedLoads {
  /// As many places as elements may be apart.
  private static final int MOST = 8;

  private static final int LEAST_LANES = 4;

  /// Bytes are picked by other instructions, which not all CPUs have.
  private static final int LEAST_BYTES = 4;

  private final Code single;
  private final Code wide;
  private final Builder builder;

  StridedLoads(Code single, Code wide) {
    this.single = single;
    this.wide = wide;
    this.builder = single.builder;
  }

  /// How many places the elements of lanes are apart; 0 where that is not known to be a few.
  int stride(Buffer buffer, List<IndexExpr> indices, LaneNames names) {
    List<IndexExpr> extents = buffer.type().extents();
    long stride = 0;
    long places = 1;
    for (int axis = indices.size() - 1; axis >= 0; axis--) {
      IndexExpr index = indices.get(axis);
      if (names.change(index) != LaneNames.Change.NONE) {
        long step = names.stride(index);
        if (step < 1 || step > MOST || places > MOST) {
          return 0;
        }
        stride += step * places;
      }
      places *= extents.get(axis) instanceof IndexExpr.Constant(long extent) ? extent : MOST + 1;
      places = Math.clamp(places, 0, MOST + 1);
    }
    boolean canPick =
        wide.lanes >= Math.max(LEAST_LANES, stride)
            && buffer.type().dtype().byteSize() >= LEAST_BYTES;
    return canPick && stride <= MOST ? (int) stride : 0;
  }

  /// Elements that lie so far apart, one for each lane.
  ///
  /// @param first the number of the first
  Value load(Scope.Place source, Value first, int stride) {
    int lanes = wide.lanes;
    List<Integer> starts = new ArrayList<>();
    for (int vector = 0; vector < stride - 1; vector++) {
      starts.add(vector * lanes);
    }
    starts.add((lanes - 1) * stride + 1 - lanes);
    Value picked = vector(source, first, 0);
    for (int vector = 1; vector < stride; vector++) {
      int[] from = new int[lanes];
      for (int lane = 0; lane < lanes; lane++) {
        int at = Math.min(lane * stride / lanes, stride - 1);
        int place = lane * stride - starts.get(at);
        boolean isFirst = vector == 1 && at == 0;
        from[lane] = at == vector ? lanes + place : isFirst ? place : lane;
      }
      picked = builder.shuffle(picked, vector(source, first, starts.get(vector)), from);
    }
    return picked;
  }

  private Value vector(Scope.Place source, Value first, int offset) {
    Value number = builder.addIndex(first, single.i64(offset));
    return wide.loadBytes(source.type(), source.address(), number);
  }
}
