package org.einkorn.passes.tune;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.loop.Module;

/// Finds loops of a nest that can be fused to longer ones, of which tiles and vectors fill more.
///
/// In `Y[i, d, e] = A[i, k] B[k, d, e]` whatever touches an element by `d` has `e` on the next
/// axis, all along it. So `(d, e)` counts elements that lie side by side, as one axis of a matrix
/// does. Tensor contractions are products of matrices in this way (as in TBLIS, Matthews 2018).
final class MergedLoops {
  /// A loop of so many rounds has few tiles and vectors that are not full, and is merged with none
  /// around it: the shorter code is, the better do compilers see through it.
  private static final long ENOUGH_ROUNDS = 1024;

  /// Rounds that positions can be counted for in 64 bits, whatever a tile adds to them.
  private static final double MOST_ROUNDS = 1L << 52;

  private final Map<String, List<IndexExpr>> types = new HashMap<>();
  private final Set<String> taken = new HashSet<>();

  /// What the nest touches, the output last.
  private final List<Operand> accesses;

  /// The extents of what each of them touches, as far as they count: those of merged axes but the
  /// first of each are gone.
  private final List<List<IndexExpr>> extents = new ArrayList<>();

  private MergedLoops(ElementNest nest, Module module) {
    module.allBuffers().forEach(each -> types.put(each.name(), each.type().extents()));
    nest.loops().forEach(axis -> taken.add(axis.loop()));
    accesses = new ArrayList<>(nest.operands());
    accesses.add(nest.output());
    for (Operand access : accesses) {
      extents.add(new ArrayList<>(types.getOrDefault(access.tensor(), List.of())));
    }
  }

  /// A reduction with as few loops as can be.
  static ReductionNest of(ReductionNest nest, Module module) {
    MergedLoops loops = new MergedLoops(nest, module);
    List<Axis> spatial = loops.merged(nest.spatial());
    List<Axis> reduce = loops.merged(nest.reduce());
    return nest.with(spatial, reduce, loops.operands(), loops.accesses.getLast());
  }

  /// A map with as few loops as can be.
  static MapNest of(MapNest nest, Module module) {
    MergedLoops loops = new MergedLoops(nest, module);
    List<Axis> merged = loops.merged(nest.loops());
    return nest.with(merged, loops.operands(), loops.accesses.getLast());
  }

  private List<Operand> operands() {
    return accesses.subList(0, accesses.size() - 1);
  }

  /// @param axes directly in one another, the outermost first
  private List<Axis> merged(List<Axis> axes) {
    List<Axis> merged = new ArrayList<>();
    for (Axis axis : axes) {
      if (!merged.isEmpty() && canMerge(merged.getLast(), axis)) {
        merged.addLast(merge(merged.removeLast(), axis));
      } else {
        merged.addLast(axis);
      }
    }
    return merged;
  }

  private boolean canMerge(Axis outer, Axis inner) {
    if (!(outer.extent() instanceof IndexExpr.Constant(long rows))
        || !(inner.extent() instanceof IndexExpr.Constant(long columns))
        || columns >= ENOUGH_ROUNDS
        || (double) rows * columns > MOST_ROUNDS) {
      return false;
    }
    for (int number = 0; number < accesses.size(); number++) {
      Operand access = accesses.get(number);
      if (!access.changesWith(outer) && !access.changesWith(inner)) {
        continue;
      }
      int place = access.place(outer);
      List<IndexExpr> indices = access.indices();
      if (place + 1 >= indices.size()
          || !indices.get(place).equals(IndexExpr.variable(outer.loop()))
          || !indices.get(place + 1).equals(IndexExpr.variable(inner.loop()))
          || !extents.get(number).get(place + 1).equals(inner.extent())) {
        return false;
      }
      Operand rest = access.withPosition(IndexExpr.Constant.ZERO, place, place + 2);
      if (rest.changesWith(outer) || rest.changesWith(inner)) {
        return false;
      }
    }
    return true;
  }

  private Axis merge(Axis outer, Axis inner) {
    List<Axis> parts = new ArrayList<>(outer.plain());
    parts.addAll(inner.plain());
    IndexExpr extent = outer.extent().times(inner.extent());
    OptionalLong likely = OptionalLong.of(outer.rounds() * inner.rounds());
    Axis merged = new Axis(name(outer, inner), extent, likely, parts);
    for (int number = 0; number < accesses.size(); number++) {
      Operand access = accesses.get(number);
      if (access.changesWith(outer)) {
        int place = access.place(outer);
        IndexExpr position = IndexExpr.variable(merged.loop());
        accesses.set(number, access.withPosition(position, place, place + 2));
        extents.get(number).remove(place + 1);
      }
    }
    return merged;
  }

  private String name(Axis outer, Axis inner) {
    String indices = Steps.index(outer) + Steps.index(inner);
    int number = 0;
    String name = indices + ".0";
    while (!taken.add(name)) {
      number++;
      name = MemoryNames.numbered(indices, number) + ".0";
    }
    return name;
  }
}
