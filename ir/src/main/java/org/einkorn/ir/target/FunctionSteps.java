package org.einkorn.ir.target;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.loop.Usage;

/// Cuts a function into the steps at which memory can change hands.
///
/// A function whose loops have several nests inside, one after the other, has a step for each nest.
/// Its outer loops come back to the first step again, so a buffer may leave its memory to another
/// between its last step and its first only if nothing of it is carried from one round to the next:
/// the first nest that touches it stores every element and reads none. Any other buffer lives
/// through all steps of the function.
final class FunctionSteps {
  private final Map<String, Buffer> buffers;

  /// @param buffers all global buffers, by name
  FunctionSteps(Map<String, Buffer> buffers) {
    this.buffers = Map.copyOf(buffers);
  }

  /// For each step of a function the buffers that live in it for the function's sake.
  List<Set<String>> of(Function function) {
    List<Stmt> nests = nests(function.body());
    List<Set<String>> touched = new ArrayList<>();
    Map<String, Boolean> isRenewed = new HashMap<>();
    for (Stmt nest : nests) {
      Usage usage = Usage.of(nest);
      Set<String> here =
          buffers.keySet().stream().filter(usage::touches).collect(Collectors.toSet());
      for (String buffer : here) {
        isRenewed.computeIfAbsent(
            buffer, name -> nests.size() == 1 || !usage.reads(name) && stores(nest, name));
      }
      touched.add(here);
    }
    Set<String> carried = new HashSet<>();
    isRenewed.forEach(
        (buffer, renewed) -> {
          if (!renewed) {
            carried.add(buffer);
          }
        });
    Usage extents = Usage.of(outerLoops(function.body()));
    buffers.keySet().stream().filter(extents::touches).forEach(carried::add);
    touched.forEach(step -> step.addAll(carried));
    return touched;
  }

  /// The outermost loops alone: how often they run may stand in memory.
  private static Stmt outerLoops(Stmt body) {
    Stmt none = new Stmt.Sequence(List.of());
    return body instanceof Stmt.For loop && loop.kind() == Stmt.LoopOrder.SERIAL
        ? loop.with(outerLoops(loop.body()))
        : none;
  }

  /// The statements inside the outermost loops.
  private static List<Stmt> nests(Stmt body) {
    return switch (body) {
      case Stmt.For loop when loop.kind() == Stmt.LoopOrder.SERIAL -> nests(loop.body());
      case Stmt.Sequence(List<Stmt> statements) when statements.size() > 1 -> statements;
      case Stmt.For _,
          Stmt.Sequence _,
          Stmt.Block _,
          Stmt.Allocate _,
          Stmt.If _,
          Stmt.When _,
          Stmt.While _,
          Stmt.Store _ ->
          List.of(body);
    };
  }

  /// Whether a nest stores every element of a buffer for sure.
  private boolean stores(Stmt nest, String buffer) {
    return stores(nest, buffer, Map.of());
  }

  /// @param loops the extents of the loops of the nest around the statement
  private boolean stores(Stmt nest, String buffer, Map<String, IndexExpr> loops) {
    return switch (nest) {
      case Stmt.For loop -> {
        Map<String, IndexExpr> more = new HashMap<>(loops);
        more.put(loop.variable(), loop.extent());
        yield stores(loop.body(), buffer, more);
      }
      case Stmt.Sequence(List<Stmt> statements) ->
          statements.stream().anyMatch(statement -> stores(statement, buffer, loops));
      case Stmt.Allocate(var register, Stmt body) -> stores(body, buffer, loops);
      case Stmt.Block block ->
          block.guards().isEmpty()
              && storesOf(block.body()).stream()
                  .anyMatch(
                      store ->
                          store.buffer().equals(buffer)
                              && spans(block, store.indices(), buffer, loops));
      case Stmt.If _, Stmt.When _, Stmt.While _, Stmt.Store _ -> false;
    };
  }

  /// The stores that a block does for sure.
  private static List<Stmt.Store> storesOf(Stmt body) {
    return switch (body) {
      case Stmt.Store store -> List.of(store);
      case Stmt.Sequence(List<Stmt> statements) ->
          statements.stream().flatMap(statement -> storesOf(statement).stream()).toList();
      case Stmt.For _, Stmt.Block _, Stmt.Allocate _, Stmt.If _, Stmt.When _, Stmt.While _ ->
          List.of();
    };
  }

  /// Whether the loops of the nest run the positions of a store over the whole buffer: each
  /// position is an iterator of its own, each iterator a loop of its own, and there is no other
  /// loop, which might have no round.
  private boolean spans(
      Stmt.Block block, List<IndexExpr> indices, String buffer, Map<String, IndexExpr> loops) {
    List<IndexExpr> extents = Objects.requireNonNull(buffers.get(buffer)).type().extents();
    Map<String, String> loopOf = new HashMap<>();
    for (Stmt.BlockIter iter : block.iters()) {
      if (iter.binding() instanceof IndexExpr.Variable(String loop)) {
        loopOf.put(iter.variable(), loop);
      }
    }
    Set<String> used = new HashSet<>();
    for (int axis = 0; axis < indices.size(); axis++) {
      String loop =
          indices.get(axis) instanceof IndexExpr.Variable(String variable)
              ? loopOf.getOrDefault(variable, "")
              : "";
      if (!extents.get(axis).equals(loops.get(loop)) || !used.add(loop)) {
        return false;
      }
    }
    return used.equals(loops.keySet());
  }
}
