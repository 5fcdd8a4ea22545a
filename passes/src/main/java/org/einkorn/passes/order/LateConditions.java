package org.einkorn.passes.order;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.tensor.Contraction;

/// The conditions of a rule that compare positions of different atoms: `x != w` in `R(x, w) <- A(x,
/// y), B(y, z), C(z, w)`.
///
/// Such a condition is no factor to begin with: joined to one atom it makes nearly all positions of
/// the axis that the atom lacks. It waits until the atoms are joined, of which the axes that it
/// compares are kept up to then:
///
/// ```text
/// any over y, z of A ∧ B ∧ C ∧ P[x, z] = any over z of (any over y of A ∧ B ∧ C) ∧ P[x, z]
/// ```
///
/// @param rest the rule without them, which writes the axes that they compare as well
/// @param conditions what waits
/// @param write where the rule writes
record LateConditions(Contraction rest, List<Scalar> conditions, List<IndexExpr> write) {
  LateConditions {
    conditions = List.copyOf(conditions);
    write = List.copyOf(write);
  }

  /// The conditions that wait, if there are any and atoms to be joined before.
  static Optional<LateConditions> of(Projection projection, Contraction term) {
    boolean isRule =
        projection == Projection.ANY
            && term.join() == BinaryOp.AND
            && term.isConjunction()
            && term.writesPlainAxes();
    if (!isRule) {
      return Optional.empty();
    }
    List<Scalar> atoms = term.operands().stream().filter(LateConditions::reads).toList();
    List<Scalar> early = new ArrayList<>();
    List<Scalar> late = new ArrayList<>();
    for (Scalar operand : term.operands()) {
      boolean waits =
          !reads(operand)
              && atoms.stream()
                  .noneMatch(atom -> Walk.variables(atom).containsAll(Walk.variables(operand)));
      (waits ? late : early).add(operand);
    }
    Set<String> joined = new HashSet<>();
    early.forEach(operand -> joined.addAll(Walk.variables(operand)));
    Set<String> compared = new LinkedHashSet<>();
    late.forEach(operand -> compared.addAll(Walk.variables(operand)));
    if (late.isEmpty() || atoms.isEmpty() || !joined.containsAll(compared)) {
      return Optional.empty();
    }
    List<IndexExpr> write = new ArrayList<>(term.write());
    for (String axis : compared) {
      IndexExpr kept = IndexExpr.variable(axis);
      if (!write.contains(kept)) {
        write.add(kept);
      }
    }
    Contraction rest = new Contraction(term.axes(), term.guards(), write, BinaryOp.AND, early);
    return Optional.of(new LateConditions(rest, late, term.write()));
  }

  private static boolean reads(Scalar operand) {
    boolean[] found = {false};
    Walk.ofScalars(part -> found[0] |= part instanceof Scalar.Read).visit(operand);
    return found[0];
  }

  /// The last step of the rule, from that of the rest.
  Contraction restoredTo(Contraction last) {
    List<Scalar> operands = new ArrayList<>(last.operands());
    operands.addAll(conditions);
    return new Contraction(last.axes(), last.guards(), write, BinaryOp.AND, operands);
  }
}
