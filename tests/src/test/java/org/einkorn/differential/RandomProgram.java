package org.einkorn.differential;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.runtime.DType;

/// Random programs of equations with data for their inputs; one seed gives one case.
///
/// Ranks are 0 to 5, extents 0 to 40 or so. Positions lie inside their axes, by construction, under
/// a guard or under a select; positions from data may not, and arithmetic of integers may overflow:
/// then the program fails, everywhere alike.
final class RandomProgram {
  private static final long ELEMENTS = 240;
  private static final long POINTS = 1500;
  private static final List<String> AXES =
      List.of("i", "j", "k", "l", "m", "n", "p", "q", "r", "s", "t", "u", "v", "w", "x", "y");

  private final Dice dice;
  private final Scene scene;
  private final RandomScalars scalars;
  private int axesNamed;

  private RandomProgram(long seed) {
    this.dice = new Dice(seed);
    this.scene = Scene.empty(dice.chance(0.65));
    this.scalars = new RandomScalars(dice, scene);
  }

  /// The program and the data of a seed.
  static Case of(long seed) {
    return new RandomProgram(seed).next(seed);
  }

  private Case next(long seed) {
    for (String symbol : List.of("N", "M").subList(0, dice.below(3))) {
      scene.sizes().put(symbol, (long) dice.pick(List.of(0, 1, 2, 3, 4, 5, 7, 19)));
    }
    List<Signature.Input> inputs = inputs();
    SequencedMap<String, Data> data = new LinkedHashMap<>();
    for (Signature.Input input : inputs) {
      scene.tensors().put(input.name(), input.type());
      data.put(input.name(), data(input.type()));
    }
    List<Definition> definitions = new ArrayList<>();
    List<Signature.Output> outputs = new ArrayList<>();
    int count = dice.between(1, 4);
    for (int number = 0; number < count; number++) {
      Definition definition = definition("T" + number);
      definitions.add(definition);
      scene.tensors().put(definition.name(), definition.type());
      if (number == count - 1 || dice.chance(0.5)) {
        outputs.add(new Signature.Output(definition.name(), definition.type(), Optional.empty()));
      }
    }
    Signature signature =
        new Signature(List.copyOf(scene.sizes().keySet()), inputs, outputs, List.of());
    return new Case(new Program("seed" + seed, signature, definitions), data, seed);
  }

  private List<Signature.Input> inputs() {
    List<Signature.Input> inputs = new ArrayList<>();
    for (String symbol : scene.sizes().keySet()) {
      List<IndexExpr> extents = new ArrayList<>(List.of(IndexExpr.symbol(symbol)));
      if (dice.chance(0.6)) {
        extents.add(dice.below(2), scene.extent(dice));
      }
      inputs.add(input(inputs.size(), extents));
    }
    int more = dice.between(inputs.isEmpty() ? 1 : 0, 2);
    for (int number = 0; number < more; number++) {
      inputs.add(input(inputs.size(), scene.extents(dice, rank(), ELEMENTS)));
    }
    return inputs;
  }

  private Signature.Input input(int number, List<IndexExpr> extents) {
    Signature.Role role = dice.chance(0.3) ? Signature.Role.PARAM : Signature.Role.INPUT;
    TensorType type = new TensorType(dice.pick(Scene.STORAGE), extents);
    return new Signature.Input(role, "X" + number, type, Optional.empty());
  }

  private int rank() {
    return dice.pick(List.of(0, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5));
  }

  private Data data(TensorType type) {
    long[] extents = scene.sizesOf(type);
    long[] elements = new long[Data.size(type.dtype(), extents)];
    for (int number = 0; number < elements.length; number++) {
      elements[number] = scalars.element(type.dtype());
    }
    return new Data(type.dtype(), extents, elements).stored();
  }

