package org.einkorn.backend.jvm;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.runtime.DType;
import org.jspecify.annotations.Nullable;

/// Finds the local arrays that can lie in vectors.
///
/// Each access to such an array stands in a loop whose iterations run as lanes, all its vectors
/// side by side, and touches whole vectors of the array, each known as code is made.
///
/// Of an array that is used by several statements in a row some may be otherwise, such as the one
/// that stores what a loop has summed up and leaves out what lies beyond the end of a row. The
/// array then lies in vectors but for these statements: before each it is stored to a Java array.
final class VectorArrays {
  /// More vectors than any machine has would be stored and loaded anyway.
  private static final int MOST_VECTORS = 64;

  private final KernelContext context;
  private final VectorMachine machine;
  private final Set<Stmt> writtenOut;
  private final Map<String, Buffer> arrays = new HashMap<>();
  private final Map<String, Polynomial> variables = new HashMap<>();
  private final Set<Stmt> found = identities();
  private final IdentityHashMap<Stmt, Set<String>> asArrays = new IdentityHashMap<>();
  private final Map<String, Uses> uses = new HashMap<>();
  private final Set<String> inRow = new HashSet<>();
  private int atoms;

  /// The lanes of the loop around, if there is one.
  private @Nullable Lanes lanes;

  private final Walk walk = Walk.of(this::read, _ -> {});

  private record Lanes(DType type, int vectors) {}

  /// How a candidate is used.
  private static final class Uses {
    /// The statement of the row that is being visited.
    private @Nullable Stmt member;

    private final Set<Stmt> asVectors = identities();
    private final Set<Stmt> asArray = identities();

    /// Whether vectors are worth it.
    boolean isVectors() {
      return asArray.isEmpty()
          ? !asVectors.isEmpty()
          : asVectors.stream()
              .anyMatch(
                  statement ->
                      !asArray.contains(statement)
                          && statement instanceof Stmt.For loop
                          && loop.kind() == Stmt.LoopOrder.SERIAL);
    }
  }

  /// What was found.
  ///
  /// @param allocations those of arrays that lie in vectors
  /// @param asArrays statements for which some of them are Java arrays meanwhile, and their names
  record Result(Set<Stmt> allocations, IdentityHashMap<Stmt, Set<String>> asArrays) {}

  private VectorArrays(KernelContext context, VectorMachine machine, Set<Stmt> writtenOut) {
    this.context = context;
    this.machine = machine;
    this.writtenOut = writtenOut;
  }

  private static Set<Stmt> identities() {
    return Collections.newSetFromMap(new IdentityHashMap<>());
  }

  /// @param writtenOut the loops each round of which has code of its own
  static Result of(Stmt body, KernelContext context, VectorMachine machine, Set<Stmt> writtenOut) {
    VectorArrays arrays = new VectorArrays(context, machine, writtenOut);
    if (machine.isPresent()) {
      arrays.visit(body);
    }
    return new Result(arrays.found, arrays.asArrays);
  }

  private void visit(Stmt statement) {
    switch (statement) {
      case Stmt.For loop -> {
        walk.visit(loop.extent());
        visit(loop);
      }
      case Stmt.Block block -> visit(block);
      case Stmt.Sequence(List<Stmt> statements) -> statements.forEach(this::visit);
      case Stmt.Allocate(Buffer buffer, Stmt body) -> {
        if (buffer.scope() == Buffer.Scope.LOCAL) {
          allocate(statement, buffer, body);
        } else {
          visit(body);
        }
      }
      case Stmt.If(List<Guard> guards, Stmt body) -> {
        visit(guards);
        visit(body);
      }
      case Stmt.When(Scalar condition, Stmt body) -> {
        walk.visit(condition);
        visit(body);
      }
      case Stmt.While(Scalar condition, Stmt body) -> {
        walk.visit(condition);
        visit(body);
      }
      case Stmt.Store(String buffer, List<IndexExpr> indices, Scalar value) -> {
        access(buffer, indices);
        indices.forEach(walk::visit);
        walk.visit(value);
      }
    }
  }

  private void visit(List<Guard> guards) {
    for (Guard guard : guards) {
      walk.visit(guard.index());
      walk.visit(guard.extent());
    }
  }

  private void allocate(Stmt statement, Buffer buffer, Stmt body) {
    arrays.put(buffer.name(), buffer);
    if (canLieInVectors(buffer)) {
      uses.put(buffer.name(), new Uses());
      inRow.add(buffer.name());
    }
    // Where the array is allocated in several rounds, what is around may have no structure: it
    // becomes a parameter of a method.
    Map<String, Polynomial> outside = new HashMap<>(variables);
    variables.replaceAll((name, value) -> value.isConstant() ? value : unknown(Interval.ANY));
    visitRow(body);
    variables.putAll(outside);
    arrays.remove(buffer.name());
    inRow.remove(buffer.name());
    Uses used = uses.remove(buffer.name());
    if (used != null && used.isVectors()) {
      found.add(statement);
      used.asArray.forEach(
          member ->
              asArrays.computeIfAbsent(member, _ -> new LinkedHashSet<>()).add(buffer.name()));
    }
  }

  /// The statements that run one after the other while arrays are allocated.
  private void visitRow(Stmt statement) {
    switch (statement) {
      case Stmt.Sequence(List<Stmt> statements) -> statements.forEach(this::visitRow);
      case Stmt.Allocate(Buffer buffer, Stmt body) when buffer.scope() == Buffer.Scope.LOCAL ->
          allocate(statement, buffer, body);
      case Stmt.Allocate(var buffer, Stmt body) -> visitRow(body);
      case Stmt _ -> {
        Set<String> row = Set.copyOf(inRow);
        for (String name : row) {
          Uses used = uses.get(name);
          if (used != null) {
            used.member = statement;
          }
        }
        inRow.clear();
        visit(statement);
        inRow.addAll(row);
      }
    }
  }

