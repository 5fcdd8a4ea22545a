package org.einkorn.passes.sparse;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.passes.nest.NestBuilder;
import org.einkorn.passes.nest.Numbers;
import org.einkorn.passes.rewrite.Expressions;
import org.einkorn.passes.rewrite.Substitution;
import org.einkorn.runtime.DType;

/// The loops of a term that listed tensors restrict, in the order of its axes.
///
/// A loop over an axis runs along the rows of the lists that lack only this axis; along several at
/// once it visits what all of them hold. A list of more than two axes that comes first is gone
/// through entry by entry. All other loops are in full.
final class SparseNest {
  private final Definition definition;
  private final SparseTerm sparse;
  private final Contraction term;
  private final ListStore store;
  private final Set<String> axisNames;
  private final Leaf leaf;

  /// The values of axes so far.
  private final Map<String, IndexExpr> values = new HashMap<>();

  /// The elements of lists so far.
  private final Map<Scalar.Read, Scalar> elements = new HashMap<>();

  /// For each list that was gone through, which entry it is.
  private final Map<Walked, IndexExpr> entries = new HashMap<>();

  private final List<Scalar> conditions;
  private final List<Guard> guards;
  private final Map<Walked, List<SparseTerm.Source>> pending = new LinkedHashMap<>();

  /// What is done inside of the loops.
  interface Leaf {
    /// Stands at the place of the loop over an axis, or inside of all.
    ///
    /// @param depth how many axes have a value
    /// @param nest what it is in; makes what is inside
    Stmt at(int depth, SparseNest nest);
  }

  /// A list and the axes of the term that it is read at, in the order of its own.
  private record Walked(Listed.Entries list, List<String> axes) {}

  SparseNest(
      Definition definition, SparseTerm sparse, ListStore store, Set<String> axisNames, Leaf leaf) {
    this.definition = definition;
    this.sparse = sparse;
    this.term = sparse.term();
    this.store = store;
    this.axisNames = axisNames;
    this.leaf = leaf;
    this.conditions = new ArrayList<>(sparse.conditions());
    this.guards = new ArrayList<>(term.guards());
    for (SparseTerm.Source source : sparse.sources()) {
      pending.computeIfAbsent(walked(source), key -> new ArrayList<>()).add(source);
      if (source.list().mayListBackground()) {
        conditions.add(source.list().differs(source.read()));
      }
    }
  }

  /// The parts of a term that can be lowered so.
  static Optional<SparseTerm> suited(
      Definition definition, Body.Accumulate body, Contraction term, Lists lists) {
    if (lists.of(definition.name()).filter(Listed.Entries.class::isInstance).isPresent()
        || definition.type().dtype().isComplex()) {
      return Optional.empty();
    }
    Optional<SparseTerm> sparse = SparseTerm.of(body.projection(), term, lists);
    boolean isRule = body.projection() == Projection.ANY;
    // Rules go along the tuples of relations as they are.
    return sparse.filter(some -> !isRule && !lists.isBound(definition));
  }

  private static Walked walked(SparseTerm.Source source) {
    return new Walked(source.list().entries(), source.axes());
  }

  /// What the loop over an axis is like.
  enum Loop {
    FULL,
    ROWS,
    ENTRIES
  }

  /// The loop of each axis of a term, from the outside.
  static List<Loop> loops(SparseTerm sparse) {
    List<Axis> axes = sparse.term().axes();
    List<Walked> all = sparse.sources().stream().map(SparseNest::walked).distinct().toList();
    List<Loop> loops = new ArrayList<>();
    if (isEntryByEntry(all, axes)) {
      all.getFirst().axes.forEach(axis -> loops.add(Loop.ENTRIES));
    }
    Set<String> bound = new HashSet<>();
    for (int depth = 0; depth < axes.size(); depth++) {
      String name = axes.get(depth).name();
      bound.add(name);
      if (depth >= loops.size()) {
        boolean isRow =
            all.stream().anyMatch(each -> each.axes.contains(name) && bound.containsAll(each.axes));
        loops.add(isRow ? Loop.ROWS : Loop.FULL);
      }
    }
    return loops;
  }

  /// Whether sums are the innermost loops, so that each element is finished where it is found.
  static boolean finishesElements(SparseTerm sparse) {
    Contraction term = sparse.term();
    Set<String> reduced = term.reducedAxes();
    int elements = term.axes().size() - reduced.size();
    List<Loop> loops = loops(sparse);
    boolean isInsideOfEntry =
        elements > 0 && elements < loops.size() && loops.get(elements) == Loop.ENTRIES;
    return term.writesPlainAxes()
        && !isInsideOfEntry
        && term.axes().subList(0, elements).stream()
            .noneMatch(axis -> reduced.contains(axis.name()));
  }

