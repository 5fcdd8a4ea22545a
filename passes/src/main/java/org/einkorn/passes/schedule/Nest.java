package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.integer.Assumptions;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.schedule.LoopName;
import org.einkorn.ir.schedule.Step;
import org.einkorn.ir.text.ExprPrinter;
import org.einkorn.ir.text.TracePrinter;

/// A function and the step that is about to change it: finds what the step names, and refuses it.
final class Nest {
  private final Schedule schedule;
  private final Step step;

  /// A statement and those around it, the outermost first.
  record Site<S extends Stmt>(List<Stmt> around, S statement) {
    Site {
      around = List.copyOf(around);
    }

    /// What is known outside of the statement.
    Assumptions scope() {
      return Scopes.inside(around);
    }

    /// The statements around what is inside of the statement.
    List<Stmt> path() {
      List<Stmt> path = new ArrayList<>(around);
      path.add(statement);
      return path;
    }
  }

  Nest(Schedule schedule, Step step) {
    this.schedule = schedule;
    this.step = step;
  }

  Schedule schedule() {
    return schedule;
  }

  Step step() {
    return step;
  }

  Function function() {
    return schedule.function();
  }

  Module module() {
    return schedule.module();
  }

  Uses uses() {
    return schedule.uses();
  }

  /// The module with another statement in the place of `old`.
  Module replace(Stmt old, Stmt replacement) {
    Stmt body = Statements.replace(function().body(), old, replacement);
    return with(module().buffers(), Statements.flattened(body));
  }

  /// The module with other global memory and another body of the function.
  Module with(List<Buffer> buffers, Stmt body) {
    Function function = function();
    List<Function> functions = new ArrayList<>(module().functions());
    functions.set(
        module().placeOf(function.name()), new Function(function.name(), body, function.origin()));
    return module().with(module().signature(), buffers, functions);
  }

  // ---- refusals

  RefusedStepException refuse(Reason reason, Stmt place, String label, String... notes) {
    return new RefusedStepException(
        new Refusal(reason, step, schedule, Optional.of(place), label, List.of(notes)));
  }

  RefusedStepException refuse(Reason reason, String label, String... notes) {
    return new RefusedStepException(
        new Refusal(reason, step, schedule, Optional.empty(), label, List.of(notes)));
  }

  // ---- names

  /// The loop of a name.
  Site<Stmt.For> loop(LoopName name) {
    return only(name, candidates(name));
  }

  /// Loops that stand in one another. A name that several loops have means the one that stands in,
  /// or around, those whose names are enough.
  List<Site<Stmt.For>> loops(List<LoopName> names) {
    List<List<Site<Stmt.For>>> found = names.stream().map(this::candidates).toList();
    List<Site<Stmt.For>> certain = new ArrayList<>();
    for (List<Site<Stmt.For>> each : found) {
      if (each.size() == 1) {
        certain.add(each.getFirst());
      }
    }
    List<Site<Stmt.For>> loops = new ArrayList<>();
    for (int number = 0; number < names.size(); number++) {
      List<Site<Stmt.For>> near =
          found.get(number).stream()
              .filter(site -> certain.stream().allMatch(other -> areNested(site, other)))
              .toList();
      loops.add(only(names.get(number), near.size() == 1 ? near : found.get(number)));
    }
    return loops;
  }

  private static boolean areNested(Site<Stmt.For> one, Site<Stmt.For> other) {
    return one.path().stream().anyMatch(each -> each == other.statement())
        || other.path().stream().anyMatch(each -> each == one.statement());
  }

  private List<Site<Stmt.For>> candidates(LoopName name) {
    List<Site<Stmt.For>> found = new ArrayList<>();
    collect(function().body(), new ArrayList<>(), name, found);
    if (found.isEmpty()) {
      throw refuse(
          Reason.UNKNOWN_NAME, "there is no loop `" + TracePrinter.print(name) + "`; " + known());
    }
    return found;
  }

  private Site<Stmt.For> only(LoopName name, List<Site<Stmt.For>> found) {
    if (found.size() > 1) {
      throw refuse(
          Reason.AMBIGUOUS_NAME,
          found.get(1).statement(),
          "the second of " + found.size() + " loops of this name",
          "name a block inside of the one that is meant: `"
              + TracePrinter.print(LoopName.of(name.variable()))
              + " of BLOCK`");
    }
    return found.getFirst();
  }

  private static void collect(
      Stmt statement, List<Stmt> around, LoopName name, List<Site<Stmt.For>> found) {
    if (statement instanceof Stmt.For loop
        && loop.variable().equals(name.variable())
        && (name.block().isEmpty()
            || Statements.blocks(loop).stream()
                .anyMatch(block -> block.name().equals(name.block().get())))) {
      found.add(new Site<>(around, loop));
    }
    around.addLast(statement);
    statement.children().forEach(each -> collect(each, around, name, found));
    around.removeLast();
  }

  /// The block of a name.
  Stmt.Block block(String name) {
    List<Stmt.Block> found =
        Statements.blocks(function().body()).stream()
            .filter(block -> block.name().equals(name))
            .toList();
    if (found.isEmpty()) {
      throw refuse(Reason.UNKNOWN_NAME, "there is no block `" + name + "`; " + known());
    }
    if (found.size() > 1) {
      throw refuse(
          Reason.AMBIGUOUS_NAME,
          found.get(1),
          "the second of " + found.size() + " blocks of this name");
    }
    return found.getFirst();
  }

