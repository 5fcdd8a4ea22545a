package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.integer.Assumptions;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.ir.text.ExprPrinter;
import org.einkorn.passes.rewrite.Substitution;
import org.einkorn.runtime.DType;

/// `for ki < 4 { block b { c = c + x[ki] * y[ki] } } → block b { c = dot(x[0], …; y[0], …; c) }`,
/// and so for each [LoopIntrinsic].
///
/// The loop becomes a block first, as by [Blockize], unless it is the body of one already. The
/// rounds are those of the intrinsic, all of them run, and they store the same element, which
/// nothing else in a round reads; so the instruction computes what they do.
final class TensorizeLoop {
  private final Nest nest;
  private final List<LoopIntrinsic> intrinsics;
  private final String name;

  TensorizeLoop(Nest nest, List<LoopIntrinsic> intrinsics) {
    this.nest = nest;
    this.intrinsics = intrinsics;
    this.name = intrinsics.getFirst().name();
  }

  /// A loop over one block.
  Module loop(Nest.Site<Stmt.For> site) {
    Stmt.For loop = site.statement();
    Stmt body = loop.body() instanceof Stmt.If(var _, Stmt inside) ? inside : loop.body();
    if (!(body instanceof Stmt.Block inner)) {
      throw nest.refuse(
          Reason.NO_MATCH, loop, "has more in it than a block", "`" + name + "` is of one store");
    }
    requireRounds(loop);
    requireStore(inner);
    Stmt.Block shell = Blockize.block(nest, site, inner.name());
    return nest.replace(loop, tensorized(shell, loop, Scopes.inside(site.scope(), shell)));
  }

  /// A block that holds nothing but a loop.
  Module block(Stmt.Block block) {
    if (!(block.body() instanceof Stmt.For loop)) {
      throw nest.refuse(
          Reason.NO_MATCH,
          block,
          "has no loop in it",
          "`" + name + "` computes " + texts(),
          "name the loop around the block that has these rounds");
    }
    requireRounds(loop);
    Assumptions scope = Scopes.inside(Assumptions.NONE, block);
    return nest.replace(block, tensorized(block, loop, scope));
  }

  private String texts() {
    return LoopIntrinsic.text(intrinsics);
  }

  private void requireRounds(Stmt.For loop) {
    IndexExpr rounds = intrinsics.getFirst().rounds();
    if (loop.kind() != Stmt.LoopOrder.SERIAL && loop.kind() != Stmt.LoopOrder.UNROLLED) {
      nest.requireSerial(loop);
    }
    if (!loop.extent().equals(rounds)) {
      throw nest.refuse(
          Reason.NO_MATCH,
          loop,
          "has %s rounds, and `%s` is %s of them"
              .formatted(ExprPrinter.print(loop.extent()), name, ExprPrinter.print(rounds)),
          "`split` it by "
              + ExprPrinter.print(rounds)
              + " first, and where that leaves a rest, `pad-einsum` the block before that");
    }
  }

  private Stmt.Store requireStore(Stmt.Block inner) {
    if (inner.init().isPresent()) {
      throw nest.refuse(
          Reason.NO_MATCH,
          inner,
          "has an `init`",
          "take it out first: `decompose-reduction " + inner.name() + " at …`");
    }
    if (!(inner.body() instanceof Stmt.Store store)) {
      throw nest.refuse(
          Reason.NO_MATCH, inner, "does more than one store", "`" + name + "` is of one store");
    }
    return store;
  }