  private boolean canLieInVectors(Buffer buffer) {
    DType type = buffer.type().dtype();
    if (!LaneOperations.hasLanes(type) || buffer.type().rank() == 0) {
      return false;
    }
    int lanes = machine.lanes(type);
    long elements = buffer.constantElements().orElse(0);
    return this.lanes == null
        && elements > 0
        && elements / lanes <= MOST_VECTORS
        && buffer.type().extents().getLast() instanceof IndexExpr.Constant(long last)
        && last % lanes == 0;
  }

  private void visit(Stmt.For loop) {
    long rounds = loop.extent() instanceof IndexExpr.Constant(long value) ? value : -1;
    if (rounds == 1) {
      with(loop.variable(), Polynomial.ZERO, loop.body());
    } else if (writtenOut.contains(loop)) {
      for (long round = 0; round < rounds; round++) {
        with(loop.variable(), Polynomial.constant(round), loop.body());
      }
    } else {
      Optional<DType> type =
          loop.kind() == Stmt.LoopOrder.VECTORIZED && lanes == null && rounds > 0
              ? LaneCheck.of(loop, context, arrays)
              : Optional.empty();
      if (type.isPresent() && rounds % machine.lanes(type.get()) == 0) {
        lanes = new Lanes(type.get(), (int) Math.min(rounds / machine.lanes(type.get()), 1 << 20));
        with(loop.variable(), Polynomial.of(VectorCompiler.LANE), loop.body());
        lanes = null;
      } else {
        Interval interval = rounds > 0 ? new Interval(0, rounds - 1) : Interval.NATURAL;
        with(loop.variable(), unknown(interval), loop.body());
      }
    }
  }

  private void with(String name, Polynomial value, Stmt body) {
    Polynomial hidden = variables.put(name, value);
    visit(body);
    restore(name, hidden);
  }

  private void restore(String name, @Nullable Polynomial hidden) {
    if (hidden == null) {
      variables.remove(name);
    } else {
      variables.put(name, hidden);
    }
  }

  private void visit(Stmt.Block block) {
    List<@Nullable Polynomial> hidden = new ArrayList<>();
    for (Stmt.BlockIter iter : block.iters()) {
      walk.visit(iter.binding());
      hidden.add(variables.put(iter.variable(), value(iter.binding())));
    }
    visit(block.guards());
    block.init().ifPresent(this::visit);
    visit(block.body());
    for (int iter = 0; iter < block.iters().size(); iter++) {
      restore(block.iters().get(iter).variable(), hidden.get(iter));
    }
  }

  private void read(Scalar scalar) {
    if (scalar instanceof Scalar.Read(String tensor, var type, List<IndexExpr> indices)) {
      access(tensor, indices);
    }
  }

  private void access(String name, List<IndexExpr> indices) {
    Uses used = uses.get(name);
    Buffer array = arrays.get(name);
    if (used != null && used.member != null && array != null) {
      (touchesVectors(array, indices) ? used.asVectors : used.asArray).add(used.member);
    }
  }

  private boolean touchesVectors(Buffer array, List<IndexExpr> indices) {
    DType type = array.type().dtype();
    if (lanes == null || lanes.type != type) {
      return false;
    }
    Polynomial number = Polynomial.ZERO;
    for (int axis = 0; axis < indices.size(); axis++) {
      Polynomial extent = value(array.type().extents().get(axis));
      number = number.times(extent).plus(value(indices.get(axis)));
    }
    Polynomial first = number.plus(Polynomial.of(VectorCompiler.LANE).times(-1));
    long last = first.constantTerm() + (long) lanes.vectors * machine.lanes(type);
    return first.isConstant()
        && first.constantTerm() % machine.lanes(type) == 0
        && first.constantTerm() >= 0
        && last <= array.constantElements().orElse(0);
  }

  /// What code finds out about a position, or less.
  private Polynomial value(IndexExpr index) {
    return switch (index) {
      case IndexExpr.Constant(long value) -> Polynomial.constant(value);
      case IndexExpr.Variable(String name) -> {
        Polynomial value = variables.get(name);
        yield value == null ? unknown(Interval.ANY) : value;
      }
      case IndexExpr.Sum(IndexExpr left, IndexExpr right) -> value(left).plus(value(right));
      case IndexExpr.Product(IndexExpr left, IndexExpr right) -> value(left).times(value(right));
      case IndexExpr.FloorDiv(IndexExpr left, IndexExpr.Constant(long by)) when by > 0 ->
          value(left).floorDiv(by).orElseGet(() -> unknown(Interval.ANY));
      case IndexExpr.FloorMod(IndexExpr left, IndexExpr.Constant(long by)) when by > 0 -> {
        Polynomial rest = value(left).remainderOfEach(by);
        yield rest.interval().isBelow(by) ? rest : unknown(Interval.ANY);
      }
      case IndexExpr.Symbol _,
          IndexExpr.FloorDiv _,
          IndexExpr.FloorMod _,
          IndexExpr.Minimum _,
          IndexExpr.Maximum _,
          IndexExpr.Fetch _ ->
          unknown(Interval.ANY);
    };
  }

  private Polynomial unknown(Interval interval) {
    atoms++;
    return Polynomial.of(new Atom(-1 - atoms, JvmType.LONG, 0, interval));
  }
}
