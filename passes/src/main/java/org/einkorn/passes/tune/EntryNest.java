package org.einkorn.passes.tune;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.passes.PassContext;

/// A function that goes through entries which data list, in blocks of rows:
///
/// ```text
/// for block {
///   for… { for rows { acc = identity } }
///   for entries { for rows { acc = acc + value } }
///   for… { for rows { result = acc } }
/// }
/// ```
///
/// @param function its name
/// @param blocks the loop over blocks
/// @param rows in a block
/// @param fill the loops that begin the elements of a block, the outermost first
/// @param combine the loop over rows that combines, with the elements of the accumulator
/// @param store the loops that store the results, the outermost first
/// @param accumulator what a row combines in, over loops
/// @param operands what the value reads that is another element in each row
/// @param value what is combined
/// @param output what is stored in the end
/// @param entries how many entries there are at most, as far as that is known
record EntryNest(
    String function,
    Axis blocks,
    long rows,
    List<String> fill,
    String combine,
    List<String> store,
    Operand accumulator,
    List<Operand> operands,
    Scalar value,
    Operand output,
    double entries) {
  EntryNest {
    fill = List.copyOf(fill);
    store = List.copyOf(store);
    operands = List.copyOf(operands);
  }

  /// Loops in one another, around one store.
  ///
  /// @param loops the outermost first
  private record Around(List<Stmt.For> loops, Stmt.Store store) {
    List<String> names() {
      return loops.stream().map(Stmt.For::variable).toList();
    }

    /// The loops over all elements of a block.
    static Optional<Around> of(Stmt statement) {
      List<Stmt.For> loops = new ArrayList<>();
      Stmt inside = statement;
      while (true) {
        switch (inside) {
          case Stmt.For loop when loop.kind() == Stmt.LoopOrder.SERIAL -> {
            loops.add(loop);
            inside = loop.body();
          }
          case Stmt.If(List<Guard> guards, Stmt body)
              when guards.stream().noneMatch(Guard::fetches) ->
              inside = body;
          case Stmt.Store store when !loops.isEmpty() -> {
            return Optional.of(new Around(loops, store));
          }
          case Stmt _ -> {
            return Optional.empty();
          }
        }
      }
    }

    /// The only innermost loop in a loop over entries.
    static Optional<Around> innermost(Stmt statement) {
      List<Around> found = new ArrayList<>();
      collect(statement, found);
      return found.size() == 1 ? Optional.of(found.getFirst()) : Optional.empty();
    }

    private static void collect(Stmt statement, List<Around> found) {
      if (statement instanceof Stmt.For loop
          && loop.extent() instanceof IndexExpr.Constant
          && of(statement).isPresent()) {
        found.add(of(statement).orElseThrow());
      } else {
        statement.children().forEach(child -> collect(child, found));
      }
    }

    long rows() {
      return loops.getLast().extent() instanceof IndexExpr.Constant(long rows) ? rows : -1;
    }
  }

  /// The nest of a function, if it is one.
  static Optional<EntryNest> of(Function function, PassContext context) {
    if (!(function.body() instanceof Stmt.For block)
        || block.kind() != Stmt.LoopOrder.SERIAL
        || !(block.body() instanceof Stmt.Sequence(List<Stmt> parts))
        || parts.size() != 3) {
      return Optional.empty();
    }
    Optional<Around> fill = Around.of(parts.get(0));
    Optional<Around> combine = Around.innermost(parts.get(1));
    Optional<Around> store = Around.of(parts.get(2));
    if (fill.isEmpty() || combine.isEmpty() || store.isEmpty()) {
      return Optional.empty();
    }
    Stmt.Store update = combine.get().store();
    boolean isOne =
        fill.get().store().buffer().equals(update.buffer())
            && combine.get().loops().size() == 1
            && fill.get().rows() == combine.get().rows()
            && update.value().type().isFloat()
            && hasEntries(parts.get(1));
    if (!isOne
        || !(update.value() instanceof Scalar.Binary(var op, Scalar left, Scalar value))
        || !left.equals(new Scalar.Read(update.buffer(), left.type(), update.indices()))) {
      return Optional.empty();
    }
    Stmt.Store result = store.get().store();
    return Optional.of(
        new EntryNest(
            function.name(),
            Axis.of(block, context),
            combine.get().rows(),
            fill.get().names(),
            combine.get().loops().getFirst().variable(),
            store.get().names(),
            new Operand(update.buffer(), update.indices()),
            operands(value, combine.get().loops().getFirst()),
            value,
            new Operand(result.buffer(), result.indices()),
            entries(parts.get(1), context)));
  }

  private static boolean hasEntries(Stmt statement) {
    return statement instanceof Stmt.For loop && Walk.fetches(loop.extent())
        || statement.children().stream().anyMatch(EntryNest::hasEntries);
  }

  private static List<Operand> operands(Scalar value, Stmt.For rows) {
    Set<Operand> found = new LinkedHashSet<>();
    Walk.ofScalars(
            part -> {
              if (part instanceof Scalar.Read(String tensor, var _, List<IndexExpr> indices)
                  && indices.stream()
                      .anyMatch(index -> Walk.variables(index).contains(rows.variable()))) {
                found.add(new Operand(tensor, indices));
              }
            })
        .visit(value);
    return List.copyOf(found);
  }

  /// How many rounds the loops over entries have: the room that there is for them.
  private static double entries(Stmt statement, PassContext context) {
    double inside =
        statement.children().stream().mapToDouble(child -> entries(child, context)).max().orElse(1);
    if (statement instanceof Stmt.For loop
        && loop.extent() instanceof IndexExpr.Fetch(var _, var _, IndexExpr room, var _)) {
      return inside * (double) context.sizes().of(room).orElse(1);
    }
    return inside;
  }

  /// How often something is combined.
  double rounds() {
    return (double) blocks.rounds() * rows * entries;
  }

  /// The axis of what an operand reads, of the accumulator or of the result, that goes over rows.
  static int axis(Operand operand, String rows) {
    int axis = 0;
    while (axis < operand.indices().size()
        && !Walk.variables(operand.indices().get(axis)).contains(rows)) {
      axis++;
    }
    return axis;
  }
}
