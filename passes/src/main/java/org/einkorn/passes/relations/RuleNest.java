package org.einkorn.passes.relations;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.ir.tensor.Landing;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.passes.nest.Numbers;
import org.einkorn.passes.rewrite.Expressions;
import org.einkorn.passes.rewrite.Substitution;
import org.einkorn.passes.sparse.Listed;
import org.einkorn.runtime.DType;

/// The nest of one term that yields something only where some conditions hold, while it is made:
/// which axes have a value, and what is still to be checked.
///
/// What can be checked is checked at once. Else the nest goes along that relation among the
/// conditions which leaves the fewest axes open, given those that have a value; along the shorter
/// of two where both say which positions an axis has, which bounds the work of cyclic joins by the
/// size of their largest results (the generic join of Ngo, Ré and Rudra, 2014). Axes that no
/// relation bounds are loops.
public final class RuleNest {
  private final Contraction term;
  private final Relations relations;
  private final Sink sink;
  private final Map<String, IndexExpr> values = new HashMap<>();
  private final List<Axis> open;
  private final List<Guard> guards;
  private final List<Scalar> conditions;
  private int loops;

  /// What is done with what a term yields.
  public interface Sink {
    /// @param at where the term writes
    /// @param value the join of its operands
    Stmt take(List<IndexExpr> at, Scalar value);
  }

  /// @param conditions `bool` operands; the term yields nothing where one is false
  RuleNest(Contraction term, List<Scalar> conditions, Relations relations, Sink sink) {
    this.term = term;
    this.relations = relations;
    this.sink = sink;
    this.open = new ArrayList<>(term.axes());
    this.guards = new ArrayList<>(term.guards());
    this.conditions = new ArrayList<>(conditions);
  }

  /// A nest along the tables among the operands of a term of a sum, or of a rule.
  public static RuleNest of(Contraction term, Relations relations, TableChoice tables, Sink sink) {
    List<Scalar> conditions = new ArrayList<>();
    List<Scalar> factors = new ArrayList<>();
    for (Scalar operand : term.operands()) {
      Optional<Scalar.Read> table =
          TableChoice.atom(operand).filter(read -> tables.isTable(read.tensor()));
      if (operand.type() == DType.BOOL) {
        conditions.add(operand);
      } else {
        table.ifPresentOrElse(conditions::add, () -> factors.add(operand));
      }
    }
    if (factors.isEmpty()) {
      factors.add(Scalar.constant(term.valueType(), 1));
    }
    Contraction rest =
        new Contraction(term.axes(), term.guards(), term.write(), term.join(), factors);
    return new RuleNest(rest, conditions, relations, sink);
  }

  /// Notes that a read at `index` is one at `position`.
  void match(IndexExpr index, IndexExpr position) {
    if (Landing.of(index) instanceof Landing.Moving(String variable, long shift)) {
      Optional<Axis> axis = open.stream().filter(each -> each.name().equals(variable)).findFirst();
      if (axis.isPresent()) {
        open.remove(axis.get());
        IndexExpr value = position.plus(-shift);
        values.put(variable, value);
        boolean isInside =
            position instanceof IndexExpr.Fetch fetch
                && shift == 0
                && fetch.extent().equals(axis.get().extent());
        if (!isInside) {
          guards.add(new Guard(value, axis.get().extent()));
        }
        return;
      }
    }
    guards.add(Worklist.equal(position, new Substitution(values).apply(index)));
  }

