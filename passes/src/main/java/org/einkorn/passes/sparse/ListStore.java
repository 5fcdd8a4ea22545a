package org.einkorn.passes.sparse;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.passes.nest.NestBuilder;

/// The listed tensors of a program, and in which orders of their axes nests go through them.
///
/// What sorts the entries runs where the tensor is defined, whatever asks for it: a nest that asks
/// may stand in a round that never runs.
public final class ListStore {
  private final Lists lists;

  /// What each list needs beyond itself, in the order in which it was asked for.
  private final Map<String, Set<Need>> needs = new LinkedHashMap<>();

  /// Sampled tensors of which the values at entries are stored, and nothing else.
  private final Set<String> byEntry;

  private ListStore(Lists lists, Set<String> byEntry) {
    this.lists = lists;
    this.byEntry = Set.copyOf(byEntry);
  }

  /// @param withRows whether rows are gone through, not only entries
  private record Need(SortedList sorted, boolean withRows) {
    List<Buffer> buffers() {
      return withRows ? List.of(sorted.rowsBuffer()) : sorted.buffers();
    }
  }

  public static ListStore of(Program program) {
    Lists lists = Lists.of(program);
    return new ListStore(lists, storedByEntry(program, lists));
  }

  Lists lists() {
    return lists;
  }

  /// Whether a definition lists entries.
  public boolean isList(Definition definition) {
    return lists.of(definition.name()).filter(Listed.Entries.class::isInstance).isPresent();
  }

  /// Whether only the values of a sampled tensor at the entries of its list are stored.
  boolean isByEntry(String tensor) {
    return byEntry.contains(tensor);
  }

  /// The memory of these values, numbered as the entries in their first order.
  static Buffer valuesOf(Listed.Sampled sampled) {
    IndexExpr places = SortedList.of(sampled.entries()).places();
    return new Buffer(
        sampled.name() + ".values",
        new TensorType(sampled.type().dtype(), List.of(places)),
        Buffer.Scope.GLOBAL);
  }

  /// Entries sorted in an order of the axes, and rows of them.
  SortedList rows(Listed.Entries list, List<Integer> order) {
    return need(new SortedList(list, order), true);
  }

  /// Entries in an order of the axes, without rows.
  SortedList entries(Listed.Entries list, List<Integer> order) {
    return need(new SortedList(list, order), false);
  }

  private SortedList need(SortedList sorted, boolean withRows) {
    Set<Need> all = needs.computeIfAbsent(sorted.list().name(), name -> new LinkedHashSet<>());
    all.add(new Need(SortedList.of(sorted.list()), false));
    all.add(new Need(sorted, false));
    if (withRows) {
      all.add(new Need(sorted, true));
    }
    return sorted;
  }

  /// What makes the orders of a list that were asked for.
  public List<Function> functions(Definition definition) {
    List<Function> functions = new ArrayList<>();
    for (Need need : needs.getOrDefault(definition.name(), Set.of())) {
      functions.add(
          need.withRows
              ? new Function(need.sorted.rowsName(), need.sorted.buildRows(), definition.origin())
              : new Function(need.sorted.name(), need.sorted.build(), definition.origin()));
    }
    return functions;
  }

  /// The memory of these orders.
  public List<Buffer> buffers(Definition definition) {
    return needs.getOrDefault(definition.name(), Set.of()).stream()
        .flatMap(need -> need.buffers().stream())
        .toList();
  }

  /// The memory of all that was asked for so far.
  List<Buffer> allBuffers() {
    return needs.values().stream()
        .flatMap(Set::stream)
        .flatMap(need -> need.buffers().stream())
        .toList();
  }

  // ------------------------------------------------------- what is stored by entry

  /// Sampled tensors that are read only where they restrict a term, element by element, and of
  /// which no term needs others.
  private static Set<String> storedByEntry(Program program, Lists lists) {
    Map<String, Listed.Sampled> candidates = new HashMap<>();
    for (Definition definition : program.definitions()) {
      Optional<Listed> list = lists.of(definition.name());
      boolean isKept = program.signature().hasOutput(definition.name());
      if (!isKept
          && list.isPresent()
          && list.get() instanceof Listed.Sampled sampled
          && isFinishedByElement(definition, lists)) {
        candidates.put(definition.name(), sampled);
      }
    }
    Set<String> read = new HashSet<>();
    for (Definition definition : program.definitions()) {
      read.addAll(readInFull(definition, lists));
    }
    candidates.keySet().removeAll(read);
    return candidates.keySet();
  }

  private static boolean isFinishedByElement(Definition definition, Lists lists) {
    return definition.body() instanceof Body.Accumulate body
        && body.terms().size() == 1
        && SparseNest.suited(definition, body, body.terms().getFirst(), lists)
            .filter(SparseNest::finishesElements)
            .isPresent()
        && new NestBuilder(definition, Map.of())
            .identityConverts(body.projection(), body.terms().getFirst().valueType());
  }

  /// The tensors of which a definition may read any element.
  private static Set<String> readInFull(Definition definition, Lists lists) {
    Set<String> names = new HashSet<>();
    if (!(definition.body() instanceof Body.Accumulate body)) {
      definition.body().walk(namesInto(names, List.of()));
      names.addAll(org.einkorn.ir.tensor.TensorReads.named(definition.body()));
      return names;
    }
    for (Contraction term : body.terms()) {
      Optional<SparseTerm> sparse = SparseNest.suited(definition, body, term, lists);
      List<Scalar.Read> restricting =
          sparse.stream()
              .flatMap(some -> some.sources().stream())
              .map(SparseTerm.Source::read)
              .toList();
      new Body.Accumulate(body.projection(), List.of(term)).walk(namesInto(names, restricting));
    }
    return names;
  }

  private static Walk namesInto(Set<String> names, List<Scalar.Read> but) {
    return Walk.ofScalars(
        scalar -> {
          if (scalar instanceof Scalar.Read read && !but.contains(read)) {
            names.add(read.tensor());
          }
        });
  }
}
