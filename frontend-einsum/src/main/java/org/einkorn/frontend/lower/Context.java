package org.einkorn.frontend.lower;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.einkorn.frontend.Request;
import org.einkorn.frontend.check.Extents;
import org.einkorn.frontend.check.Problem;
import org.einkorn.frontend.syntax.Tree;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.source.Origin;
import org.einkorn.ir.source.Span;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.runtime.DType;
import org.jspecify.annotations.Nullable;

/// What all equations of one program share.
final class Context {
  final Request request;
  final Extents extents = new Extents();
  final List<Problem> problems = new ArrayList<>();
  final Map<String, TensorInfo> tensors = new LinkedHashMap<>();
  final List<Definition> definitions = new ArrayList<>();
  final Map<String, Node> constants = new HashMap<>();
  final Map<String, Tree.Function> functions = new HashMap<>();
  final Set<String> sizes = new LinkedHashSet<>();
  final Map<String, ImplicitInput> implicit = new LinkedHashMap<>();
  final List<Signature.Input> inputs = new ArrayList<>();
  final Set<String> used = new LinkedHashSet<>();
  private final Map<String, Set<Integer>> moving = new HashMap<>();
  private final Map<String, Integer> virtual = new HashMap<>();
  private final List<Set<String>> recursions = new ArrayList<>();
  private final Map<String, Integer> temporaries = new HashMap<>();
  private final List<Label> labels = new ArrayList<>();
  final List<Problem> open = new ArrayList<>();
  final List<Required> required = new ArrayList<>();
  private final List<Runnable> checks = new ArrayList<>();

  /// A tensor that is read and never defined: what its uses tell.
  ///
  /// @param rank −1 where no use tells
  /// @param isPosition whether a use is a position, so that it holds whole numbers
  record ImplicitInput(int rank, boolean isRelation, boolean isPosition, Origin origin) {
    DType type() {
      return isRelation ? DType.BOOL : isPosition ? DType.I64 : DType.F32;
    }
  }

  /// A label in an index position; its number is known when all labels of the axis are.
  private record Label(String symbol, String text, IndexExpr extent) {}

  /// An extent that must not be 0.
  ///
  /// @param label a text that should be no label of an axis with this extent; if nothing, the
  ///   extent must not be 0
  record Required(IndexExpr extent, Optional<String> label, Problem otherwise) {}

  Context(Request request) {
    this.request = request;
  }

  void report(Problem problem) {
    problems.add(problem);
  }

  /// Says that there is no program before the number of a tensor's axes is known.
  void needRank(String tensor, Origin origin) {
    open.add(new Problem.UnknownRank(tensor, origin));
    report(new Problem.OpenRank(tensor, origin));
  }

  /// Notes tensors that need each other.
  void addRecursion(Set<String> tensors) {
    recursions.add(Set.copyOf(tensors));
  }

  /// The tensors that a tensor or its temporary needs and that need it; nothing where there are
  /// none.
  Set<String> recursionOf(String definition) {
    String tensor = targetOf(definition);
    return recursions.stream().filter(group -> group.contains(tensor)).findFirst().orElse(Set.of());
  }

  /// The tensor of which a definition is a part: `Y` of `Y.1`.
  static String targetOf(String definition) {
    int dot = definition.indexOf('.');
    return dot < 0 ? definition : definition.substring(0, dot);
  }

  /// Notes that a tensor of the IR has an axis that the user's tensor lacks: a virtual index.
  void addVirtual(String tensor, int axis) {
    virtual.put(tensor, axis);
  }

  boolean isVirtual(String tensor, int axis) {
    return virtual.getOrDefault(tensor, -1) == axis;
  }

  /// Notes an axis along which a tensor needs other positions of itself. How long it is does not
  /// follow from where it is read, but from where it is written.
  void addMoving(String tensor, int axis) {
    moving.computeIfAbsent(tensor, _ -> new LinkedHashSet<>()).add(axis);
  }

  /// Forgets them, once the equations of the recurrence are read.
  void endMoving() {
    moving.clear();
  }

  boolean isMoving(String tensor) {
    return moving.containsKey(tensor);
  }

  boolean isMoving(String tensor, int axis) {
    return moving.getOrDefault(tensor, Set.of()).contains(axis);
  }

  /// A name for an intermediate result: `Y.1`.
  String temporary(String target) {
    return target + "." + temporaries.merge(target, 1, Integer::sum);
  }

  @Nullable TensorInfo tensor(String name) {
    return tensors.get(name);
  }

  /// The position of a label: a symbol that gets its number from [#labelNumbers()].
  IndexExpr label(String text, IndexExpr extent, Origin origin) {
    int place = origin.span().map(Span::start).orElse(0);
    if (!extents.addLabel(extent, text, place)) {
      TensorInfo tensor = tensors.get(text);
      boolean isTensor = tensor != null && tensor.rank() == 0;
      report(
          new Problem.LabelOnNumbers(text, Shapes.text(extents.resolve(extent)), isTensor, origin));
      return IndexExpr.Constant.ZERO;
    }
    String symbol = "label." + labels.size();
    labels.add(new Label(symbol, text, extent));
    return IndexExpr.symbol(symbol);
  }

  /// Whether a position is a label. Whether the positions of an axis have names.
  boolean hasLabels(IndexExpr extent) {
    return labels.stream().anyMatch(label -> label.extent().equals(extent));
  }

  boolean hasLabels() {
    return !labels.isEmpty();
  }

  /// The number of each label, by its symbol. To be asked for before the extents are closed.
  Map<String, Integer> labelNumbers() {
    Map<String, Integer> numbers = new HashMap<>();
    for (Label label : labels) {
      List<String> all = labelsOf(label.extent);
      numbers.put(label.symbol, Math.max(0, all.indexOf(label.text)));
    }
    return numbers;
  }

  List<String> labelsOf(IndexExpr extent) {
    return extents.vocabulary(extent).map(Extents.Vocabulary::labels).orElse(List.of());
  }

  /// Checks something when all extents are known.
  void later(Runnable check) {
    checks.add(check);
  }

  void runChecks() {
    checks.forEach(Runnable::run);
  }
}
