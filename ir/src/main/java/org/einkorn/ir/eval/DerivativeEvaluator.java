package org.einkorn.ir.eval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.EvaluationOrder;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.Reach;
import org.einkorn.runtime.DType;

/// Computes a derivative as it is defined: by running the definitions between the variable and the
/// function again, on [Dual] numbers, once for each element of the variable. Definitions run until
/// nothing changes any more, which is after one round but for recurrences.
///
/// This is the oracle of `passes.differentiate` and shares no code with it. Everything is computed
/// in `f64`, whatever the types are. Conditions, positions and all that has no first-order part are
/// read from the memory of the run.
final class DerivativeEvaluator {
  private final Program program;
  private final ScalarEvaluator evaluator;

  DerivativeEvaluator(Program program, ScalarEvaluator evaluator) {
    this.program = program;
    this.evaluator = evaluator;
  }

  /// What is known of tensors beyond their memory.
  ///
  /// @param depth of all numbers
  /// @param values the tensors that have first-order parts
  private record Scene(int depth, Map<String, Dual[]> values) {}

  /// The elements of the derivative.
  double[] of(Body.Derivative derivative) {
    return Arrays.stream(of(derivative, new Scene(0, Map.of()))).mapToDouble(Dual::value).toArray();
  }

  private Dual[] of(Body.Derivative derivative, Scene scene) {
    String function = derivative.function();
    String variable = derivative.variable();
    return switch (derivative.mode()) {
      case GRADIENT -> gradient(function, variable, new Dual[] {Dual.of(1, scene.depth)}, scene);
      case VJP -> gradient(function, variable, direction(derivative, scene), scene);
      case JVP -> highs(along(function, variable, direction(derivative, scene), scene), function);
      case HVP -> {
        Scene moved = along(function, variable, direction(derivative, scene), scene);
        Dual[] one = {Dual.of(1, moved.depth)};
        Dual[] gradient = gradient(function, variable, one, moved);
        yield Arrays.stream(gradient).map(Dual::high).toArray(Dual[]::new);
      }
      case JET -> jet(derivative, scene);
      case ROOT -> root(function, variable, scene);
    };
  }

  /// Newton's method on dual numbers, from the value that is there: the slope of the residual is
  /// that of the value, and each step makes the parts of one more ε right.
  private Dual[] root(String residual, String variable, Scene scene) {
    Dual[] root = new Dual[count(variable)];
    for (int element = 0; element < root.length; element++) {
      root[element] = Dual.of(evaluator.memory(variable).real(element), scene.depth);
    }
    if (scene.depth == 0) {
      return root;
    }
    double[][] slopes = new double[root.length][];
    for (int element = 0; element < root.length; element++) {
      Dual[] unit = new Dual[root.length];
      Arrays.fill(unit, Dual.of(0, 0));
      unit[element] = Dual.of(1, 0);
      Scene moved = along(residual, variable, unit, new Scene(0, Map.of()));
      slopes[element] = Arrays.stream(highs(moved, residual)).mapToDouble(Dual::value).toArray();
    }
    for (int step = 0; step < scene.depth; step++) {
      Scene at = with(variable, root, residual, scene);
      Dual[] left = values(residual, at);
      for (int element = 0; element < left.length; element++) {
        left[element] = left[element].minus(Dual.of(left[element].value(), scene.depth));
      }
      Dual[] change = solve(slopes, left);
      for (int element = 0; element < root.length; element++) {
        root[element] = root[element].minus(change[element]);
      }
    }
    return root;
  }

  /// The scene with other values of a tensor, and all that a function needs and that depends on it.
  private Scene with(String variable, Dual[] values, String function, Scene scene) {
    Map<String, Dual[]> all = new HashMap<>(scene.values);
    all.put(variable, values);
    Scene changed = new Scene(scene.depth, all);
    List<Definition> moved = moved(function, variable);
    moved.forEach(definition -> all.put(definition.name(), values(definition.name(), changed)));
    boolean isRecurrent = !EvaluationOrder.recurrent(program).isEmpty();
    boolean isChanged = true;
    while (isChanged) {
      isChanged = false;
      for (Definition definition : moved) {
        Dual[] now = evaluate(definition, changed);
        Dual[] before = Objects.requireNonNull(all.put(definition.name(), now));
        isChanged |= isRecurrent && !Arrays.equals(before, now);
      }
    }
    return changed;
  }