  /// The statement for all that is still open.
  public Stmt emit() {
    Substitution substitution = new Substitution(values);
    List<Guard> now = guards.stream().filter(guard -> isKnown(guard.index())).toList();
    guards.removeAll(now);
    if (!now.isEmpty()) {
      return new Stmt.If(substitution.guards(now), emit());
    }
    Optional<Scalar> condition =
        conditions.stream()
            .filter(this::isKnown)
            .min(Comparator.comparing(some -> probed(some).isPresent()));
    if (condition.isPresent()) {
      conditions.remove(condition.get());
      return check(condition.get(), substitution);
    }
    if (open.isEmpty()) {
      List<IndexExpr> at = substitution.positions(term.write());
      return sink.take(at, substitution.apply(term.joined()));
    }
    List<Way> ways = ways();
    if (ways.isEmpty()) {
      return loop();
    }
    Way best = ways.getFirst();
    return other(best, ways).map(second -> alongShorter(best, second)).orElseGet(() -> along(best));
  }

  private Stmt loop() {
    Axis axis = open.removeFirst();
    String name = axis.name() + ".0";
    values.put(axis.name(), IndexExpr.variable(name));
    IndexExpr extent = new Substitution(values).apply(axis.extent());
    return new Stmt.For(Stmt.LoopOrder.SERIAL, name, extent, emit());
  }

  // ------------------------------------------------------------------------- checks

  /// The relation whose table tells whether a condition holds.
  private Optional<Scalar.Read> probed(Scalar condition) {
    Scalar atom =
        condition instanceof Scalar.Unary(UnaryOp op, Scalar operand) && op == UnaryOp.NOT
            ? operand
            : condition;
    return atom instanceof Scalar.Read read && isProbed(read.tensor())
        ? Optional.of(read)
        : Optional.empty();
  }

  private boolean isProbed(String relation) {
    return relations.table(relation).isPresent() || relations.isVastList(relation);
  }

  private TupleTable table(String relation) {
    return relations
        .table(relation)
        .orElseGet(() -> relations.tableOf(relations.list(relation).orElseThrow()));
  }

  private Stmt check(Scalar condition, Substitution substitution) {
    Optional<Scalar.Read> read = probed(condition);
    if (read.isEmpty()) {
      return new Stmt.When(substitution.apply(condition), emit());
    }
    List<IndexExpr> at = substitution.positions(read.get().indices());
    String found = read.get().tensor() + "." + loops++ + ".found";
    return table(read.get().tensor()).probe(at, condition.equals(read.get()), found, emit());
  }

  // --------------------------------------------------------------------------- ways

  /// A relation to go along.
  ///
  /// @param free its axes that have no value yet
  /// @param hasRows whether there are rows along the only one
  private record Way(Scalar.Read read, List<Integer> free, boolean hasRows) {}

  /// The relations that can be gone along, those first that leave the fewest axes open.
  private List<Way> ways() {
    List<Way> ways = new ArrayList<>();
    for (Scalar condition : conditions) {
      if (condition instanceof Scalar.Read read) {
        way(read).ifPresent(ways::add);
      }
    }
    // One of which nothing is known is gone along as a whole, after all others.
    ways.sort(
        Comparator.comparing((Way way) -> way.free.size() == way.read.indices().size())
            .thenComparingInt(way -> way.free.size()));
    return ways;
  }

  private Optional<Way> way(Scalar.Read read) {
    List<Integer> free = new ArrayList<>();
    for (int axis = 0; axis < read.indices().size(); axis++) {
      if (!isKnown(read.indices().get(axis))) {
        free.add(axis);
      }
    }
    boolean isList = relations.list(read.tensor()).isPresent();
    boolean isWide = isList && read.indices().size() > 2;
    Optional<TensorType> type = relations.type(read.tensor());
    if (type.isPresent() && !isWide && free.size() == 1 && isPlain(read, type.get())) {
      return Optional.of(new Way(read, free, true));
    }
    boolean isTable = isList || relations.table(read.tensor()).isPresent();
    boolean isMoving =
        free.stream()
            .allMatch(axis -> Landing.of(read.indices().get(axis)) instanceof Landing.Moving);
    return isTable && isMoving ? Optional.of(new Way(read, free, false)) : Optional.empty();
  }

