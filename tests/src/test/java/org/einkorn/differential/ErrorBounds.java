package org.einkorn.differential;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.ir.tensor.TensorType;

/// How far apart two right answers of a program may be, as a program.
///
/// For each tensor `T` whose values depend on functions that no standard rounds, the program is
/// extended by a tensor `T.err` of the same shape: the distance that follows from 4 units in the
/// last place of every such function, from 4·√n units of the sum of magnitudes for a reduction of n
/// terms, and from how the operations in between carry errors on. NaN says that anything may come
/// out, as of a logarithm of a number that may be negative.
///
/// @param program the extended program
/// @param bounded the tensors `T` that have a `T.err`
/// @param unbounded the tensors that decide something by an inexact value; nothing is known of them
record ErrorBounds(Program program, Set<String> bounded, Set<String> unbounded) {
  ErrorBounds {
    bounded = Set.copyOf(bounded);
    unbounded = Set.copyOf(unbounded);
  }

  static final String SUFFIX = ".err";

  static ErrorBounds of(Program program) {
    return new Maker(false).make(program);
  }

  /// How far apart two right answers may be if floats may be combined in any order, too: every
  /// operation on floats, and every conversion to a narrower one, may round otherwise.
  static ErrorBounds ofAnyOrder(Program program) {
    return new Maker(true).make(program);
  }

  private static final class Maker {
    private final Set<String> inexact = new LinkedHashSet<>();
    private final Set<String> unbounded = new LinkedHashSet<>();
    private final List<Definition> definitions = new ArrayList<>();
    private final Map<String, TensorType> errors = new LinkedHashMap<>();
    private final boolean rounds;

    Maker(boolean rounds) {
      this.rounds = rounds;
    }

    ErrorBounds make(Program program) {
      for (Definition definition : program.definitions()) {
        definitions.add(definition);
        ScalarErrors scalars = new ScalarErrors(inexact, unbounded, rounds);
        if (scalars.isInexact(definition)) {
          inexact.add(definition.name());
          bound(definition, scalars);
        }
      }
      List<Signature.Output> outputs = new ArrayList<>();
      errors.forEach(
          (name, type) ->
              outputs.add(new Signature.Output(name, type, java.util.Optional.empty())));
      Signature from = program.signature();
      Signature signature = new Signature(from.symbols(), from.inputs(), outputs, List.of());
      Set<String> bounded = new LinkedHashSet<>(inexact);
      bounded.removeAll(unbounded);
      return new ErrorBounds(
          new Program(program.name(), signature, definitions), bounded, unbounded);
    }

    private void bound(Definition definition, ScalarErrors scalars) {
      String before = definition.name() + ".carried";
      TensorType type = new TensorType(ScalarErrors.TYPE, definition.type().extents());
      Definition carried = new Definition(before, type, carried(definition.body(), scalars));
      scalars.lookAtPositions(definition.body());
      if (scalars.isLost() || !definition.type().dtype().part().isFloat()) {
        unbounded.add(definition.name());
        return;
      }
      definitions.add(carried);
      Definition stored = stored(definition, carried, scalars);
      definitions.add(stored);
      errors.put(stored.name(), stored.type());
    }

    /// The errors of all points, reduced as the values are.
    private static Body carried(Body body, ScalarErrors scalars) {
      return switch (body) {
        case Body.Accumulate(Projection projection, List<Contraction> terms) -> {
          List<Contraction> errors = new ArrayList<>();
          IndexExpr count = IndexExpr.Constant.ZERO;
          for (Contraction term : terms) {
            count = count.plus(points(term.axes()));
          }
          for (Contraction term : terms) {
            Scalar error = scalars.reduced(projection, term.joined(), count);
            errors.add(
                new Contraction(
                    term.axes(), term.guards(), term.write(), term.join(), List.of(error)));
          }
          yield new Body.Accumulate(reduction(projection), errors);
        }
        case Body.Scan(var projection, int axis, List<Axis> axes, Scalar operand) -> {
          Scalar error = scalars.reduced(projection, operand, axes.get(axis).extent());
          yield new Body.Scan(reduction(projection), axis, axes, error);
        }
        case Body.Derivative _, Body.Iterate _ ->
            throw new IllegalArgumentException(body.toString());
      };
    }

    private static IndexExpr points(List<Axis> axes) {
      IndexExpr points = IndexExpr.Constant.ONE;
      for (Axis axis : axes) {
        points = points.times(axis.extent());
      }
      return points;
    }

    private static Projection reduction(Projection projection) {
      return switch (projection) {
        case SUM, LOG_SUM_EXP, PRODUCT -> Projection.SUM;
        case MAX, MIN, ANY, ALL, XOR -> Projection.MAX;
      };
    }

    /// The error after the conversion to the storage type.
    private static Definition stored(
        Definition definition, Definition carried, ScalarErrors scalars) {
      List<Axis> axes = new ArrayList<>();
      for (int axis = 0; axis < definition.type().rank(); axis++) {
        axes.add(new Axis("axis" + axis, definition.type().extents().get(axis)));
      }
      List<IndexExpr> here = axes.stream().map(Axis::variable).toList();
      Scalar error = new Scalar.Read(carried.name(), ScalarErrors.TYPE, here);
      Scalar value = new Scalar.Read(definition.name(), definition.type().dtype(), here);
      Scalar all = scalars.rounded(error, value, definition.type().dtype(), 1);
      Contraction term =
          new Contraction(
              axes, List.of(), here, org.einkorn.ir.algebra.BinaryOp.MULTIPLY, List.of(all));
      return new Definition(
          definition.name() + SUFFIX,
          carried.type(),
          new Body.Accumulate(Projection.SUM, List.of(term)));
    }
  }
}
