package org.einkorn.backend.jvm;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.elementary.Formulas;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.runtime.DType;

/// Picks statements with loops over lanes that become methods of their own, so that none holds many
/// such loops.
///
/// The JIT compiler inlines some ten calls for each operation on a vector, and copies each loop. It
/// takes seconds for a method with a dozen of them, over and over where the code is warming up, and
/// beyond a limit of its own it inlines no more: then each vector becomes an object.
final class LaneMethods {
  /// How many operations on vectors a method may have where it can be cut.
  private static final int MOST_OPERATIONS = 30;

  /// About as many steps as [Formulas] take.
  private static final int ELEMENTARY = 25;

  /// A choice by positions: masks and reads under them, of which the JIT compiler makes much code.
  private static final int CHOICE = 10;

  private final VectorMachine machine;
  private final Predicate<Stmt> canBePicked;
  private final Set<Stmt> inVectors;
  private final Set<Stmt> picked = Collections.newSetFromMap(new IdentityHashMap<>());

  private LaneMethods(VectorMachine machine, Set<Stmt> inVectors, Predicate<Stmt> canBePicked) {
    this.machine = machine;
    this.inVectors = inVectors;
    this.canBePicked = canBePicked;
  }

  /// @param inVectors allocations of arrays that lie in vectors
  /// @param canBePicked whether a statement can be a method of its own
  static Set<Stmt> of(
      Stmt body, VectorMachine machine, Set<Stmt> inVectors, Predicate<Stmt> canBePicked) {
    LaneMethods methods = new LaneMethods(machine, inVectors, canBePicked);
    if (machine.isPresent()) {
      methods.operations(body);
    }
    return methods.picked;
  }

  /// How many operations on vectors a statement has, without those in methods of their own.
  private int operations(Stmt statement) {
    return switch (statement) {
      case Stmt.For loop ->
          loop.kind() == Stmt.LoopOrder.VECTORIZED
              ? vectors(loop.extent()) * operationsOfLane(loop.body())
              : operations(loop.body());
      case Stmt.Block block ->
          block.init().map(this::operations).orElse(0) + operations(block.body());
      case Stmt.Sequence(List<Stmt> statements) -> fit(statements);
      case Stmt.Allocate(var buffer, Stmt body) -> {
        // Another rule makes a method of it.
        yield inVectors.contains(statement) && canBePicked.test(statement) ? 0 : operations(body);
      }
      case Stmt.If conditional -> operations(conditional.body());
      case Stmt.When conditional -> operations(conditional.body());
      case Stmt.While conditional -> operations(conditional.body());
      case Stmt.Store _ -> 0;
    };
  }

  private record Part(Stmt statement, int operations) {}

  /// Picks statements, those with the most operations first, until few enough are left.
  private int fit(List<Stmt> statements) {
    List<Part> parts = new ArrayList<>();
    int sum = 0;
    for (Stmt statement : statements) {
      Part part = new Part(statement, operations(statement));
      parts.add(part);
      sum += part.operations;
    }
    parts.sort((left, right) -> Integer.compare(right.operations, left.operations));
    for (Part part : parts) {
      if (sum <= MOST_OPERATIONS) {
        return sum;
      }
      if (part.operations > 0 && canBePicked.test(part.statement)) {
        picked.add(part.statement);
        sum -= part.operations;
      }
    }
    return sum;
  }

  private int vectors(IndexExpr extent) {
    int lanes = machine.lanes(DType.F32);
    return extent instanceof IndexExpr.Constant(long rounds)
        ? Math.clamp(rounds / lanes, 1, MOST_OPERATIONS)
        : 1;
  }

  /// How many operations on vectors the body of a loop over lanes has for each vector.
  private static int operationsOfLane(Stmt body) {
    return switch (body) {
      case Stmt.For loop -> operationsOfLane(loop.body());
      case Stmt.Block block ->
          block.init().map(LaneMethods::operationsOfLane).orElse(0)
              + operationsOfLane(block.body());
      case Stmt.Sequence(List<Stmt> statements) ->
          statements.stream().mapToInt(LaneMethods::operationsOfLane).sum();
      case Stmt.Allocate(var buffer, Stmt inner) -> operationsOfLane(inner);
      case Stmt.If conditional -> 1 + operationsOfLane(conditional.body());
      case Stmt.When conditional -> 1 + operationsOfLane(conditional.body());
      case Stmt.While conditional -> 1 + operationsOfLane(conditional.body());
      case Stmt.Store(var buffer, var indices, Scalar value) -> {
        int[] operations = {1};
        Walk.ofScalars(part -> operations[0] += operations(part)).visit(value);
        yield operations[0];
      }
    };
  }

  /// Whether a body has an operation that is many calls by itself.
  static boolean isLong(Stmt body) {
    return switch (body) {
      case Stmt.For loop -> isLong(loop.body());
      case Stmt.Block block ->
          block.init().map(LaneMethods::isLong).orElse(false) || isLong(block.body());
      case Stmt.Sequence(List<Stmt> statements) ->
          statements.stream().anyMatch(LaneMethods::isLong);
      case Stmt.Allocate(var buffer, Stmt inner) -> isLong(inner);
      case Stmt.If conditional -> isLong(conditional.body());
      case Stmt.When conditional -> isLong(conditional.body());
      case Stmt.While conditional -> isLong(conditional.body());
      case Stmt.Store(var buffer, var indices, Scalar value) -> {
        boolean[] found = {false};
        Walk.ofScalars(part -> found[0] |= operations(part) > 1).visit(value);
        yield found[0];
      }
    };
  }

  private static int operations(Scalar scalar) {
    if (scalar instanceof Scalar.Unary(UnaryOp op, Scalar operand)
        && Formulas.contain(op, operand.type())) {
      return ELEMENTARY;
    }
    boolean isChoice =
        scalar instanceof Scalar.Select(Scalar condition, var then, var otherwise)
            && LaneMasks.comparePositions(condition);
    return isChoice ? CHOICE : 1;
  }
}
