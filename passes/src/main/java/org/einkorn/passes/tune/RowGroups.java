package org.einkorn.passes.tune;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Repeat;
import org.einkorn.passes.PassContext;
import org.einkorn.passes.schedule.Uses;
import org.einkorn.runtime.DType;

/// Finds the functions of a module that one loop over rows should do.
///
/// A function takes up each group whose last function computes what it reads, where both go over
/// the same rows and it reads in its own row alone. A group ends where a function that stays
/// outside needs its memory as it is by then. A row has to fit into the cache of a core: what is
/// computed of it is still there when it is read. Where functions are summed up in tiles, that
/// holds of a [block][RowBlock] of rows.
final class RowGroups {
  /// A group that may grow.
  private static final class Open {
    private final List<ElementNest> members;
    private final int rows;
    private boolean isClosed = false;

    Open(List<ElementNest> members, int rows) {
      this.members = members;
      this.rows = rows;
    }

    ElementNest last() {
      return members.getLast();
    }
  }

  private final Module module;
  private final PassContext context;
  private final Uses uses;
  private final Model model;
  private final Map<String, DType> types = new HashMap<>();
  private final Map<String, Integer> places = new HashMap<>();

  /// Tensors that keep their extents: positions from data are checked against them.
  private final Set<String> checked = new HashSet<>();

  /// The group that has stored a buffer, and those that have read it.
  private final Map<String, Open> storing = new HashMap<>();

  private final Map<String, Set<Open>> reading = new HashMap<>();

  private RowGroups(Module module, PassContext context, Uses uses) {
    this.module = module;
    this.context = context;
    this.uses = uses;
    model = new Model(context);
    for (Buffer buffer : module.allBuffers()) {
      types.put(buffer.name(), buffer.type().dtype());
    }
    module.functions().forEach(function -> checked.addAll(uses.checked(function)));
  }

  /// The groups of functions without a schedule, each by the name of its last function.
  static Map<String, RowGroup> of(Module module, PassContext context, Uses uses) {
    return new RowGroups(module, context, uses).found();
  }

  private Map<String, RowGroup> found() {
    Set<String> repeated = repeated();
    Set<Open> groups = new LinkedHashSet<>();
    for (Function function : module.functions()) {
      places.put(function.name(), places.size());
      boolean isFree = !context.isScheduled(function.name()) && !repeated.contains(function.name());
      Optional<ElementNest> nest =
          isFree ? ElementNest.of(function, context).filter(this::canShareRows) : Optional.empty();
      List<Open> taken = new ArrayList<>();
      Optional<Open> own = nest.map(each -> grown(each, taken));
      taken.forEach(groups::remove);
      own.ifPresent(groups::add);
      close(function, taken);
      own.ifPresent(group -> remember(group, function));
    }
    Map<String, RowGroup> result = new LinkedHashMap<>();
    for (Open group : groups) {
      finished(group).ifPresent(each -> result.put(each.last().function(), each));
    }
    return result;
  }

  private boolean canShareRows(ElementNest nest) {
    return model.isInOrder(nest)
        || nest instanceof ReductionNest reduction && model.tiling(reduction).isPresent();
  }

  private Set<String> repeated() {
    Set<String> names = new HashSet<>();
    for (Repeat repeat : module.repeats()) {
      int first = module.placeOf(repeat.first());
      int last = module.placeOf(repeat.last());
      module.functions().subList(first, last + 1).forEach(each -> names.add(each.name()));
    }
    return names;
  }

  /// A function with the groups that it takes up.
  private Open grown(ElementNest nest, List<Open> taken) {
    Open own = new Open(List.of(nest), rows(nest));
    for (Operand operand : nest.operands()) {
      Open other = storing.get(operand.tensor());
      if (other != null
          && !other.isClosed
          && !taken.contains(other)
          && !checked.contains(operand.tensor())
          && !updates(nest, other)
          && other.last().output().tensor().equals(operand.tensor())) {
        Optional<Open> both = joined(other, own);
        if (both.isPresent()) {
          own = both.get();
          taken.add(other);
        }
      }
    }
    return own;
  }

  /// Whether a function goes on with what a group has stored, as one of several terms does: its
  /// elements are whole only after the last.
  private static boolean updates(ElementNest nest, Open group) {
    return group.members.stream()
        .anyMatch(each -> each.output().tensor().equals(nest.output().tensor()));
  }

