package org.einkorn.backend.jvm;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.tensor.Guard;

/// Picks the expressions and statements of a function that become methods of their own, so that no
/// method grows over a limit.
///
/// Sizes are estimates, made from the leaves up: where a node and what it holds would be too long,
/// its longest parts are picked until the rest fits. A statement that stores to a register from
/// outside stays where the register is. What runs as lanes is cut finer, by [LaneMethods].
final class Outliner {
  private static final int CALL_BYTES = 16;
  private static final int OPERATION_BYTES = 7;
  private static final int ACCESS_BYTES = 14;
  private static final int LOOP_BYTES = 40;

  /// How much the rounds of a loop that is written out may take where nothing else limits it.
  private static final int WRITTEN_OUT_BYTES = 16000;

  private final int limitBytes;
  private final Set<Object> picked = identities();

  /// How much the rounds of a further loop that is written out may take.
  private int writtenOutBytes;

  private Set<Stmt> writtenOut = identities();
  private Set<Stmt> inVectors = Set.of();

  private Outliner(int limitBytes) {
    this.limitBytes = limitBytes;
  }

  private static <T> Set<T> identities() {
    return Collections.newSetFromMap(new IdentityHashMap<>());
  }

  /// How a function is translated; nodes are told apart by identity.
  ///
  /// @param body the function's body or one that is equal in meaning
  /// @param picked nodes that become methods
  /// @param writtenOut loops each round of which has code of its own
  /// @param arrays the arrays that lie in vectors
  record Plan(Stmt body, Set<Object> picked, Set<Stmt> writtenOut, VectorArrays.Result arrays) {}

  /// @param limitBytes roughly how long a method may become; the largest `int` for no limit
  static Plan plan(Stmt function, int limitBytes, KernelContext context, VectorMachine machine) {
    boolean isLimited = limitBytes < Integer.MAX_VALUE;
    Stmt body = isLimited ? new Outliner(limitBytes).group(function) : function;
    Outliner uncut = new Outliner(Integer.MAX_VALUE);
    uncut.writtenOutBytes = Math.min(limitBytes, WRITTEN_OUT_BYTES);
    uncut.weigh(body);
    Outliner outliner = new Outliner(limitBytes);
    outliner.writtenOut = uncut.writtenOut;
    VectorArrays.Result arrays = VectorArrays.of(body, context, machine, uncut.writtenOut);
    outliner.inVectors = arrays.allocations();
    if (isLimited || !outliner.inVectors.isEmpty()) {
      outliner.weigh(body);
    }
    outliner.picked.addAll(
        LaneMethods.of(body, machine, outliner.inVectors, outliner::canBePicked));
    return new Plan(body, outliner.picked, outliner.writtenOut, arrays);
  }

  /// Long sequences as sequences of shorter ones, which can be picked.
  private Stmt group(Stmt statement) {
    return switch (statement) {
      case Stmt.For loop -> loop.with(group(loop.body()));
      case Stmt.Block block ->
          new Stmt.Block(
              block.name(),
              block.iters(),
              block.guards(),
              block.reads(),
              block.writes(),
              block.init().map(this::group),
              group(block.body()));
      case Stmt.Sequence(List<Stmt> statements) -> group(statements);
      case Stmt.Allocate(Buffer buffer, Stmt body) -> new Stmt.Allocate(buffer, group(body));
      case Stmt.If(List<Guard> guards, Stmt body) -> new Stmt.If(guards, group(body));
      case Stmt.When(var condition, Stmt body) -> new Stmt.When(condition, group(body));
      case Stmt.While(var condition, Stmt body) -> new Stmt.While(condition, group(body));
      case Stmt.Store store -> store;
    };
  }

  private Stmt group(List<Stmt> statements) {
    List<Stmt> groups = new ArrayList<>();
    List<Stmt> open = new ArrayList<>();
    int openBytes = 0;
    for (Stmt statement : statements) {
      Stmt member = group(statement);
      int bytes = new Outliner(limitBytes).weigh(member);
      if (openBytes + bytes > limitBytes / 2 && !open.isEmpty()) {
        groups.add(new Stmt.Sequence(open));
        open = new ArrayList<>();
        openBytes = 0;
      }
      open.add(member);
      openBytes += bytes;
    }
    if (groups.isEmpty()) {
      return new Stmt.Sequence(open);
    }
    groups.add(new Stmt.Sequence(open));
    int groupBytes = groups.size() * CALL_BYTES;
    return groupBytes > limitBytes && groups.size() < statements.size()
        ? group(groups)
        : new Stmt.Sequence(groups);
  }

