package org.einkorn.passes.factor;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.integer.Assumptions;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.passes.Pass;
import org.einkorn.passes.rewrite.Digits;
import org.einkorn.passes.rewrite.Driver;
import org.einkorn.passes.rewrite.Maps;
import org.einkorn.passes.rewrite.Outcome;
import org.einkorn.passes.rewrite.Rule;
import org.einkorn.passes.rewrite.RuleBook;
import org.einkorn.passes.sparse.EntryAxes;
import org.einkorn.passes.sparse.Lists;
import org.einkorn.passes.trace.Kind;

/// Makes loops of the digits of an axis, where factors read different digits: what a Kronecker
/// product is made of. The factors can then be applied one after the other, `A X Bᵀ`, as Van Loan,
/// *The ubiquitous Kronecker product* (2000), has it.
///
/// Points are visited in the order they were: no bit changes. A result whose own axis has digits is
/// stored with an axis for each, and read through for the result.
public final class FactorKronecker {
  /// `Y[i] = Σⱼ A[i / m, j / n] · B[i mod m, j mod n] · x[j] → T[h, l] = Σₚ Σᵩ A[h, p] · B[l, q] ·
  /// x[n p + q], Y[i] = T[i / m, i mod m]`
  ///
  /// @param lists what is gone through entry by entry
  private static Rule rule(Lists lists) {
    return new Rule(
        "kronecker-factor", (definition, site) -> apply(definition, new EntryAxes(lists, site)));
  }

  public static final Pass<Program> PASS =
      new Pass<>(
          "factor",
          "makes loops of the digits of an axis that factors read apart",
          (program, context) ->
              Driver.apply(RuleBook.of(rule(Lists.of(program))), program, context));

  private FactorKronecker() {}

  private static Outcome apply(Definition definition, EntryAxes entries) {
    if (!(definition.body() instanceof Body.Accumulate(var projection, List<Contraction> terms))
        || terms.size() != 1
        || terms.getFirst().reducedAxes().isEmpty()
        || !terms.getFirst().writesPlainAxes()) {
      return Outcome.unchanged();
    }
    Contraction term = terms.getFirst();
    Split split = new Split(term, definition.type().extents(), entries.of(term));
    while (split.step()) {}
    if (!split.pays(term)) {
      return Outcome.unchanged();
    }
    Body body = new Body.Accumulate(projection, List.of(split.term));
    if (split.extents.equals(definition.type().extents())) {
      return Outcome.rewritten(
          Kind.EXACT,
          definition,
          new Definition(definition.name(), definition.type(), body, definition.origin()));
    }
    Definition digits =
        new Definition(
            entries.site().free(definition.name() + ".digits"),
            new TensorType(definition.type().dtype(), split.extents),
            body,
            definition.origin());
    return new Outcome.Rewritten(
        Kind.EXACT, List.of(definition), List.of(digits, split.joined(definition, digits)), "");
  }

  /// A term whose axes are split one by one.
  private static final class Split {
    private Contraction term;
    private List<IndexExpr> extents;

    /// Where an element of the definition lies in the axes that there are now.
    private List<IndexExpr> places = new ArrayList<>();

    private final List<Axis> whole = new ArrayList<>();
    private Assumptions inWhole = Assumptions.NONE;

    /// Axes that are not split.
    private final Set<String> fixed;

    /// @param extents of the definition
    Split(Contraction term, List<IndexExpr> extents, Set<String> fixed) {
      this.term = term;
      this.extents = extents;
      this.fixed = fixed;
      for (int number = 0; number < extents.size(); number++) {
        Axis axis = new Axis("axis" + number, extents.get(number));
        whole.add(axis);
        places.add(axis.variable());
        inWhole = inWhole.with(axis.name(), axis.extent());
      }
    }

    /// Splits an axis whose digits are read apart, if there is one.
    boolean step() {
      for (Axis axis : term.axes()) {
        if (fixed.contains(axis.name())) {
          continue;
        }
        int place = term.write().indexOf(axis.variable());
        Optional<Digits> digits = Digits.of(axis, term);
        if (digits.isPresent() && (place < 0 || extents.get(place).equals(axis.extent()))) {
          split(digits.get(), place);
          return true;
        }
      }
      return false;
    }

    /// Whether there is an order of factors to choose now: a sum was taken apart, or there are more
    /// than two of them.
    boolean pays(Contraction before) {
      return !term.equals(before)
          && (term.operands().size() > 2
              || term.reducedAxes().size() > before.reducedAxes().size());
    }

    private void split(Digits digits, int place) {
      Contraction apart = digits.apply(term);
      List<IndexExpr> write = new ArrayList<>(term.write());
      if (place >= 0) {
        write.set(place, digits.high().variable());
        write.add(place + 1, digits.low().variable());
        List<IndexExpr> longer = new ArrayList<>(extents);
        longer.set(place, digits.high().extent());
        longer.add(place + 1, digits.base());
        extents = longer;
        IndexExpr at = places.get(place);
        List<IndexExpr> more = new ArrayList<>(places);
        more.set(place, inWhole.simplify(new IndexExpr.FloorDiv(at, digits.base())));
        more.add(place + 1, inWhole.simplify(new IndexExpr.FloorMod(at, digits.base())));
        places = more;
      }
      term = new Contraction(apart.axes(), apart.guards(), write, apart.join(), apart.operands());
    }

    /// The definition, read from the one that has an axis for each digit.
    Definition joined(Definition definition, Definition digits) {
      Scalar.Read read = new Scalar.Read(digits.name(), digits.type().dtype(), places);
      return Maps.of(definition, whole, read);
    }
  }
}