  /// Closes the groups, but those that a function takes up, that can't run after it.
  private void close(Function function, List<Open> taken) {
    Set<Open> over = new HashSet<>();
    for (String buffer : uses.reads(function)) {
      Open stored = storing.get(buffer);
      if (stored != null) {
        over.add(stored);
      }
    }
    for (String buffer : uses.stores(function)) {
      Open stored = storing.get(buffer);
      if (stored != null) {
        over.add(stored);
      }
      over.addAll(reading.getOrDefault(buffer, Set.of()));
    }
    for (Open group : over) {
      group.isClosed |= !taken.contains(group);
    }
  }

  private void remember(Open group, Function last) {
    // A fault is one of the function that has it: that becomes part of no other.
    group.isClosed = uses.mayFail(last);
    for (ElementNest nest : group.members) {
      storing.put(nest.output().tensor(), group);
      for (Operand operand : nest.operands()) {
        reading.computeIfAbsent(operand.tensor(), _ -> new LinkedHashSet<>()).add(group);
      }
    }
  }

  // ---- rows

  /// How many of the outermost loops go over the first axes of what is stored.
  private static int rows(ElementNest nest) {
    return shared(nest, nest.output());
  }

  /// How many of the outermost loops are the first positions of an operand, one each.
  private static int shared(ElementNest nest, Operand operand) {
    int count = 0;
    while (count < nest.spatial().size()
        && count < operand.indices().size()
        && operand
            .indices()
            .get(count)
            .equals(IndexExpr.variable(nest.spatial().get(count).loop()))) {
      count++;
    }
    return count;
  }

  /// A group and one of a function that reads what the group stores, where they have rows in common
  /// that fit into a cache.
  private Optional<Open> joined(Open earlier, Open later) {
    ElementNest reader = later.last();
    int rows = Math.min(earlier.rows, later.rows);
    Set<String> stored = new HashSet<>();
    earlier.members.forEach(each -> stored.add(each.output().tensor()));
    for (Operand operand : reader.operands()) {
      if (stored.contains(operand.tensor())) {
        rows = Math.min(rows, shared(reader, operand));
      }
    }
    int same = 0;
    while (same < rows
        && earlier
            .last()
            .spatial()
            .get(same)
            .extent()
            .equals(reader.spatial().get(same).extent())) {
      same++;
    }
    List<ElementNest> members = new ArrayList<>(earlier.members);
    members.addAll(later.members);
    members.sort(Comparator.comparing(each -> places.get(each.function())));
    Open both = new Open(members, same);
    if (same == 0) {
      return Optional.empty();
    }
    RowGroup group = worked(both);
    boolean pays =
        isOneByOne(both)
            ? group.rows() == 0 || group.bytesInRow(types) <= context.machine().l2Bytes()
            : group.block().isPresent();
    return pays ? Optional.of(both) : Optional.empty();
  }

  /// Whether no member does several rows at once.
  private boolean isOneByOne(Open group) {
    return group.members.stream().allMatch(model::isInOrder);
  }

  /// The group with so few loops over rows that a row is work for vectors, or that blocks of rows
  /// pay.
  private RowGroup worked(Open group) {
    return isOneByOne(group) ? oneByOne(group) : inBlocks(group);
  }

  private RowGroup oneByOne(Open group) {
    int rows = group.rows;
    RowGroup result = new RowGroup(group.members, rows, Optional.empty());
    while (rows > 0 && result.roundsInRow() < leastInRow(group)) {
      rows--;
      result = new RowGroup(group.members, rows, Optional.empty());
    }
    return result;
  }

  private RowGroup inBlocks(Open group) {
    for (int rows = group.rows; rows > 0; rows--) {
      Optional<RowBlock> block = RowBlock.of(group.members, rows, types, model);
      if (block.isPresent()) {
        return new RowGroup(group.members, rows, block);
      }
    }
    return new RowGroup(group.members, 0, Optional.empty());
  }

  private double leastInRow(Open group) {
    DType type = types.getOrDefault(group.last().output().tensor(), DType.F32);
    return 2.0 * context.machine().lanes(type);
  }

  private Optional<RowGroup> finished(Open group) {
    RowGroup result = worked(group);
    boolean pays =
        result.members().size() > 1
            && result.rows() > 0
            && (isOneByOne(group) || result.block().isPresent())
            && !model.isShort(result.rounds());
    return pays ? Optional.of(result) : Optional.empty();
  }
}
