package org.einkorn.passes.relations;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Growth;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.source.Origin;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.passes.nest.Numbers;
import org.einkorn.passes.sparse.Listed;

/// In which form the relations of a program lie in memory, and what else is made of them so that
/// nests find the positions at which they hold.
///
/// A relation is a tensor of all its positions, a list of tuples that data hold ([Listed.Entries]),
/// or a table of tuples ([TupleTable]). Of the first two rows are made ([Rows]) where a nest goes
/// along one axis, and of a list a table where a nest needs something else of it.
public final class Relations {
  private final Map<String, TensorType> tensors = new HashMap<>();
  private final Map<String, Listed.Entries> lists = new LinkedHashMap<>();
  private final Map<String, TupleTable> tables = new LinkedHashMap<>();
  private final Vastness extents;
  private final Map<String, Set<List<Integer>>> asked;
  private final Map<String, Rows> rows = new LinkedHashMap<>();

  /// What has been made since it was last taken.
  private final List<Function> made = new ArrayList<>();

  private final List<Buffer> buffers = new ArrayList<>();

  /// @param extents says of which relations there may be too many positions
  /// @param asked the axes of the indexes that nests will ask of tables, by table
  public Relations(Vastness extents, Map<String, Set<List<Integer>>> asked) {
    this.extents = extents;
    this.asked = Map.copyOf(asked);
  }

  public void addTensor(String name, TensorType type) {
    tensors.put(name, type);
  }

  public void addList(Listed.Entries relation) {
    lists.put(relation.name(), relation);
    tensors.put(relation.name(), relation.type());
  }

  /// A relation that is a table from now on.
  public TupleTable addTable(String name, TensorType type) {
    TupleTable table = new TupleTable(name, type, asked.getOrDefault(name, Set.of()));
    tables.put(name, table);
    return table;
  }

  /// Whether a relation is a list of tuples and has too many positions for a tensor.
  public boolean isVastList(String relation) {
    return list(relation).filter(list -> extents.isVast(list.type())).isPresent();
  }

  public Optional<TupleTable> table(String relation) {
    return Optional.ofNullable(tables.get(relation));
  }

  Optional<TensorType> type(String relation) {
    return Optional.ofNullable(tables.containsKey(relation) ? null : tensors.get(relation));
  }

  public Optional<Listed.Entries> list(String relation) {
    return Optional.ofNullable(lists.get(relation));
  }

  /// The table of the tuples that a list holds.
  public TupleTable tableOf(Listed.Entries list) {
    String name = list.name() + ".set";
    TupleTable known = tables.get(name);
    if (known != null) {
      return known;
    }
    TupleTable table = addTable(name, list.type());
    IndexExpr number = IndexExpr.variable("tuple");
    Stmt fill = Numbers.loop("tuple", list.entry().extent(), table.insert(list.at(number)));
    made.add(new Function(name, Numbers.sequence(table.clear(), fill), Origin.UNKNOWN));
    return table;
  }

  /// The rows of a relation along an axis.
  Rows rows(String relation, TensorType type, int axis) {
    Rows wanted = new Rows(relation, type, axis, list(relation));
    if (!rows.containsKey(wanted.name())) {
      rows.put(wanted.name(), wanted);
      buffers.addAll(wanted.buffers());
      made.add(new Function(wanted.name(), wanted.build(), Origin.UNKNOWN));
    }
    return wanted;
  }

  /// The functions that make what was asked for since this was last called; they belong before the
  /// functions that asked.
  public List<Function> takeFunctions() {
    List<Function> taken = List.copyOf(made);
    made.clear();
    return taken;
  }

  /// All memory of rows and tables; to be asked at the end.
  public List<Buffer> buffers() {
    List<Buffer> all = new ArrayList<>(buffers);
    tables.values().forEach(table -> all.addAll(table.buffers()));
    return all;
  }

  public List<Growth> growths() {
    return tables.values().stream().map(TupleTable::growth).toList();
  }

  /// The axes of the indexes of all tables, by table.
  public Map<String, Set<List<Integer>>> indexes() {
    Map<String, Set<List<Integer>>> indexes = new LinkedHashMap<>();
    tables.forEach((name, table) -> indexes.put(name, table.indexes()));
    return indexes;
  }
}