  /// Whether the first axes of a term are those of a long list, the only one that it has, so that
  /// its entries can be gone through.
  private static boolean isEntryByEntry(Collection<Walked> lists, List<Axis> axes) {
    if (lists.size() != 1) {
      return false;
    }
    List<String> own = lists.iterator().next().axes;
    return own.size() > 2
        && new HashSet<>(own)
            .equals(
                axes.subList(0, own.size()).stream().map(Axis::name).collect(Collectors.toSet()));
  }

  // ------------------------------------------------------------------------- loops

  /// What has a value so far, put into an expression.
  Scalar known(Scalar scalar) {
    Scalar replaced = Expressions.replace(scalar, read -> elements.getOrDefault(read, read));
    return new Substitution(values).apply(replaced);
  }

  List<IndexExpr> known(List<IndexExpr> positions) {
    return new Substitution(values).positions(positions);
  }

  Scalar value() {
    return known(sparse.value());
  }

  /// Gives an axis a value before there are loops.
  void bind(String axis, IndexExpr value) {
    values.put(axis, value);
  }

  /// The loops from an axis on, with everything inside.
  Stmt from(int depth) {
    List<Guard> now = guards.stream().filter(this::isKnown).toList();
    guards.removeAll(now);
    if (!now.isEmpty()) {
      return new Stmt.If(new Substitution(values).guards(now), from(depth));
    }
    Optional<Scalar> condition = conditions.stream().filter(this::isKnown).findFirst();
    if (condition.isPresent()) {
      conditions.remove(condition.get());
      return new Stmt.When(known(condition.get()), from(depth));
    }
    return leaf.at(depth, this);
  }

  /// The loop over an axis.
  Stmt loop(int depth) {
    Axis axis = term.axes().get(depth);
    if (values.containsKey(axis.name())) {
      return from(depth + 1);
    }
    String name = NestBuilder.loopName(axis, axisNames);
    if (depth == 0 && isEntryByEntry(pending.keySet(), term.axes())) {
      return entries(pending.keySet().iterator().next(), name);
    }
    List<Walked> along =
        pending.keySet().stream()
            .filter(
                each ->
                    each.axes.contains(axis.name())
                        && each.axes.stream()
                            .allMatch(
                                other -> other.equals(axis.name()) || values.containsKey(other)))
            .toList();
    if (along.isEmpty()) {
      values.put(axis.name(), IndexExpr.variable(name));
      return Numbers.loop(name, axis.extent(), from(depth + 1));
    }
    List<Row> rows = along.stream().map(each -> row(each, axis.name(), name)).toList();
    return rows.size() == 1
        ? row(rows.getFirst(), axis.name(), name, depth)
        : meet(rows, axis.name(), name, depth);
  }

  /// A row of a list: from which entry to which.
  private record Row(Walked walked, SortedList sorted, Scalar begin, Scalar end, String place) {
    IndexExpr entry() {
      return Numbers.place(sorted.name(), sorted.places(), Numbers.read(place));
    }
  }

  private Row row(Walked walked, String axis, String loop) {
    int along = walked.axes.indexOf(axis);
    List<Integer> order = new ArrayList<>();
    for (String name : boundInOrder()) {
      int own = walked.axes.indexOf(name);
      if (own >= 0) {
        order.add(own);
      }
    }
    order.add(along);
    SortedList sorted = store.rows(walked.list, order);
    List<IndexExpr> at = new ArrayList<>();
    for (String name : walked.axes) {
      at.add(name.equals(axis) ? IndexExpr.Constant.ZERO : values.get(name));
    }
    String place = loop + "." + sorted.name() + "." + number(walked);
    return new Row(walked, sorted, sorted.start(at, 0), sorted.start(at, 1), place);
  }

  private int number(Walked walked) {
    return List.copyOf(pending.keySet()).indexOf(walked);
  }

  /// The axes with a value, in the order of the loops.
  private List<String> boundInOrder() {
    return term.axes().stream().map(Axis::name).filter(values::containsKey).toList();
  }

