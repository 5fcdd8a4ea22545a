package org.einkorn.passes.sparse;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.algebra.Law;
import org.einkorn.ir.algebra.LawStatus;
import org.einkorn.ir.algebra.Laws;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Program;
import org.einkorn.passes.Pass;
import org.einkorn.passes.PassContext;
import org.einkorn.passes.rewrite.Driver;
import org.einkorn.passes.rewrite.Outcome;
import org.einkorn.passes.rewrite.Rule;
import org.einkorn.passes.rewrite.RuleBook;
import org.einkorn.passes.trace.Kind;

/// Puts the axes of a term that goes through listed tensors in the order of its loops.
///
/// An axis comes next if it is the only one that a listed tensor still lacks: then the loop runs
/// along a row. Where there is none, one is gone through in full, if it can be one of the result.
/// What no list restricts is innermost, where elements lie side by side.
public final class ArrangeLoops {
  public static final Pass<Program> PASS =
      new Pass<>(
          "arrange-sparse-loops",
          "orders the axes of sparse contractions along rows",
          ArrangeLoops::apply);

  private ArrangeLoops() {}

  private static Program apply(Program program, PassContext context) {
    Lists lists = Lists.of(program);
    Rule rule = new Rule("arrange-sparse-loops", (definition, site) -> step(definition, lists));
    return Driver.apply(RuleBook.of(rule), program, context);
  }

  /// `⊕ over i, j, k → ⊕ over i, k, j`
  private static Outcome step(Definition definition, Lists lists) {
    if (!(definition.body() instanceof Body.Accumulate(Projection plus, var terms))) {
      return Outcome.unchanged();
    }
    Kind kind = Kind.EXACT;
    List<Contraction> arranged = new ArrayList<>();
    for (Contraction term : terms) {
      Contraction other = SparseTerm.of(plus, term, lists).map(ArrangeLoops::arranged).orElse(term);
      if (!sums(other).equals(sums(term))) {
        Optional<LawStatus> law =
            Laws.of(plus, plus.combine(), term.valueType())
                .map(laws -> laws.status(Law.PLUS_ASSOCIATES));
        if (law.isEmpty() || law.get() instanceof LawStatus.Unless) {
          other = term; // a sum of integers may overflow on the way
        } else if (!(law.get() instanceof LawStatus.Holds)) {
          kind = kind.and(Kind.REASSOCIATING);
        }
      }
      arranged.add(other);
    }
    return arranged.equals(terms)
        ? Outcome.unchanged()
        : Outcome.rewritten(
            kind,
            definition,
            new Definition(
                definition.name(),
                definition.type(),
                new Body.Accumulate(plus, arranged),
                definition.origin()));
  }

  private static List<Axis> sums(Contraction term) {
    Set<String> reduced = term.reducedAxes();
    return term.axes().stream().filter(axis -> reduced.contains(axis.name())).toList();
  }

  private static Contraction arranged(SparseTerm sparse) {
    Contraction term = sparse.term();
    List<Axis> axes =
        order(sparse).stream()
            .map(
                name ->
                    term.axes().stream()
                        .filter(axis -> axis.name().equals(name))
                        .findFirst()
                        .orElseThrow())
            .toList();
    return new Contraction(axes, term.guards(), term.write(), term.join(), term.operands());
  }

  private static Set<String> order(SparseTerm sparse) {
    List<String> preferred = preferred(sparse.term());
    Set<String> order = new LinkedHashSet<>();
    while (order.size() < preferred.size()) {
      List<String> next = next(sparse, preferred, order);
      order.addAll(next);
    }
    return order;
  }

  private static List<String> next(SparseTerm sparse, List<String> preferred, Set<String> order) {
    Set<String> alongRows = new LinkedHashSet<>();
    Set<String> listed = new LinkedHashSet<>();
    for (SparseTerm.Source source : sparse.sources()) {
      List<String> open =
          Listed.variables(source.read()).stream().filter(name -> !order.contains(name)).toList();
      if (open.size() == 1) {
        alongRows.addAll(open);
      }
      if (open.size() > 2 && order.isEmpty()) {
        return preferred.stream().filter(open::contains).toList(); // entry by entry
      }
      listed.addAll(open);
    }
    Set<String> candidates = alongRows.isEmpty() ? listed : alongRows;
    return preferred.stream()
        .filter(name -> !order.contains(name))
        .filter(name -> candidates.isEmpty() || candidates.contains(name))
        .limit(1)
        .toList();
  }

  /// The axes of the result in its order, then the others.
  private static List<String> preferred(Contraction term) {
    Set<String> names = new LinkedHashSet<>();
    for (IndexExpr index : term.write()) {
      for (Axis axis : term.axes()) {
        if (axis.variable().equals(index)) {
          names.add(axis.name());
        }
      }
    }
    term.axes().forEach(axis -> names.add(axis.name()));
    return List.copyOf(names);
  }
}
