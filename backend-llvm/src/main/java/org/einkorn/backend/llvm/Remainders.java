package org.einkorn.backend.llvm;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.integer.Assumptions;
import org.einkorn.ir.integer.Condition;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;

/// Finds the functions that run for some sizes only: what is left over of an axis whose size is no
/// multiple of that of a tile. Their code is made when they first run.
final class Remainders {
  private Remainders() {}

  /// Which functions of a module are remainders.
  static boolean[] of(Module module) {
    List<Function> functions = module.functions();
    boolean[] are = new boolean[functions.size()];
    for (int number = 0; number < are.length; number++) {
      are[number] = module.repeats().isEmpty() && isRemainder(functions.get(number));
    }
    return are;
  }

  /// Whether a function runs once or not at all, and lowering it can not be refused: that is to be
  /// known before anything runs.
  private static boolean isRemainder(Function function) {
    IndexExpr extent = function.parallelExtent();
    return !(extent instanceof IndexExpr.Constant)
        && !Walk.fetches(extent)
        && Assumptions.NONE.proves(Condition.atMost(extent, IndexExpr.Constant.ONE))
        && mostBytes(function.body()).filter(most -> most <= Buffer.MAX_LOCAL_BYTES).isPresent();
  }

  /// The bytes of all arrays of a statement; none where they depend on how lanes are laid out.
  private static Optional<Long> mostBytes(Stmt statement) {
    return switch (statement) {
      case Stmt.For loop ->
          loop.kind() == Stmt.LoopOrder.VECTORIZED
              ? mostBytes(loop.body()).filter(most -> most == 0)
              : mostBytes(loop.body());
      case Stmt.Block block ->
          sum(Stream.concat(block.init().stream(), Stream.of(block.body())).toList());
      case Stmt.Sequence(List<Stmt> statements) -> sum(statements);
      case Stmt.Allocate(Buffer buffer, Stmt body) ->
          mostBytes(body)
              .flatMap(
                  most ->
                      buffer.constantElements().isPresent()
                              && buffer.constantElements().getAsLong() <= Buffer.MAX_LOCAL_BYTES
                          ? Optional.of(
                              most
                                  + buffer.constantElements().getAsLong()
                                      * buffer.type().dtype().byteSize())
                          : Optional.empty());
      case Stmt.If(var guards, Stmt body) -> mostBytes(body);
      case Stmt.When(var condition, Stmt body) -> mostBytes(body);
      case Stmt.While(var condition, Stmt body) -> mostBytes(body);
      case Stmt.Store _ -> Optional.of(0L);
    };
  }

  private static Optional<Long> sum(List<Stmt> statements) {
    long sum = 0;
    for (Stmt statement : statements) {
      Optional<Long> most = mostBytes(statement);
      if (most.isEmpty()) {
        return most;
      }
      sum += most.get();
    }
    return Optional.of(sum);
  }
}
