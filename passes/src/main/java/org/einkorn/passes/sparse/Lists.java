package org.einkorn.passes.sparse;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.IndexEvaluator;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.EvaluationOrder;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.Step;
import org.jspecify.annotations.Nullable;

/// Which tensors of a program are [Listed].
public final class Lists {
  private final Function<String, Optional<Definition>> definitions;
  private final Program program;

  /// What is computed in rounds or in slices; made when it is asked for, as most programs have no
  /// list at all and the order of evaluation is dear.
  private @Nullable Set<String> excluded;

  private final Map<String, Optional<Listed>> known = new HashMap<>();

  private Lists(Function<String, Optional<Definition>> definitions, Program program) {
    this.definitions = definitions;
    this.program = program;
  }

  /// Those of a program. What is computed in rounds or in slices is not among them.
  public static Lists of(Program program) {
    Map<String, Definition> byName = new HashMap<>();
    program.definitions().forEach(definition -> byName.put(definition.name(), definition));
    return new Lists(name -> Optional.ofNullable(byName.get(name)), program);
  }

  private static Set<String> bound(Program program) {
    Set<String> bound = new HashSet<>();
    for (Step step : EvaluationOrder.stepsOf(program)) {
      if (!(step instanceof Step.Compute)) {
        step.definitions().forEach(definition -> bound.add(definition.name()));
      }
    }
    program.slicings().forEach(slicing -> bound.addAll(slicing.definitions()));
    return bound;
  }

  /// Whether a definition is computed in rounds or in slices, with others.
  public boolean isBound(Definition definition) {
    return isExcluded(definition.name());
  }

  private boolean isExcluded(String tensor) {
    Set<String> made = excluded;
    if (made == null) {
      made = bound(program);
      excluded = made;
    }
    return made.contains(tensor);
  }

  /// The list that a tensor is, if it is one.
  public Optional<Listed> of(String tensor) {
    Optional<Listed> found = known.get(tensor);
    if (found == null) {
      known.put(tensor, Optional.empty());
      found = definitions.apply(tensor).flatMap(this::find).filter(list -> !isExcluded(tensor));
      known.put(tensor, found);
    }
    return found;
  }

  private Optional<Listed> find(Definition definition) {
    Optional<Listed.Entries> entries = Listed.entries(definition);
    return entries.isPresent() ? entries.map(Listed.class::cast) : sampled(definition);
  }

  private Optional<Listed> sampled(Definition definition) {
    if (!(definition.body() instanceof Body.Accumulate(Projection projection, var terms))
        || terms.size() != 1
        || !terms.getFirst().writesPlainAxes()
        || definition.type().rank() == 0
        || !definition.type().dtype().isCompute()
        || definition.type().dtype().isComplex()
        || terms.getFirst().valueType() != definition.type().dtype()) {
      return Optional.empty();
    }
    Contraction term = terms.getFirst();
    Optional<SparseTerm> sparse = SparseTerm.of(projection, term, this);
    if (sparse.isEmpty()) {
      return Optional.empty();
    }
    for (SparseTerm.Source source : sparse.get().sources()) {
      List<Integer> axes =
          source.read().indices().stream().map(index -> term.write().indexOf(index)).toList();
      boolean isAll = axes.size() == term.write().size() && !axes.contains(-1);
      if (isAll && definition.type().extents().equals(permuted(source.list(), axes))) {
        return Optional.of(
            new Listed.Sampled(
                definition.name(), definition.type(), projection, source.list(), axes));
      }
    }
    return Optional.empty();
  }

  private static List<IndexExpr> permuted(Listed base, List<Integer> axes) {
    IndexExpr[] extents = new IndexExpr[axes.size()];
    for (int axis = 0; axis < extents.length; axis++) {
      extents[axes.get(axis)] = base.type().extents().get(axis);
    }
    return List.of(extents);
  }

  /// How many positions there are to an entry, where all sizes are known.
  public static OptionalLong positionsPerEntry(Listed list, Function<String, OptionalLong> sizes) {
    Listed.Entries entries = list.entries();
    ToLongFunction<String> symbols = name -> sizes.apply(name).orElseThrow(Open::new);
    try {
      long positions = 1;
      for (IndexExpr extent : entries.type().extents()) {
        positions = Math.multiplyExact(positions, IndexEvaluator.extent(extent, symbols));
      }
      long count = IndexEvaluator.extent(entries.entry().extent(), symbols);
      return OptionalLong.of(positions / Math.max(1, count));
    } catch (Open | ArithmeticException e) {
      return OptionalLong.empty();
    }
  }

  /// A size is not known.
  private static final class Open extends RuntimeException {
    private static final long serialVersionUID = 1;

    Open() {
      super(null, null, false, false);
    }
  }
}