  private Stmt row(Row row, String axis, String loop, int depth) {
    String column = loop + ".column";
    IndexExpr first =
        Numbers.place(row.sorted.name(), row.sorted.places(), Numbers.read(row.place));
    IndexExpr entry = first.plus(IndexExpr.variable(loop));
    values.put(axis, row.sorted.asPosition(row.sorted.along(), Numbers.read(column)));
    IndexExpr length =
        Numbers.place(
            row.sorted.name(),
            row.sorted.places(),
            new Scalar.Binary(BinaryOp.SUBTRACT, row.end, row.begin));
    Stmt inside = found(row.walked, row.sorted, entry, row.place, () -> from(depth + 1));
    return Numbers.register(
        row.place,
        Numbers.set(row.place, row.begin),
        Numbers.loop(
            loop,
            length,
            Numbers.register(
                column,
                Numbers.set(column, row.sorted.position(row.sorted.along(), entry)),
                inside)));
  }

  /// Notes which entry of a list it is, and with it the elements of all tensors with this list:
  /// they are read once, into registers.
  ///
  /// @param prefix a free name
  /// @return what is inside of the loop
  private Stmt found(
      Walked walked, SortedList sorted, IndexExpr entry, String prefix, Supplier<Stmt> inside) {
    IndexExpr inFirst = sorted.inFirst(entry);
    entries.put(walked, inFirst);
    Map<String, Scalar> registers = new LinkedHashMap<>();
    for (SparseTerm.Source source : pending.getOrDefault(walked, List.of())) {
      Optional<Scalar> element =
          switch (source.list()) {
            case Listed.Entries _ -> Optional.of(sorted.value(entry));
            case Listed.Sampled sampled when store.isByEntry(sampled.name()) ->
                Optional.of(
                    new Scalar.Read(
                        ListStore.valuesOf(sampled).name(),
                        sampled.type().dtype(),
                        List.of(inFirst)));
            case Listed.Sampled _ -> Optional.empty();
          };
      element.ifPresent(
          value -> {
            if (value instanceof Scalar.Literal || !isUsed(source.read())) {
              elements.put(source.read(), value);
            } else {
              String register = prefix + ".value" + registers.size();
              registers.put(register, value);
              elements.put(source.read(), new Scalar.Read(register, value.type(), List.of()));
            }
          });
    }
    List<Stmt> statements = new ArrayList<>();
    registers.forEach((register, value) -> statements.add(Numbers.set(register, value)));
    statements.add(inside.get());
    Stmt whole = Numbers.sequence(statements.toArray(Stmt[]::new));
    for (Map.Entry<String, Scalar> register : registers.entrySet()) {
      whole = Numbers.register(register.getKey(), register.getValue().type(), whole);
    }
    return whole;
  }

  private boolean isUsed(Scalar.Read read) {
    boolean[] found = {false};
    Walk walk = Walk.ofScalars(part -> found[0] |= part.equals(read));
    walk.visit(sparse.value());
    conditions.forEach(walk::visit);
    return found[0];
  }

  /// Visits what several rows hold, from their beginnings at once: in each step those that are
  /// behind go on.
  private Stmt meet(List<Row> rows, String axis, String loop, int depth) {
    String most = loop + ".column";
    Scalar met = new Scalar.Read(loop + ".met", DType.BOOL, List.of());
    List<Stmt> look = new ArrayList<>();
    List<Stmt> go = new ArrayList<>();
    Scalar inside = Scalar.Literal.of(DType.BOOL, 1);
    Scalar all = Scalar.Literal.of(DType.BOOL, 1);
    Scalar steps = Numbers.of(0);
    for (Row row : rows) {
      String column = row.place + ".column";
      Scalar here = Numbers.read(column);
      inside = and(inside, new Scalar.Binary(BinaryOp.LESS, Numbers.read(row.place), row.end));
      look.add(Numbers.set(column, row.sorted.position(row.sorted.along(), row.entry())));
      all = and(all, new Scalar.Binary(BinaryOp.EQUAL, here, Numbers.read(most)));
      steps = Numbers.plus(steps, new Scalar.Binary(BinaryOp.SUBTRACT, row.end, row.begin));
      go.add(
          Numbers.set(
              row.place,
              Numbers.plus(
                  Numbers.read(row.place),
                  Scalar.cast(
                      DType.I64,
                      new Scalar.Binary(
                          BinaryOp.OR,
                          met,
                          new Scalar.Binary(BinaryOp.LESS, here, Numbers.read(most)))))));
    }
    Scalar top =
        rows.stream()
            .map(row -> Numbers.read(row.place + ".column"))
            .reduce((one, other) -> new Scalar.Binary(BinaryOp.MAXIMUM, one, other))
            .orElseThrow();
    Row first = rows.getFirst();
    values.put(axis, first.sorted.asPosition(first.sorted.along(), Numbers.read(most)));
    Stmt visit = met(rows, depth);
    List<Stmt> step = new ArrayList<>(look);
    step.add(Numbers.set(most, top));
    step.add(Numbers.set(loop + ".met", all));
    step.add(new Stmt.When(met, visit));
    step.addAll(go);
    Stmt inner = new Stmt.Sequence(step);
    for (Row row : rows) {
      inner = Numbers.register(row.place + ".column", inner);
    }
    inner = Numbers.register(most, Numbers.register(loop + ".met", DType.BOOL, inner));
    // As many steps as there are entries in all rows: each step passes one.
    IndexExpr length = new IndexExpr.Fetch(first.sorted.name(), 0, longest(rows), steps);
    Stmt whole = Numbers.loop(loop, length, new Stmt.When(inside, inner));
    List<Stmt> begin = new ArrayList<>();
    rows.forEach(row -> begin.add(Numbers.set(row.place, row.begin)));
    begin.add(whole);
    whole = new Stmt.Sequence(begin);
    for (Row row : rows) {
      whole = Numbers.register(row.place, whole);
    }
    return whole;
  }

