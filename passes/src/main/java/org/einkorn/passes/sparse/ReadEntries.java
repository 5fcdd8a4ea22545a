package org.einkorn.passes.sparse;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.passes.rewrite.Outcome;
import org.einkorn.passes.rewrite.Rule;
import org.einkorn.passes.rewrite.Site;
import org.einkorn.passes.rewrite.Substitution;
import org.einkorn.passes.trace.Kind;

/// A tensor that is read only where another one lists entries is computed only there. This is what
/// the derivative by the values of a list is:
///
/// ```text
/// G[i, j] = Σ over d of X[j, d] * H[i, d],  D[t] = G[I[t], J[t]]
///   →  D[t] = Σ over d of X[J[t], d] * H[I[t], d]
/// ```
final class ReadEntries {
  private final Lists lists;

  private ReadEntries(Lists lists) {
    this.lists = lists;
  }

  /// `D[t] = G[I[t], J[t]] → D[t] = ⊕ …` where `G[i, j] = ⊕ …` is read nowhere else
  static Rule rule(Lists lists) {
    ReadEntries rule = new ReadEntries(lists);
    return new Rule("read-entries", rule::step);
  }

  private Outcome step(Definition definition, Site site) {
    if (!(definition.body() instanceof Body.Accumulate body)
        || body.terms().size() != 1
        || body.terms().getFirst().operands().size() != 1
        || !(body.terms().getFirst().operands().getFirst() instanceof Scalar.Read read)
        || !isAtEntries(read, body.terms().getFirst(), site)
        || site.isKept(read.tensor())
        || site.reads(read.tensor()) != 1) {
      return Outcome.unchanged();
    }
    Optional<Definition> source = site.definition(read.tensor());
    if (source.isEmpty() || !(source.get().body() instanceof Body.Accumulate inner)) {
      return Outcome.unchanged();
    }
    Contraction from = inner.terms().getFirst();
    boolean isPlain =
        inner.terms().size() == 1
            && from.writesPlainAxes()
            && inner.projection() == body.projection()
            && from.valueType() == source.get().type().dtype()
            && source.get().type().extents().equals(written(from));
    if (!isPlain) {
      return Outcome.unchanged();
    }
    Contraction to = body.terms().getFirst();
    Definition after =
        new Definition(
            definition.name(),
            definition.type(),
            new Body.Accumulate(body.projection(), List.of(merged(to, read, from))),
            definition.origin());
    return new Outcome.Rewritten(Kind.EXACT, List.of(source.get(), definition), List.of(after), "");
  }

  private static List<IndexExpr> written(Contraction term) {
    return term.write().stream()
        .map(
            index ->
                term.axes().stream()
                    .filter(axis -> axis.variable().equals(index))
                    .findFirst()
                    .orElseThrow()
                    .extent())
        .toList();
  }

  /// Whether an element is read for each entry of a list that is worth its entries.
  private boolean isAtEntries(Scalar.Read read, Contraction term, Site site) {
    if (read.indices().isEmpty() || !(read.indices().getFirst() instanceof IndexExpr.Fetch fetch)) {
      return false;
    }
    Optional<Listed> list = lists.of(fetch.tensor());
    if (list.isEmpty() || !(list.get() instanceof Listed.Entries entries)) {
      return false;
    }
    OptionalLong ratio = Lists.positionsPerEntry(entries, site.context()::size);
    boolean pays = ratio.isEmpty() || ratio.getAsLong() >= 1;
    return pays
        && term.axes().stream()
            .anyMatch(
                axis ->
                    axis.extent().equals(entries.entry().extent())
                        && Substitution.of(entries.entry().name(), axis.variable())
                            .positions(entries.positions())
                            .equals(read.indices()));
  }

  private static Contraction merged(Contraction to, Scalar.Read read, Contraction from) {
    Set<String> taken = new HashSet<>();
    to.axes().forEach(axis -> taken.add(axis.name()));
    Map<String, IndexExpr> values = new HashMap<>();
    List<Axis> axes = new ArrayList<>(to.axes());
    for (Axis axis : from.axes()) {
      int place = from.write().indexOf(axis.variable());
      if (place >= 0) {
        values.put(axis.name(), read.indices().get(place));
        continue;
      }
      String name = axis.name();
      while (!taken.add(name)) {
        name += "'";
      }
      axes.add(new Axis(name, axis.extent()));
      values.put(axis.name(), IndexExpr.variable(name));
    }
    Substitution substitution = new Substitution(values);
    List<org.einkorn.ir.tensor.Guard> guards = new ArrayList<>(to.guards());
    guards.addAll(substitution.guards(from.guards()));
    return new Contraction(
        axes, guards, to.write(), from.join(), substitution.operands(from.operands()));
  }
}