  /// A block with the instruction for the loop that is its body.
  ///
  /// @param shown the loop as it stands in the function, which a refusal underlines
  private Stmt tensorized(Stmt.Block shell, Stmt.For shown, Assumptions outside) {
    Stmt.For loop = (Stmt.For) shell.body();
    String round = loop.variable();
    Assumptions scope = Scopes.inLoop(outside, round, loop.extent());
    List<Guard> guards = new ArrayList<>(shell.guards());
    Stmt body = loop.body();
    if (body instanceof Stmt.If(List<Guard> conditions, Stmt inside)) {
      guards.addAll(conditions);
      body = inside;
    }
    Stmt.Store store;
    if (body instanceof Stmt.Block inner) {
      Stmt.Store original = requireStore(inner);
      if (inner.iters().stream().anyMatch(iter -> Walk.fetches(iter.binding()))) {
        throw nest.refuse(
            Reason.POSITION_FROM_DATA,
            shown,
            "has an iterator that comes from data, which may fail though nothing reads there");
      }
      Map<String, IndexExpr> bindings = new HashMap<>();
      inner.iters().forEach(iter -> bindings.put(iter.variable(), iter.binding()));
      Substitution inlined = new Substitution(bindings);
      for (Guard guard : inner.guards()) {
        guards.add(
            new Guard(
                scope.simplify(inlined.apply(guard.index())),
                scope.simplify(inlined.apply(guard.extent()))));
      }
      store =
          new Stmt.Store(
              original.buffer(),
              original.indices().stream().map(at -> scope.simplify(inlined.apply(at))).toList(),
              scope.simplify(inlined.apply(original.value())));
    } else if (body instanceof Stmt.Store only) {
      store = only;
    } else {
      throw nest.refuse(
          Reason.NO_MATCH, shown, "does more than one store", "`" + name + "` is of one store");
    }
    requireAllRounds(guards, round, shown);
    requireOneElement(store, round, shown);
    Stmt.Store replaced = replaced(store, round, shown, outside);
    return new Stmt.Block(
        shell.name(), shell.iters(), guards, shell.reads(), shell.writes(), shell.init(), replaced);
  }

  private void requireAllRounds(List<Guard> guards, String round, Stmt shown) {
    for (Guard guard : guards) {
      if (Walk.variables(guard.index()).contains(round)
          || Walk.variables(guard.extent()).contains(round)) {
        throw nest.refuse(
            Reason.NO_MATCH,
            shown,
            "leaves out rounds: it asks whether `0 <= %s < %s`"
                .formatted(ExprPrinter.print(guard.index()), ExprPrinter.print(guard.extent())),
            "`" + name + "` computes all rounds",
            "`pad-einsum` the block before the loop is split");
      }
    }
  }

  private void requireOneElement(Stmt.Store store, String round, Stmt shown) {
    boolean isOne =
        store.indices().stream()
            .noneMatch(at -> Walk.variables(at).contains(round) || Walk.fetches(at));
    if (!isOne) {
      throw nest.refuse(
          Reason.NO_MATCH,
          shown,
          "stores another element in each round: `"
              + ExprPrinter.print(
                  new Scalar.Read(store.buffer(), store.value().type(), store.indices()))
              + "`",
          "`" + name + "` computes " + texts());
    }
    int[] reads = {0};
    Walk.ofScalars(
            part -> {
              if (part instanceof Scalar.Read read && read.tensor().equals(store.buffer())) {
                reads[0]++;
              }
            })
        .visit(store.value());
    if (reads[0] > 1) {
      throw nest.refuse(
          Reason.DEPENDENCE,
          shown,
          "reads what an earlier round stored, besides adding to it: `"
              + ExprPrinter.print(store.value())
              + "`",
          "`" + name + "` reads `a` and `b` before it stores");
    }
  }

  private Stmt.Store replaced(Stmt.Store store, String round, Stmt shown, Assumptions scope) {
    for (LoopIntrinsic each : intrinsics) {
      Optional<Stmt.Store> found = each.of(store, round, scope::simplify);
      if (found.isPresent()) {
        return found.get();
      }
    }
    List<String> notes = new ArrayList<>();
    notes.add(
        "each round stores `%s` of %s"
            .formatted(ExprPrinter.print(store.value()), store.value().type().text()));
    notes.add("`" + name + "` computes " + texts());
    if (store.value().type() == DType.I64) {
      notes.add("`set-dtype " + store.buffer() + " i32` first, where the sums fit");
    } else if (store.value().type().isFloat()) {
      notes.add(
          "floats have no `"
              + name
              + "`: the instruction for bf16 takes numbers below 2^-126 for 0; see `fma`");
    }
    throw nest.refuse(
        Reason.NO_MATCH,
        shown,
        "does not compute what `" + name + "` computes",
        notes.toArray(String[]::new));
  }
}