  /// Solves `Σ slopes[x][r] change[x] = right[r]` by elimination, with the largest pivots.
  private static Dual[] solve(double[][] slopes, Dual[] right) {
    int size = right.length;
    double[][] rows = new double[size][size];
    for (int row = 0; row < size; row++) {
      for (int column = 0; column < size; column++) {
        rows[row][column] = slopes[column][row];
      }
    }
    Dual[] values = right.clone();
    for (int pivot = 0; pivot < size; pivot++) {
      int best = pivot;
      for (int row = pivot + 1; row < size; row++) {
        best = Math.abs(rows[row][pivot]) > Math.abs(rows[best][pivot]) ? row : best;
      }
      double[] row = rows[best];
      rows[best] = rows[pivot];
      rows[pivot] = row;
      Dual value = values[best];
      values[best] = values[pivot];
      values[pivot] = value.times(1 / row[pivot]);
      double by = row[pivot];
      for (int column = 0; column < size; column++) {
        row[column] /= by;
      }
      for (int other = 0; other < size; other++) {
        double factor = rows[other][pivot];
        if (other != pivot && factor != 0) {
          for (int column = 0; column < size; column++) {
            rows[other][column] -= factor * row[column];
          }
          values[other] = values[other].minus(values[pivot].times(factor));
        }
      }
    }
    return values;
  }

  /// One first-order part for each order, all along the same direction: the product of n of them
  /// has the n-th derivative as its coefficient. This takes `2^order` numbers for one.
  private Dual[] jet(Body.Derivative derivative, Scene scene) {
    Dual[] direction = direction(derivative, scene);
    Scene moved = scene;
    for (int order = 1; order <= derivative.order(); order++) {
      moved = along(derivative.function(), derivative.variable(), direction, moved);
      Dual zero = Dual.of(0, moved.depth - 1);
      direction =
          Arrays.stream(direction).map(value -> Dual.join(value, zero)).toArray(Dual[]::new);
    }
    Dual[] values = values(derivative.function(), moved);
    List<Dual> orders = new ArrayList<>();
    for (int order = 0; order <= derivative.order(); order++) {
      for (Dual value : values) {
        Dual part = value;
        for (int level = derivative.order(); level > 0; level--) {
          part = level > order ? part.low() : part.high();
        }
        orders.add(part);
      }
    }
    return orders.toArray(Dual[]::new);
  }

  private Dual[] direction(Body.Derivative derivative, Scene scene) {
    return values(derivative.direction().orElseThrow(), scene);
  }

  /// For each element of the variable, the weighted sum of what all elements of the function do.
  private Dual[] gradient(String function, String variable, Dual[] weights, Scene scene) {
    Dual[] gradient = new Dual[count(variable)];
    for (int element = 0; element < gradient.length; element++) {
      Dual[] unit = new Dual[gradient.length];
      Arrays.fill(unit, Dual.of(0, scene.depth));
      unit[element] = Dual.of(1, scene.depth);
      Dual[] slopes = highs(along(function, variable, unit, scene), function);
      Dual sum = Dual.of(0, scene.depth);
      for (int place = 0; place < slopes.length; place++) {
        sum = sum.plus(slopes[place].times(weights[place]));
      }
      gradient[element] = sum;
    }
    return gradient;
  }

  private Dual[] highs(Scene scene, String tensor) {
    return Arrays.stream(values(tensor, scene)).map(Dual::high).toArray(Dual[]::new);
  }

