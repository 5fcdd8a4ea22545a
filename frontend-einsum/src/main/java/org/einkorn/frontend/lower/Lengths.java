package org.einkorn.frontend.lower;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.einkorn.ir.expr.Heights;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.runtime.DType;

/// Keeps scalars short, however long the sums and products of a program are.
///
/// `a + b + c + …` nests to the left: each sign is a node above all before it, and nodes may nest
/// [Heights#MAX] deep only. So what has grown to [#MAX_HEIGHT] is stored as a definition of its
/// own, of the type it is computed in, and the expression goes on from there: the same operations
/// in the same order, with the same bits.
final class Lengths {
  /// What surrounds an expression later, the join and the projection, adds to this.
  private static final int MAX_HEIGHT = 100;

  private final Emitter emitter;
  private final Temporaries temporaries;
  private final Heights heights = new Heights();

  /// What has to be true for the current expression to be evaluated, outermost last.
  private final Deque<Scalar> conditions = new ArrayDeque<>();

  Lengths(Emitter emitter, Temporaries temporaries) {
    this.emitter = emitter;
    this.temporaries = temporaries;
  }

  /// Makes a value that is evaluated only where `condition` holds.
  Scalar where(Scalar condition, Supplier<Scalar> make) {
    conditions.push(condition);
    Scalar value = make.get();
    conditions.pop();
    return value;
  }

  /// `value` as a part of another, or a read of where it is stored if it has grown high.
  Scalar part(Scalar value, Emitter.Points points) {
    if (!value.type().isCompute() || heights.of(value) < MAX_HEIGHT) {
      return value;
    }
    Scalar stored = value;
    for (Scalar condition : conditions) {
      stored = new Scalar.Select(condition, stored, zero(value.type()));
    }
    Set<String> used = new HashSet<>();
    Walk.ofIndices(
            part -> {
              if (part instanceof IndexExpr.Variable(String name)) {
                used.add(name);
              }
            })
        .visit(stored);
    List<String> variables = new ArrayList<>(emitter.ordered(used));
    return temporaries.keep(stored, variables, emitter.about(variables, points));
  }

  private static Scalar zero(DType type) {
    return Scalar.constant(type, 0);
  }
}
