package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.integer.Assumptions;
import org.einkorn.ir.integer.Condition;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.runtime.DType;

/// Loops that copy one buffer to another, and what they need.
final class Copies {
  private Copies() {}

  /// Memory of the module, or an input.
  static Buffer global(String name, Nest nest) {
    return nest.module().allBuffers().stream()
        .filter(each -> each.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                nest.refuse(
                    Reason.UNKNOWN_NAME,
                    "`" + name + "` is neither an input nor a buffer of the module"));
  }

  /// Memory of the module that this function stores.
  static Buffer stored(String name, Nest nest) {
    Buffer buffer = global(name, nest);
    if (!isStored(name, nest.function().body())) {
      throw nest.refuse(Reason.UNKNOWN_NAME, "`" + name + "` is not stored here");
    }
    if (nest.module().growths().stream().anyMatch(growth -> growth.buffer().equals(name))) {
      throw nest.refuse(Reason.NOT_TEMPORARY, "`" + name + "` grows as the program runs");
    }
    return buffer;
  }

  static boolean isStored(String name, Stmt statement) {
    boolean[] found = {false};
    Statements.forEach(
        statement,
        each -> found[0] |= each instanceof Stmt.Store store && store.buffer().equals(name));
    return found[0];
  }

  /// Refuses a buffer that may have elements that nobody has stored as the function begins: to copy
  /// them is a fault.
  static void requireStoredBefore(Buffer buffer, Nest nest, String... notes) {
    if (Coverage.isStoredBefore(nest.function(), buffer, nest.module(), nest.uses())) {
      return;
    }
    throw nest.refuse(
        Reason.NOT_ALL_STORED,
        "`" + buffer.name() + "` may have elements that nothing stores before this function",
        notes);
  }

  /// Refuses the name of new global memory that something else has.
  static void requireFree(String name, Nest nest) {
    Module module = nest.module();
    boolean isTaken =
        nest.names().contains(name)
            || module.hasTensor(name)
            || module.functions().stream()
                .anyMatch(function -> nest.uses().of(function).allocates().contains(name));
    if (isTaken) {
      throw nest.refuse(Reason.NAME_TAKEN, "`" + name + "` is the name of something else");
    }
  }

  /// The module with more global memory, and more before and after the body of the function.
  static Module around(Buffer added, List<Stmt> first, Stmt body, List<Stmt> last, Nest nest) {
    List<Buffer> buffers = new ArrayList<>(nest.module().buffers());
    buffers.add(added);
    List<Stmt> all = new ArrayList<>(first);
    all.addAll(body instanceof Stmt.Sequence(List<Stmt> parts) ? parts : List.of(body));
    all.addAll(last);
    return nest.with(buffers, new Stmt.Sequence(all));
  }

  /// `for P.0 < n { block P(spatial P.0v < n = P.0) { P[P.0v] = B[P.0v] } }`
  ///
  /// @param name of the block, with which the names of its loops begin
  static Stmt whole(String name, Buffer to, Buffer from, Nest nest) {
    return of(name, to, from, UnaryOperator.identity(), nest);
  }

  /// `for P.0 < n { block P(spatial P.0v < n = P.0) { P[P.0v] = 0 } }`
  static Stmt filled(String name, Buffer buffer, Nest nest) {
    DType type = buffer.type().dtype();
    Scalar zero = Scalar.Literal.of(type.compute(), 0);
    return nest(
        name,
        buffer,
        _ ->
            new Content(
                List.of(), List.of(), type.isCompute() ? zero : new Scalar.Cast(type, zero)),
        nest);
  }

  /// What is stored in an element.
  private record Content(List<Guard> guards, List<Stmt.Region> reads, Scalar value) {}

  /// `for T.0 < n { block T(spatial T.0v < n = T.0) { T[T.0v] = B[f(T.0v)] } }`, with a guard where
  /// a position may lie outside of `B`.
  static Stmt of(
      String name, Buffer to, Buffer from, UnaryOperator<List<IndexExpr>> positions, Nest nest) {
    return nest(name, to, here -> copied(here, to, from, positions), nest);
  }

  private static Content copied(
      List<IndexExpr> here, Buffer to, Buffer from, UnaryOperator<List<IndexExpr>> positions) {
    Assumptions scope = Assumptions.NONE;
    for (int axis = 0; axis < here.size(); axis++) {
      if (here.get(axis) instanceof IndexExpr.Variable(String iterator)) {
        scope = scope.with(iterator, to.type().extents().get(axis));
      }
    }
    List<IndexExpr> there = positions.apply(here);
    List<Guard> guards = new ArrayList<>();
    for (int axis = 0; axis < there.size(); axis++) {
      Guard guard = new Guard(there.get(axis), from.type().extents().get(axis));
      if (!scope.proves(Condition.of(guard))) {
        guards.add(guard);
      }
    }
    return new Content(
        guards,
        List.of(element(from.name(), there)),
        new Scalar.Read(from.name(), from.type().dtype(), there));
  }

  private static Stmt nest(
      String name, Buffer to, Function<List<IndexExpr>, Content> contents, Nest nest) {
    nest.requireFreeBlock(name);
    List<Stmt.BlockIter> iters = new ArrayList<>();
    List<IndexExpr> here = new ArrayList<>();
    List<String> loops = new ArrayList<>();
    for (int axis = 0; axis < to.type().rank(); axis++) {
      String loop = name + "." + axis;
      String iterator = loop + "v";
      nest.requireFree(List.of(loop, iterator), List.of());
      loops.add(loop);
      iters.add(
          new Stmt.BlockIter(
              Stmt.IterKind.SPATIAL,
              iterator,
              to.type().extents().get(axis),
              IndexExpr.variable(loop)));
      here.add(IndexExpr.variable(iterator));
    }
    Content content = contents.apply(here);
    Stmt nested =
        new Stmt.Block(
            name,
            iters,
            content.guards(),
            content.reads(),
            List.of(element(to.name(), here)),
            Optional.empty(),
            new Stmt.Store(to.name(), here, content.value()));
    for (int axis = loops.size() - 1; axis >= 0; axis--) {
      nested =
          new Stmt.For(
              Stmt.LoopOrder.SERIAL, loops.get(axis), to.type().extents().get(axis), nested);
    }
    return nested;
  }

  private static Stmt.Region element(String buffer, List<IndexExpr> here) {
    return new Stmt.Region(
        buffer, here.stream().map(index -> new Stmt.Range(index, IndexExpr.Constant.ONE)).toList());
  }
}