  /// The scene, one level deeper, where the variable moves along a direction, and all that the
  /// function needs and that depends on the variable with it.
  private Scene along(String function, String variable, Dual[] direction, Scene scene) {
    Map<String, Dual[]> values = new HashMap<>();
    Dual zero = Dual.of(0, scene.depth);
    scene.values.forEach(
        (name, all) ->
            values.put(
                name,
                Arrays.stream(all).map(value -> Dual.join(value, zero)).toArray(Dual[]::new)));
    Dual[] moving = values(variable, scene);
    for (int element = 0; element < moving.length; element++) {
      moving[element] = Dual.join(moving[element], direction[element]);
    }
    values.put(variable, moving);
    Scene deeper = new Scene(scene.depth + 1, values);
    List<Definition> moved = moved(function, variable);
    for (Definition definition : moved) {
      values.put(definition.name(), values(definition.name(), deeper));
    }
    boolean isRecurrent = !EvaluationOrder.recurrent(program).isEmpty();
    boolean isChanged = true;
    while (isChanged) {
      isChanged = false;
      for (Definition definition : moved) {
        Dual[] now = evaluate(definition, deeper);
        Dual[] before = Objects.requireNonNull(values.put(definition.name(), now));
        isChanged |= isRecurrent && !Arrays.equals(before, now);
      }
    }
    return deeper;
  }

  /// The definitions that depend on a tensor and on which another depends. Those of a recurrence
  /// need each other.
  private List<Definition> moved(String function, String variable) {
    Set<String> needed = neededBy(function, variable);
    Set<String> moved = new HashSet<>(Set.of(variable));
    int before;
    do {
      before = moved.size();
      for (Definition definition : program.definitions()) {
        boolean isMoved =
            needed.contains(definition.name())
                && definition.type().dtype().isFloat()
                && Reach.reads(definition, program.definitions()).stream()
                    .anyMatch(moved::contains);
        if (isMoved) {
          moved.add(definition.name());
        }
      }
    } while (moved.size() > before);
    moved.remove(variable);
    return program.definitions().stream()
        .filter(definition -> moved.contains(definition.name()))
        .toList();
  }

  /// The tensors that one is computed from, and itself; not what the variable is computed from.
  private Set<String> neededBy(String tensor, String variable) {
    Set<String> needed = new HashSet<>(Set.of(tensor));
    int before;
    do {
      before = needed.size();
      for (Definition definition : program.definitions().reversed()) {
        if (needed.contains(definition.name()) && !definition.name().equals(variable)) {
          needed.addAll(Reach.reads(definition, program.definitions()));
        }
      }
    } while (needed.size() > before);
    return needed;
  }

  private int count(String tensor) {
    long count = 1;
    for (long extent : evaluator.memory(tensor).extents()) {
      count = Math.multiplyExact(count, extent);
    }
    return Math.toIntExact(count);
  }

  private Dual[] values(String tensor, Scene scene) {
    Dual[] known = scene.values.get(tensor);
    if (known != null) {
      return known.clone();
    }
    Memory memory = evaluator.memory(tensor);
    Dual[] values = new Dual[count(tensor)];
    for (int element = 0; element < values.length; element++) {
      values[element] = Dual.of(memory.real(element), scene.depth);
    }
    return values;
  }

  // ------------------------------------------------------------------- definitions

  private Dual[] evaluate(Definition definition, Scene scene) {
    return switch (definition.body()) {
      case Body.Accumulate accumulate -> accumulate(definition, accumulate, scene);
      case Body.Scan scan -> scan(definition, scan, scene);
      case Body.Derivative derivative -> of(derivative, scene);
      case Body.Iterate _ ->
          throw new IllegalArgumentException(
              "no derivative goes through the iteration `" + definition.name() + "`");
    };
  }

  private Dual[] accumulate(Definition definition, Body.Accumulate body, Scene scene) {
    List<List<Dual>> combined = new ArrayList<>();
    for (int element = count(definition.name()); element > 0; element--) {
      combined.add(new ArrayList<>());
    }
    for (Contraction term : body.terms()) {
      Scalar value = term.joined();
      evaluator.forEachPoint(
          term.axes(),
          () -> {
            if (evaluator.holds(term.guards())) {
              long number = evaluator.memory(definition.name()).number(term.write(), evaluator);
              combined.get(Math.toIntExact(number)).add(real(value, scene));
            }
          });
    }
    return combined.stream()
        .map(values -> reduce(body.projection(), values, scene))
        .toArray(Dual[]::new);
  }