  /// The allocation of a name.
  Stmt.Allocate allocation(String name) {
    List<Stmt.Allocate> found = new ArrayList<>();
    Set<String> all = new LinkedHashSet<>();
    Statements.forEach(
        function().body(),
        each -> {
          if (each instanceof Stmt.Allocate allocation) {
            all.add("`" + allocation.buffer().name() + "`");
            if (allocation.buffer().name().equals(name)) {
              found.add(allocation);
            }
          }
        });
    if (found.isEmpty()) {
      throw refuse(
          Reason.UNKNOWN_NAME,
          "nothing here allocates `"
              + name
              + "`; allocated: "
              + (all.isEmpty() ? "none" : String.join(", ", all)));
    }
    if (found.size() > 1) {
      throw refuse(
          Reason.AMBIGUOUS_NAME, "`" + name + "` is allocated in " + found.size() + " places");
    }
    return found.getFirst();
  }

  /// Refuses the name of a new block that another block has.
  void requireFreeBlock(String name) {
    if (Statements.blocks(function().body()).stream()
        .anyMatch(block -> block.name().equals(name))) {
      throw refuse(Reason.NAME_TAKEN, "`" + name + "` is the name of another block");
    }
  }

  private String known() {
    Set<String> loops = new LinkedHashSet<>();
    Statements.loops(function().body()).forEach(loop -> loops.add("`" + loop.variable() + "`"));
    Set<String> blocks = new LinkedHashSet<>();
    Statements.blocks(function().body()).forEach(block -> blocks.add("`" + block.name() + "`"));
    return "loops: "
        + (loops.isEmpty() ? "none" : String.join(", ", loops))
        + "; blocks: "
        + (blocks.isEmpty() ? "none" : String.join(", ", blocks));
  }

  /// Refuses names of new loops that something in the function has, or that are there twice.
  ///
  /// @param leaving loops that go away, whose names are free
  void requireFree(List<String> names, List<Stmt.For> leaving) {
    Set<String> taken = new LinkedHashSet<>(names(function(), leaving));
    taken.addAll(schedule.module().symbols());
    taken.addAll(schedule.sampled());
    for (String name : names) {
      if (!taken.add(name)) {
        throw refuse(Reason.NAME_TAKEN, "`" + name + "` is the name of something else");
      }
    }
  }

  /// The names of all loops, iterators, sizes and samples.
  Set<String> names() {
    return schedule.names();
  }

  /// The number that a step says.
  long number(IndexExpr number) {
    if (number instanceof IndexExpr.Constant(long value)) {
      return value;
    }
    throw refuse(
        Reason.UNKNOWN_NAME,
        "`" + ExprPrinter.print(number) + "` is no number that a step before has sampled");
  }

  /// The names of all loops and of all iterators of blocks.
  static Set<String> names(Function function, List<Stmt.For> leaving) {
    Set<String> names = new LinkedHashSet<>();
    Statements.forEach(
        function.body(),
        each -> {
          if (each instanceof Stmt.For loop && leaving.stream().noneMatch(old -> old == loop)) {
            names.add(loop.variable());
          } else if (each instanceof Stmt.Block block) {
            block.iters().forEach(iter -> names.add(iter.variable()));
          }
        });
    return names;
  }

  /// The names of all loops, with a block where the variable alone is not enough.
  static List<LoopName> loops(Function function) {
    List<LoopName> names = new ArrayList<>();
    List<Stmt.For> loops = Statements.loops(function.body());
    for (Stmt.For loop : loops) {
      boolean isOnly =
          loops.stream().filter(other -> other.variable().equals(loop.variable())).count() == 1;
      List<Stmt.Block> blocks = Statements.blocks(loop);
      if (isOnly) {
        names.add(LoopName.of(loop.variable()));
      } else if (!blocks.isEmpty()) {
        names.add(LoopName.of(loop.variable(), blocks.getFirst().name()));
      }
    }
    return names;
  }

  /// Refuses an expression that has no value outside of a loop.
  void requireKnown(IndexExpr expr, String what, Site<Stmt.For> loop) {
    Set<String> visible = new LinkedHashSet<>();
    for (Stmt around : loop.around()) {
      if (around instanceof Stmt.For outer) {
        visible.add(outer.variable());
      } else if (around instanceof Stmt.Block block) {
        visible.clear();
        block.iters().forEach(iter -> visible.add(iter.variable()));
      }
    }
    for (String variable : Walk.variables(expr)) {
      if (!visible.contains(variable)) {
        throw refuse(
            Reason.NOT_KNOWN_OUTSIDE,
            loop.statement(),
            "`" + variable + "` in " + what + " is no loop around this one and no size");
      }
    }
    if (!Scopes.canEvaluate(expr, loop.scope())) {
      throw refuse(
          Reason.NOT_KNOWN_OUTSIDE, loop.statement(), what + " may divide by zero, or is data");
    }
  }

  void requireSerial(Stmt.For loop) {
    if (loop.kind() != Stmt.LoopOrder.SERIAL) {
      throw refuse(Reason.NOT_SERIAL, loop, "is " + loop.kind().text() + " already");
    }
  }
}
