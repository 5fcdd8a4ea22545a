package org.einkorn.passes.lower;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.einkorn.ir.expr.Affine;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.ir.tensor.Step;
import org.einkorn.ir.tensor.TensorReads;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.passes.rewrite.Expressions;

/// How much of the members of recurrences is stored.
///
/// Where every read of a member, on the axis of its recurrence, goes back a fixed number of rounds,
/// and what is read afterwards lies at the last positions, only so many positions are stored as are
/// in use at once, and position `p` lies at `p mod w`. An RNN whose last state alone is needed
/// keeps two states, however many steps it takes.
public final class FoldedStorage {
  private final Map<String, Window> windows = new HashMap<>();

  /// @param positions how many positions of the axis are stored
  private record Window(int axis, long positions) {}

  private FoldedStorage() {}

  /// @param steps the order in which the program is computed
  public static FoldedStorage of(Program program, List<Step> steps) {
    FoldedStorage storage = new FoldedStorage();
    Set<String> kept = new HashSet<>();
    program.signature().outputs().stream().map(Signature.Output::name).forEach(kept::add);
    for (Step step : steps) {
      if (step instanceof Step.Recurrence recurrence) {
        for (Step.Member member : recurrence.members()) {
          if (!kept.contains(member.definition().name())) {
            storage.fold(program, recurrence, member);
          }
        }
      }
    }
    return storage;
  }

  private void fold(Program program, Step.Recurrence recurrence, Step.Member member) {
    String name = member.definition().name();
    long positions = 1;
    for (Definition reader : program.definitions()) {
      if (TensorReads.named(reader.body()).contains(name)) {
        return;
      }
      for (ReadAt read : ReadAt.of(reader, name)) {
        OptionalLong needed =
            recurrence.members().stream()
                .filter(other -> other.definition().name().equals(reader.name()))
                .findFirst()
                .map(other -> within(recurrence, member, other, read))
                .orElseGet(() -> afterwards(recurrence, member, read));
        if (needed.isEmpty()) {
          return;
        }
        positions = Math.max(positions, needed.getAsLong());
      }
    }
    boolean isShorter =
        !(member.extent() instanceof IndexExpr.Constant(long extent)) || positions < extent;
    if (isShorter) {
      windows.put(name, new Window(member.axis(), positions));
    }
  }

  /// How many positions are in use where another member reads one.
  private static OptionalLong within(
      Step.Recurrence recurrence, Step.Member member, Step.Member reader, ReadAt read) {
    Affine written = Affine.of(read.write().get(reader.axis()));
    Affine difference = written.minus(Affine.of(read.indices().get(member.axis())));
    if (!difference.isConstant()) {
      return OptionalLong.empty();
    }
    long back = recurrence.isDescending() ? -difference.constant() : difference.constant();
    return OptionalLong.of(back + reader.delay() - member.delay() + 1);
  }

  /// How many of the last positions are in use after the recurrence.
  private static OptionalLong afterwards(
      Step.Recurrence recurrence, Step.Member member, ReadAt read) {
    IndexExpr position = read.indices().get(member.axis());
    if (position instanceof IndexExpr.Fetch fetch
        && fetch.source() instanceof Scalar.Position(IndexExpr checked)) {
      position = checked;
    }
    Affine index = Affine.of(position);
    Affine fromLast =
        recurrence.isDescending() ? index : Affine.of(member.extent().plus(-1)).minus(index);
    // A position behind the last is never read: a guard leaves it out.
    return fromLast.isConstant()
        ? OptionalLong.of(Math.max(fromLast.constant(), 0) + 1)
        : OptionalLong.empty();
  }

  /// A read of a tensor, and the element for which it is read.
  private record ReadAt(List<IndexExpr> write, List<IndexExpr> indices) {
    static List<ReadAt> of(Definition reader, String tensor) {
      List<ReadAt> found = new ArrayList<>();
      switch (reader.body()) {
        case org.einkorn.ir.tensor.Body.Accumulate body ->
            body.terms()
                .forEach(
                    term -> {
                      Walk walk = reads(tensor, term.write(), found);
                      term.guards().forEach(guard -> walk.visit(guard.index()));
                      term.write().forEach(walk::visit);
                      term.operands().forEach(walk::visit);
                    });
        case org.einkorn.ir.tensor.Body.Scan scan ->
            reads(
                    tensor,
                    scan.axes().stream().map(org.einkorn.ir.tensor.Axis::variable).toList(),
                    found)
                .visit(scan.operand());
        case org.einkorn.ir.tensor.Body.Derivative _ -> throw notReplaced(reader);
        case org.einkorn.ir.tensor.Body.Iterate _ -> {}
      }
      return found;
    }

    private static IllegalStateException notReplaced(Definition definition) {
      return new IllegalStateException("`" + definition.name() + "` is a derivative still");
    }

    private static Walk reads(String tensor, List<IndexExpr> write, List<ReadAt> found) {
      return Walk.ofScalars(
          scalar -> {
            if (scalar instanceof Scalar.Read read && read.tensor().equals(tensor)) {
              found.add(new ReadAt(write, read.indices()));
            }
          });
    }
  }

  /// The memory of a definition.
  public Buffer buffer(Definition definition) {
    Window window = windows.get(definition.name());
    TensorType type = definition.type();
    if (window != null) {
      List<IndexExpr> extents = new ArrayList<>(type.extents());
      extents.set(window.axis, IndexExpr.of(window.positions));
      type = new TensorType(type.dtype(), extents);
    }
    return new Buffer(definition.name(), type, Buffer.Scope.GLOBAL);
  }

  /// Where a position on an axis of a tensor is stored.
  IndexExpr position(String tensor, int axis, IndexExpr position) {
    Window window = windows.get(tensor);
    if (window == null || window.axis != axis) {
      return position;
    }
    IndexExpr stored = IndexExpr.of(window.positions);
    if (Expressions.fetches(position)) {
      // Not folded, even where there is one position: the fetch checks that there is one.
      return new IndexExpr.FloorMod(position, stored);
    }
    return position.floorMod(stored);
  }

  /// The definition with its reads where things are stored.
  Definition stored(Definition definition) {
    if (windows.isEmpty()) {
      return definition;
    }
    return new Definition(
        definition.name(),
        definition.type(),
        Expressions.replace(definition.body(), this::stored),
        definition.origin());
  }

  private Scalar stored(Scalar.Read read) {
    Window window = windows.get(read.tensor());
    if (window == null) {
      return read;
    }
    List<IndexExpr> indices = new ArrayList<>(read.indices());
    indices.set(window.axis, position(read.tensor(), window.axis, indices.get(window.axis)));
    return new Scalar.Read(read.tensor(), read.type(), indices);
  }
}