  private Stmt met(List<Row> rows, int depth) {
    if (rows.isEmpty()) {
      return from(depth + 1);
    }
    Row row = rows.getFirst();
    return found(
        row.walked,
        row.sorted,
        row.entry(),
        row.place,
        () -> met(rows.subList(1, rows.size()), depth));
  }

  private static IndexExpr longest(List<Row> rows) {
    return rows.stream().map(row -> row.sorted.places()).reduce(IndexExpr::plus).orElseThrow();
  }

  private static Scalar and(Scalar left, Scalar right) {
    return left instanceof Scalar.Literal ? right : new Scalar.Binary(BinaryOp.AND, left, right);
  }

  private Stmt entries(Walked walked, String loop) {
    List<Integer> order = new ArrayList<>();
    int end = walked.axes.size();
    term.axes().subList(0, end).forEach(axis -> order.add(walked.axes.indexOf(axis.name())));
    SortedList sorted = store.entries(walked.list, order);
    IndexExpr entry = IndexExpr.variable(loop);
    List<Stmt> body = new ArrayList<>();
    for (int axis = 0; axis < end; axis++) {
      String column = loop + ".column" + axis;
      body.add(Numbers.set(column, sorted.position(axis, entry)));
      values.put(walked.axes.get(axis), sorted.asPosition(axis, Numbers.read(column)));
    }
    body.add(found(walked, sorted, entry, loop, () -> from(end)));
    Stmt inside = new Stmt.Sequence(body);
    for (int axis = 0; axis < end; axis++) {
      inside = Numbers.register(loop + ".column" + axis, inside);
    }
    return Numbers.loop(loop, sorted.entryCount(), inside);
  }

  /// Which entry of the list that a sampled tensor has its positions from this is.
  IndexExpr entryOf(Listed.Sampled sampled) {
    Scalar.Read read = new Scalar.Read(sampled.name(), sampled.type().dtype(), term.write());
    Walked walked = walked(new SparseTerm.Source(read, sampled));
    IndexExpr entry = entries.get(walked);
    if (entry == null) {
      throw new IllegalStateException(
          "`" + definition.name() + "` is stored before its entry is known");
    }
    return entry;
  }

  private boolean isKnown(Guard guard) {
    return areKnown(Expressions.variables(new Scalar.Position(guard.index())));
  }

  private boolean isKnown(Scalar scalar) {
    return areKnown(Expressions.variables(scalar)) && readsAreKnown(scalar);
  }

  /// Whether what is stored by entry is there already.
  private boolean readsAreKnown(Scalar scalar) {
    boolean[] open = {false};
    Walk.ofScalars(
            part -> {
              if (part instanceof Scalar.Read read
                  && store.isByEntry(read.tensor())
                  && !elements.containsKey(read)) {
                open[0] = true;
              }
            })
        .visit(scalar);
    return !open[0];
  }

  private boolean areKnown(Set<String> variables) {
    return variables.stream().allMatch(values::containsKey);
  }

  Contraction term() {
    return term;
  }

  /// How many axes there are.
  int depth() {
    return term.axes().size();
  }
}