  private Dual[] scan(Definition definition, Body.Scan body, Scene scene) {
    Dual[] values = new Dual[count(definition.name())];
    List<IndexExpr> at = body.axes().stream().map(Axis::variable).toList();
    Memory target = evaluator.memory(definition.name());
    evaluator.forEachPoint(
        body.axes(),
        () -> values[Math.toIntExact(target.number(at, evaluator))] = real(body.operand(), scene));
    Dual[] scanned = new Dual[values.length];
    String along = body.axes().get(body.axis()).name();
    evaluator.forEachPoint(
        body.axes(),
        () -> {
          long here = evaluator.index(IndexExpr.variable(along));
          List<Dual> before = new ArrayList<>();
          for (long place = 0; place <= here; place++) {
            evaluator.bind(along, place);
            before.add(values[Math.toIntExact(target.number(at, evaluator))]);
          }
          int number = Math.toIntExact(target.number(at, evaluator));
          scanned[number] = reduce(body.projection(), before, scene);
        });
    return scanned;
  }

  private static Dual reduce(Projection projection, List<Dual> values, Scene scene) {
    if (projection == Projection.MAX || projection == Projection.MIN) {
      return extremum(projection, values, scene);
    }
    Dual result = Dual.of(projection.identity(DType.F64).doubleValue(), scene.depth);
    for (Dual value : values) {
      result = result.apply(projection.combine(), value);
    }
    return result;
  }

  /// All that are extreme share the derivative.
  private static Dual extremum(Projection projection, List<Dual> values, Scene scene) {
    double extremum = projection.identity(DType.F64).doubleValue();
    for (Dual value : values) {
      extremum = Arithmetic.apply(projection.combine(), extremum, value.value());
    }
    Dual sum = Dual.of(0, scene.depth);
    int ties = 0;
    for (Dual value : values) {
      if (value.value() == extremum) {
        sum = sum.plus(value.minus(Dual.of(extremum, scene.depth)));
        ties++;
      }
    }
    Dual parts = ties == 0 ? sum : sum.times(1.0 / ties);
    return Dual.of(extremum, scene.depth).plus(parts);
  }

  // ----------------------------------------------------------------------- scalars

  private Dual real(Scalar scalar, Scene scene) {
    return switch (scalar) {
      case Scalar.Literal literal -> Dual.of(literal.doubleValue(), scene.depth);
      case Scalar.Read read -> {
        Memory memory = evaluator.memory(read.tensor());
        long number = memory.number(read.indices(), evaluator);
        Dual[] known = scene.values.get(read.tensor());
        yield known == null
            ? Dual.of(memory.real(number), scene.depth)
            : Objects.requireNonNull(known[Math.toIntExact(number)]);
      }
      case Scalar.Position _ -> throw new IllegalStateException("a position is an integer");
      case Scalar.Unary(var op, Scalar operand) -> real(operand, scene).apply(op);
      case Scalar.Binary(var op, Scalar left, Scalar right) -> binary(op, left, right, scene);
      case Scalar.Dot _ -> throw new IllegalStateException("a sum of integers");
      case Scalar.MultiplyAdd fused -> real(fused.rounded(), scene);
      case Scalar.Select(Scalar condition, Scalar then, Scalar otherwise) ->
          real(evaluator.integer(condition) != 0 ? then : otherwise, scene);
      case Scalar.Cast(var type, Scalar operand) ->
          operand.type().isFloat()
              ? real(operand, scene)
              : Dual.of((double) evaluator.integer(operand), scene.depth);
    };
  }

  /// Where a value equals a literal that bounds it, the literal is taken: `relu` is flat at 0.
  private Dual binary(BinaryOp op, Scalar left, Scalar right, Scene scene) {
    Dual one = real(left, scene);
    Dual two = real(right, scene);
    boolean isTie =
        (op == BinaryOp.MINIMUM || op == BinaryOp.MAXIMUM) && one.value() == two.value();
    if (isTie && right instanceof Scalar.Literal) {
      return two;
    }
    return isTie && left instanceof Scalar.Literal ? one : one.apply(op, two);
  }
}