  /// A part of a node, and how long it is.
  private record Part(Object node, int bytes, boolean canBePicked) {}

  private int weigh(Stmt statement) {
    return switch (statement) {
      case Stmt.For loop -> {
        Part body = part(loop.body());
        yield isWrittenOut(loop, body)
            ? writeOut(loop, body)
            : fit(LOOP_BYTES + weigh(loop.extent()), List.of(body));
      }
      case Stmt.Block block -> {
        int own = 0;
        for (Stmt.BlockIter iter : block.iters()) {
          own += weigh(iter.binding());
        }
        List<Part> parts = new ArrayList<>();
        block.init().ifPresent(init -> parts.add(part(init)));
        parts.add(part(block.body()));
        yield fit(own + weigh(block.guards()), parts);
      }
      case Stmt.Sequence(List<Stmt> statements) ->
          fit(0, statements.stream().map(this::part).toList());
      case Stmt.Allocate(var buffer, Stmt body) -> {
        Part inner = part(body);
        if (inVectors.contains(statement) && canBePicked(statement)) {
          // The JIT compiler does best with a method that holds these vectors and little else.
          picked.add(statement);
          yield CALL_BYTES;
        }
        yield fit(2, List.of(inner));
      }
      case Stmt.If(List<Guard> guards, Stmt body) -> fit(weigh(guards), List.of(part(body)));
      case Stmt.When(Scalar condition, Stmt body) -> fit(2, List.of(part(condition), part(body)));
      case Stmt.While(Scalar condition, Stmt body) ->
          fit(LOOP_BYTES, List.of(part(condition), part(body)));
      case Stmt.Store store -> {
        int own = ACCESS_BYTES;
        for (IndexExpr index : store.indices()) {
          own += weigh(index);
        }
        yield fit(own, List.of(part(store.value())));
      }
    };
  }

  private int weigh(List<Guard> guards) {
    int bytes = 0;
    for (Guard guard : guards) {
      bytes += 2 * weigh(guard.index()) + weigh(guard.extent()) + 2 * OPERATION_BYTES;
    }
    return bytes;
  }

  private int weigh(Scalar scalar) {
    return switch (scalar) {
      case Scalar.Literal _ -> 3;
      case Scalar.Read read -> {
        int own = ACCESS_BYTES;
        for (IndexExpr index : read.indices()) {
          own += weigh(index);
        }
        yield own;
      }
      case Scalar.Position(IndexExpr index) -> weigh(index);
      case Scalar.Unary(var op, Scalar operand) -> fit(OPERATION_BYTES, List.of(part(operand)));
      case Scalar.Binary(var op, Scalar left, Scalar right) ->
          fit(OPERATION_BYTES, List.of(part(left), part(right)));
      case Scalar.MultiplyAdd(Scalar left, Scalar right, Scalar addend) ->
          fit(OPERATION_BYTES, List.of(part(left), part(right), part(addend)));
      case Scalar.Dot dot ->
          fit(
              2 * Scalar.Dot.PRODUCTS * OPERATION_BYTES,
              dot.parts().stream().map(this::part).toList());
      case Scalar.Select(Scalar condition, Scalar then, Scalar otherwise) ->
          fit(2 * OPERATION_BYTES, List.of(part(condition), part(then), part(otherwise)));
      case Scalar.Cast(var type, Scalar operand) -> fit(OPERATION_BYTES, List.of(part(operand)));
    };
  }

