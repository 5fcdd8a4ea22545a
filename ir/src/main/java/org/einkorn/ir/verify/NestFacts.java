package org.einkorn.ir.verify;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.ir.text.LoopPrinter;

/// Collects the facts of a program of loop nests, and its statements with what surrounds them.
final class NestFacts {
  private final Facts facts = new Facts();
  private final List<Site> sites = new ArrayList<>();
  private final List<Sites> functions = new ArrayList<>();
  private int allocations = 0;

  /// A statement and what surrounds it.
  record Site(Stmt statement, Context context) {}

  /// The statements of a function.
  record Sites(Function function, List<Site> sites) {
    Place place() {
      return new Place("function `" + function.name() + "`", function.origin());
    }
  }

  private NestFacts() {}

  static Subject.Nests of(Module module) {
    NestFacts collector = new NestFacts();
    Map<String, TensorType> tensors = new HashMap<>();
    for (Subject.Declared input : Subject.inputs(module.signature())) {
      collector.facts.addType(input.type(), Context.of(input.place(), Map.of()));
      tensors.putIfAbsent(input.name(), input.type().parts());
    }
    for (Buffer buffer : module.buffers()) {
      Context context = Context.of(Subject.Nests.place(buffer), Map.of());
      collector.facts.addType(buffer.type(), context);
      tensors.putIfAbsent(buffer.name(), buffer.type());
    }
    Map<String, TensorType> global = Map.copyOf(tensors);
    for (Function function : module.functions()) {
      int before = collector.sites.size();
      Place place = new Place("function `" + function.name() + "`", function.origin());
      collector.visit(function.body(), Context.of(place, global), 1);
      List<Site> own = List.copyOf(collector.sites.subList(before, collector.sites.size()));
      collector.functions.add(new Sites(function, own));
    }
    return new Subject.Nests(module, collector.facts, collector);
  }

  List<Site> sites() {
    return sites;
  }

  /// The same by functions.
  List<Sites> functions() {
    return functions;
  }

  private void visit(Stmt statement, Context context, int depth) {
    if (depth > LoopPrinter.MAX_DEPTH) {
      facts.addTooDeep(context.place());
      return;
    }
    sites.add(new Site(statement, context));
    switch (statement) {
      case Stmt.For loop -> {
        facts.addIndex(loop.extent(), Facts.Role.POSITION, context);
        Context inside =
            context.inside(new Context.Frame.Loop(loop)).with(loop.variable(), loop.extent());
        visit(loop.body(), inside, depth + 1);
      }
      case Stmt.Block block -> block(block, context, depth);
      case Stmt.Sequence(List<Stmt> statements) ->
          statements.forEach(each -> visit(each, context, depth + 1));
      case Stmt.Allocate(Buffer buffer, Stmt body) -> {
        facts.addType(buffer.type(), context);
        visit(body, context.inside(new Context.Frame.Memory(buffer, allocations++)), depth + 1);
      }
      case Stmt.If(List<Guard> guards, Stmt body) -> {
        facts.addGuards(guards, context);
        Context inside = context.inside(new Context.Frame.Guards(guards));
        visit(body, guarded(inside, guards), depth + 1);
      }
      case Stmt.When(var condition, Stmt body) -> {
        facts.addValue(condition, context);
        Context inside = context.inside(new Context.Frame.Data(condition));
        visit(body, inside.under(Context.Condition.GUARDED), depth + 1);
      }
      case Stmt.While(var condition, Stmt body) -> {
        facts.addValue(condition, context);
        Context inside = context.inside(new Context.Frame.Data(condition));
        visit(body, inside.under(Context.Condition.GUARDED), depth + 1);
      }
      case Stmt.Store(String buffer, List<IndexExpr> indices, var value) -> {
        indices.forEach(index -> facts.addIndex(index, Facts.Role.POSITION, context));
        facts.addValue(value, context);
        facts.addStore(buffer, indices, context);
      }
    }
  }

  private static Context guarded(Context context, List<Guard> guards) {
    return guards.isEmpty() ? context : context.under(Context.Condition.GUARDED);
  }

  private void block(Stmt.Block block, Context outside, int depth) {
    Context inside =
        outside
            .at(outside.place().in("block `" + block.name() + "`"))
            .inside(new Context.Frame.Block(block));
    for (Stmt.BlockIter iter : block.iters()) {
      facts.addIndex(iter.extent(), Facts.Role.POSITION, outside);
      facts.addIndex(iter.binding(), Facts.Role.POSITION, outside);
      inside = inside.with(iter.variable(), iter.extent());
    }
    facts.addGuards(block.guards(), inside);
    inside = guarded(inside, block.guards());
    regions(block.reads(), inside);
    regions(block.writes(), inside);
    boolean reduces = block.iters().stream().anyMatch(iter -> iter.kind() == Stmt.IterKind.REDUCE);
    if (block.init().isPresent()) {
      // Where the block reduces, `init` is left out of all rounds but the first.
      Context first = reduces ? inside.under(Context.Condition.GUARDED) : inside;
      visit(block.init().get(), first, depth + 1);
    }
    visit(block.body(), inside, depth + 1);
  }

  private void regions(List<Stmt.Region> regions, Context context) {
    for (Stmt.Region region : regions) {
      for (Stmt.Range range : region.ranges()) {
        facts.addDescription(range.start(), context);
        facts.addDescription(range.extent(), context);
      }
    }
  }
}
