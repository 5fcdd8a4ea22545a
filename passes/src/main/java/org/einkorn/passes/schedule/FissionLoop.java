package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.integer.Condition;
import org.einkorn.ir.integer.Loop;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.schedule.Step;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.passes.schedule.Dependence.Sign;

/// `for i { a; b } → for i { a } for i { b }`, where a block is the end of `a`.
///
/// Loops and guards between the loop and the two parts are written for both. All of `a` runs before
/// all of `b`, each in the order of its rounds; so no round of `a` may touch what an earlier round
/// of `b` touches, one of them to store.
final class FissionLoop implements Primitive<Step.Fission> {
  @Override
  public Module apply(Nest nest, Step.Fission step) {
    Nest.Site<Stmt.For> site = nest.loop(step.loop());
    Stmt.Block block = nest.block(step.block());
    Path path = Path.of(site.statement(), block, nest);
    Set<String> variables = new HashSet<>();
    path.loops().forEach(loop -> variables.add(loop.variable()));
    Order.requireFree(variables, site.statement().body(), nest);
    if (Statements.fetches(site.statement())) {
      throw nest.refuse(
          Reason.POSITION_FROM_DATA,
          site.statement(),
          "a position inside comes from data: another fault might come first");
    }
    requireApart(path, nest, site);
    return nest.replace(
        site.statement(),
        new Stmt.Sequence(List.of(path.around(path.first()), path.around(path.second()))));
  }

  /// From the loop to the sequence that is cut.
  ///
  /// @param statements loops and guards, the outermost first
  private record Path(List<Stmt> statements, Stmt first, Stmt second) {
    static Path of(Stmt.For loop, Stmt.Block block, Nest nest) {
      List<Stmt> statements = new ArrayList<>();
      Stmt inside = loop;
      while (true) {
        switch (inside) {
          case Stmt.For each -> {
            statements.add(each);
            inside = each.body();
          }
          case Stmt.If(List<Guard> guards, Stmt body) -> {
            statements.add(inside);
            inside = body;
          }
          case Stmt.Sequence(List<Stmt> parts) -> {
            return cut(statements, parts, loop, block, nest);
          }
          case Stmt.Allocate(var buffer, Stmt body) ->
              throw nest.refuse(
                  Reason.NOT_NESTED,
                  loop,
                  "`%s` is allocated inside and read in both parts".formatted(buffer.name()),
                  "move it out first: `lift %s above %s`"
                      .formatted(buffer.name(), loop.variable()));
          case Stmt.Block _, Stmt.When _, Stmt.While _, Stmt.Store _ ->
              throw nest.refuse(
                  Reason.NOT_NESTED, loop, "has no statement after `" + block.name() + "`");
        }
      }
    }

    private static Path cut(
        List<Stmt> statements, List<Stmt> parts, Stmt.For loop, Stmt.Block block, Nest nest) {
      for (int place = 0; place < parts.size(); place++) {
        if (Statements.blocks(parts.get(place)).stream().anyMatch(each -> each == block)) {
          if (place == parts.size() - 1) {
            break;
          }
          return new Path(
              statements,
              sequence(parts.subList(0, place + 1)),
              sequence(parts.subList(place + 1, parts.size())));
        }
      }
      throw nest.refuse(Reason.NOT_NESTED, loop, "has no statement after `" + block.name() + "`");
    }

    private static Stmt sequence(List<Stmt> parts) {
      return parts.size() == 1 ? parts.getFirst() : new Stmt.Sequence(parts);
    }

    List<Stmt.For> loops() {
      List<Stmt.For> loops = new ArrayList<>();
      for (Stmt each : statements) {
        if (each instanceof Stmt.For loop) {
          loops.add(loop);
        }
      }
      return loops;
    }

    List<Condition> when() {
      List<Condition> when = new ArrayList<>();
      for (Stmt each : statements) {
        if (each instanceof Stmt.If(List<Guard> guards, Stmt _)) {
          guards.forEach(guard -> when.add(Condition.of(guard)));
        }
      }
      return when;
    }

    Stmt around(Stmt part) {
      Stmt result = part;
      for (Stmt each : statements.reversed()) {
        Stmt inside = result;
        result = each.mapChildren(_ -> inside);
      }
      return result;
    }
  }

  private static void requireApart(Path path, Nest nest, Nest.Site<Stmt.For> site) {
    List<Loop> loops =
        path.loops().stream().map(loop -> new Loop(loop.variable(), loop.extent())).toList();
    Optional<Dependence> found =
        Dependences.between(
            loops,
            AccessCollector.of(path.first(), path.when()),
            AccessCollector.of(path.second(), path.when()),
            site.scope(),
            signs -> Order.first(signs) == Sign.EARLIER);
    if (found.isPresent()) {
      throw nest.refuse(
          Reason.DEPENDENCE,
          site.statement(),
          "a round needs what the second part does in an earlier one",
          found.get().text());
    }
  }
}