  /// Whether a relation is read at different plain axes of its own extents.
  private boolean isPlain(Scalar.Read read, TensorType type) {
    if (new HashSet<>(read.indices()).size() != read.indices().size()) {
      return false;
    }
    for (int axis = 0; axis < read.indices().size(); axis++) {
      IndexExpr extent = type.extents().get(axis);
      IndexExpr index = read.indices().get(axis);
      boolean isOwn =
          term.axes().stream()
              .anyMatch(each -> each.variable().equals(index) && each.extent().equals(extent));
      if (!isOwn) {
        return false;
      }
    }
    return true;
  }

  /// Another way along rows of the same axis.
  private static Optional<Way> other(Way best, List<Way> ways) {
    return ways.stream()
        .filter(way -> way != best && way.hasRows && best.hasRows)
        .filter(way -> index(way).equals(index(best)))
        .findFirst();
  }

  private static IndexExpr index(Way way) {
    return way.read.indices().get(way.free.getFirst());
  }

  /// The index of rows, which is a plain one.
  private static String variable(Way way) {
    return ((IndexExpr.Variable) index(way)).name();
  }

  /// Goes along the shorter of two rows. Both conditions are checked inside, as nobody knows which
  /// of them the position comes from.
  private Stmt alongShorter(Way first, Way second) {
    String variable = variable(first);
    List<IndexExpr> at = rowOf(first);
    List<IndexExpr> otherAt = rowOf(second);
    return rows(first)
        .forEachOfShorter(at, rows(second), otherAt, variable + ".0", visit(variable));
  }

  private Rows.Visit visit(String variable) {
    open.removeIf(axis -> axis.name().equals(variable));
    return position -> {
      values.put(variable, position);
      return emit();
    };
  }

  private Rows rows(Way way) {
    TensorType type = relations.type(way.read.tensor()).orElseThrow();
    return relations.rows(way.read.tensor(), type, way.free.getFirst());
  }

  /// The positions of a row: those on the other axes.
  private List<IndexExpr> rowOf(Way way) {
    Substitution substitution = new Substitution(values);
    List<IndexExpr> at = new ArrayList<>();
    for (int axis = 0; axis < way.read.indices().size(); axis++) {
      at.add(
          way.free.contains(axis)
              ? IndexExpr.Constant.ZERO
              : substitution.apply(way.read.indices().get(axis)));
    }
    return at;
  }

  private Stmt along(Way way) {
    conditions.remove(way.read);
    if (way.hasRows) {
      String variable = variable(way);
      List<IndexExpr> at = rowOf(way);
      return rows(way).forEach(at, variable + ".0", visit(variable));
    }
    return alongTuples(way);
  }

  private Stmt alongTuples(Way way) {
    List<IndexExpr> row = rowOf(way);
    String loop = way.read.tensor() + ".each" + loops++;
    List<Integer> bound = new ArrayList<>();
    for (int axis = 0; axis < row.size(); axis++) {
      if (!way.free.contains(axis)) {
        bound.add(axis);
      }
    }
    TupleTable.Visit visit =
        at -> {
          way.free.forEach(axis -> match(way.read.indices().get(axis), at.get(axis)));
          return emit();
        };
    if (!bound.isEmpty()) {
      return table(way.read.tensor()).forEachAt(bound, row, loop, visit);
    }
    Optional<Listed.Entries> list = relations.list(way.read.tensor());
    return list.isPresent()
        ? Numbers.loop(
            loop, list.get().entry().extent(), visit.of(list.get().at(IndexExpr.variable(loop))))
        : table(way.read.tensor()).forEach(loop, visit);
  }

  // -------------------------------------------------------------------------- known

  private boolean isKnown(IndexExpr index) {
    return areKnown(Walk.variables(index));
  }

  private boolean isKnown(Scalar scalar) {
    return areKnown(Expressions.variables(scalar));
  }

  private boolean areKnown(Set<String> variables) {
    return open.stream().noneMatch(axis -> variables.contains(axis.name()));
  }
}