  /// A position: each operation may be computed in a scope of its own.
  private int weigh(IndexExpr index) {
    return switch (index) {
      case IndexExpr.Constant _ -> 4;
      case IndexExpr.Variable _, IndexExpr.Symbol _ -> 8;
      case IndexExpr.Sum(IndexExpr left, IndexExpr right) -> weigh(left) + weigh(right);
      case IndexExpr.Product(IndexExpr left, IndexExpr right) -> weigh(left) + weigh(right);
      case IndexExpr.FloorDiv(IndexExpr left, IndexExpr right) -> both(left, right);
      case IndexExpr.FloorMod(IndexExpr left, IndexExpr right) -> both(left, right);
      case IndexExpr.Minimum(IndexExpr left, IndexExpr right) -> both(left, right);
      case IndexExpr.Maximum(IndexExpr left, IndexExpr right) -> both(left, right);
      case IndexExpr.Fetch fetch ->
          fit(ACCESS_BYTES, List.of(part(fetch.source()))) + weigh(fetch.extent());
    };
  }

  private int both(IndexExpr left, IndexExpr right) {
    return weigh(left) + weigh(right) + ACCESS_BYTES;
  }

  private boolean isWrittenOut(Stmt.For loop, Part body) {
    if (loop.kind() == Stmt.LoopOrder.UNROLLED
        && loop.extent() instanceof IndexExpr.Constant(long rounds)
        && rounds <= writtenOutBytes
        && rounds * body.bytes <= writtenOutBytes) {
      writtenOut.add(loop);
    }
    return writtenOut.contains(loop);
  }

  private int writeOut(Stmt.For loop, Part body) {
    int rounds = (int) Math.max(0, ((IndexExpr.Constant) loop.extent()).value());
    if (rounds * body.bytes <= limitBytes || !body.canBePicked) {
      return rounds * body.bytes;
    }
    picked.add(body.node);
    return rounds * CALL_BYTES;
  }

  private Part part(Stmt statement) {
    return new Part(statement, weigh(statement), canBePicked(statement));
  }

  /// Whether a statement has no need of registers and vectors of the method that it stands in.
  private boolean canBePicked(Stmt statement) {
    if (!OuterStores.of(statement).isEmpty()) {
      return false;
    }
    if (inVectors.isEmpty()) {
      return true;
    }
    Set<String> names = Accesses.of(statement);
    return inVectors.stream()
        .noneMatch(
            allocation ->
                allocation instanceof Stmt.Allocate(Buffer array, var body)
                    && names.contains(array.name()));
  }

  private Part part(Scalar scalar) {
    return new Part(scalar, weigh(scalar), true);
  }

  /// Picks parts, the longest first, until a node fits; returns its length then.
  private int fit(int ownBytes, List<Part> parts) {
    int bytes = ownBytes;
    for (Part part : parts) {
      bytes += part.bytes;
    }
    List<Part> longestFirst = new ArrayList<>(parts);
    longestFirst.sort((left, right) -> Integer.compare(right.bytes, left.bytes));
    for (Part part : longestFirst) {
      if (bytes <= limitBytes) {
        return bytes;
      }
      if (part.canBePicked && part.bytes > 2 * CALL_BYTES) {
        picked.add(part.node);
        bytes += CALL_BYTES - part.bytes;
      }
    }
    return bytes;
  }

  /// The registers that a statement stores to and that are allocated outside of it.
  private static final class OuterStores {
    private final Set<String> found = new HashSet<>();

    static Set<String> of(Stmt statement) {
      OuterStores stores = new OuterStores();
      stores.visit(statement, Set.of());
      return stores.found;
    }

    private void visit(Stmt statement, Set<String> inside) {
      switch (statement) {
        case Stmt.For loop -> visit(loop.body(), inside);
        case Stmt.Block block -> {
          block.init().ifPresent(init -> visit(init, inside));
          visit(block.body(), inside);
        }
        case Stmt.Sequence(List<Stmt> statements) ->
            statements.forEach(member -> visit(member, inside));
        case Stmt.Allocate(Buffer buffer, Stmt body) -> {
          Set<String> more = new HashSet<>(inside);
          more.add(buffer.name());
          visit(body, more);
        }
        case Stmt.If conditional -> visit(conditional.body(), inside);
        case Stmt.When conditional -> visit(conditional.body(), inside);
        case Stmt.While conditional -> visit(conditional.body(), inside);
        // A store without positions may go to a register; to memory of rank 0 just as well.
        case Stmt.Store store -> {
          if (store.indices().isEmpty() && !inside.contains(store.buffer())) {
            found.add(store.buffer());
          }
        }
      }
    }
  }
}