  private Definition definition(String name) {
    DType compute = dice.pick(Scene.COMPUTE);
    boolean isCurved = compute.isFloat() && dice.chance(0.35);
    Projection projection = projection(compute, isCurved);
    if (isCurved || projection == Projection.LOG_SUM_EXP) {
      scene.inexact().add(name);
    }
    TensorType type =
        new TensorType(
            storage(compute, scene.inexact().contains(name)),
            scene.extents(dice, rank(), ELEMENTS));
    if (type.rank() > 0 && dice.chance(0.15)) {
      return new Definition(name, type, scan(projection, compute, type, isCurved));
    }
    List<Contraction> terms = new ArrayList<>();
    int count = dice.chance(0.75) ? 1 : dice.between(2, 3);
    for (int number = 0; number < count; number++) {
      terms.add(term(name, type, compute, isCurved));
    }
    return new Definition(name, type, new Body.Accumulate(projection, terms));
  }

  private Projection projection(DType type, boolean isCurved) {
    List<Projection> all =
        Arrays.stream(Projection.values())
            .filter(some -> some.combine().domain().contains(type))
            .filter(some -> !(isCurved && some == Projection.PRODUCT))
            .toList();
    return type != DType.BOOL && dice.chance(0.4) ? Projection.SUM : dice.pick(all);
  }

  /// Mostly a type that is computed in `compute`. A curved value stays a float.
  private DType storage(DType compute, boolean isInexact) {
    List<DType> near = Scene.STORAGE.stream().filter(some -> some.compute() == compute).toList();
    List<DType> far =
        Scene.STORAGE.stream()
            .filter(some -> isInexact ? some.isFloat() : Scalar.converts(compute, some))
            .toList();
    return dice.chance(0.4) ? compute : dice.pick(dice.chance(0.6) ? near : far);
  }

  private Axis axis(IndexExpr extent) {
    String letter = AXES.get(axesNamed % AXES.size());
    String name = axesNamed < AXES.size() ? letter : letter + axesNamed / AXES.size();
    axesNamed++;
    return new Axis(name, extent);
  }

  private Scalar value(DType compute, List<Axis> axes, boolean isCurved) {
    int depth = dice.pick(List.of(0, 1, 1, 2, 2, 3));
    return isCurved ? scalars.curved(compute, axes, depth) : scalars.exact(compute, axes, depth);
  }

  private Body scan(Projection projection, DType compute, TensorType type, boolean isCurved) {
    axesNamed = 0;
    List<Axis> axes = type.extents().stream().map(this::axis).toList();
    scalars.allowGuards(false);
    Scalar operand = value(compute, axes, isCurved);
    return new Body.Scan(projection, dice.below(axes.size()), axes, operand);
  }

  private Contraction term(String name, TensorType type, DType compute, boolean isCurved) {
    axesNamed = 0;
    Writes writes = new Writes(name, type);
    List<IndexExpr> write = writes.make();
    List<Axis> axes = writes.axes;
    int reduced = dice.pick(List.of(0, 0, 1, 1, 1, 2));
    for (int number = 0; number < reduced; number++) {
      IndexExpr extent = scene.extent(dice);
      long points = scene.count(axes.stream().map(Axis::extent).toList());
      axes.add(
          dice.below(axes.size() + 1),
          axis(points * scene.size(extent) <= POINTS ? extent : IndexExpr.of(dice.between(1, 2))));
    }
    scalars.allowGuards(true);
    List<Scalar> operands = new ArrayList<>();
    int count = isCurved ? 1 : dice.pick(List.of(1, 1, 2, 2, 3));
    for (int number = 0; number < count; number++) {
      operands.add(value(compute, axes, isCurved));
    }
    Set<Guard> guards = new LinkedHashSet<>(writes.guards);
    guards.addAll(scalars.takeGuards());
    while (dice.chance(0.12)) {
      guards.add(guard(axes));
    }
    return new Contraction(axes, List.copyOf(guards), write, join(compute), operands);
  }

  /// Any condition, now and then on a position from data.
  private Guard guard(List<Axis> axes) {
    scalars.allowGuards(false);
    IndexExpr extent = scene.extent(dice);
    var tensor = scene.tensors().firstEntry(); // an input, which no pass drops
    List<IndexExpr> extents = tensor.getValue().extents();
    IndexExpr index =
        !extents.isEmpty() && dice.chance(0.2)
            ? scalars.fetch(tensor.getKey(), 0, extents.getFirst(), axes, 1)
            : scalars.indices().any(axes, 2);
    return new Guard(index, extent);
  }

  private BinaryOp join(DType compute) {
    if (compute == DType.BOOL) {
      return dice.pick(List.of(BinaryOp.AND, BinaryOp.AND, BinaryOp.OR, BinaryOp.XOR));
    }
    if (compute.isComplex()) {
      return dice.pick(List.of(BinaryOp.MULTIPLY, BinaryOp.MULTIPLY, BinaryOp.ADD));
    }
    return dice.chance(0.6)
        ? BinaryOp.MULTIPLY
        : dice.pick(List.of(BinaryOp.ADD, BinaryOp.SUBTRACT, BinaryOp.MINIMUM, BinaryOp.MAXIMUM));
  }

  /// Where a term writes: for each axis of the target a position inside it, and the axes for that.
  private final class Writes {
    private final String name;
    private final TensorType type;
    final List<Axis> axes = new ArrayList<>();
    final List<Guard> guards = new ArrayList<>();

    Writes(String name, TensorType type) {
      this.name = name;
      this.type = type;
    }

    List<IndexExpr> make() {
      List<IndexExpr> write = new ArrayList<>();
      boolean isPlain = dice.chance(0.6);
      for (int number = 0; number < type.rank(); number++) {
        IndexExpr extent = type.extents().get(number);
        write.add(isPlain || dice.chance(0.4) ? plain(extent) : scattered(number, extent));
      }
      return write;
    }

    /// A new axis at a random place among the others.
    private IndexExpr fresh(IndexExpr extent) {
      Axis axis = axis(extent);
      axes.add(dice.chance(0.7) ? axes.size() : dice.below(axes.size() + 1), axis);
      return axis.variable();
    }

    private IndexExpr plain(IndexExpr extent) {
      List<Axis> same = axes.stream().filter(axis -> axis.extent().equals(extent)).toList();
      return !same.isEmpty() && dice.chance(0.05) ? dice.pick(same).variable() : fresh(extent);
    }

    private IndexExpr scattered(int number, IndexExpr extent) {
      long points = scene.count(axes.stream().map(Axis::extent).toList());
      int step = dice.between(2, 3);
      IndexExpr steps = IndexExpr.of(step);
      boolean isRoomy = points * scene.size(extent) * step <= POINTS;
      return switch (dice.below(10)) {
        case 0 -> fresh(extent.plus(-step).max(IndexExpr.Constant.ZERO)).plus(step);
        case 1 -> fresh(extent.plus(-step).max(IndexExpr.Constant.ZERO));
        case 2 -> extent.minus(fresh(extent)).plus(-1);
        case 3 -> isRoomy ? fresh(extent.times(step)).floorDiv(steps) : fresh(extent);
        case 4 ->
            extent instanceof IndexExpr.Constant(long size) && size > 0
                ? new IndexExpr.FloorMod(scalars.indices().any(axes, 2), extent)
                : fresh(extent);
        case 5, 6 -> {
          IndexExpr high = fresh(extent.floorDiv(steps));
          yield high.times(step).plus(fresh(steps));
        }
        case 7 ->
            extent instanceof IndexExpr.Constant(long size) && size > 0
                ? IndexExpr.of(dice.below((int) size))
                : fresh(extent);
        case 8 -> {
          IndexExpr position = scalars.indices().any(axes, 2);
          guards.add(new Guard(position, extent));
          yield position;
        }
        default -> scalars.fetch(name, number, extent, axes, 1);
      };
    }
  }
}
