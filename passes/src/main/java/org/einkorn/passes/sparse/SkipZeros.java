package org.einkorn.passes.sparse;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Caveat;
import org.einkorn.ir.algebra.Law;
import org.einkorn.ir.algebra.LawStatus;
import org.einkorn.ir.algebra.Laws;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Program;
import org.einkorn.passes.Pass;
import org.einkorn.passes.PassContext;
import org.einkorn.passes.rewrite.Driver;
import org.einkorn.passes.rewrite.Outcome;
import org.einkorn.passes.rewrite.Rule;
import org.einkorn.passes.rewrite.RuleBook;
import org.einkorn.passes.rewrite.Site;
import org.einkorn.passes.trace.Kind;
import org.einkorn.runtime.DType;

/// Leaves out the points of a contraction at which a listed factor is the zero of the sum.
///
/// Exact for integers and relations. With floats `0 * inf` and `0 * nan`, which are NaN, are left
/// out too, so it is a rewrite that may change what becomes of those.
public final class SkipZeros {
  /// So many positions for each entry it takes for a list to pay: to sort the entries and to follow
  /// them costs about as much as to go through these.
  static final long POSITIONS_PER_ENTRY = 4;

  public static final Pass<Program> PASS =
      new Pass<>(
          "skip-zeros",
          "goes through listed tensors entry by entry",
          (program, context) -> new SkipZeros(program, context).apply());

  private final Program program;
  private final PassContext context;
  private Lists lists;

  private SkipZeros(Program program, PassContext context) {
    this.program = program;
    this.context = context;
    this.lists = Lists.of(program);
  }

  private Program apply() {
    Program current = program;
    // A tensor becomes a sampled one when its definition is rewritten: in the order of the program.
    while (true) {
      lists = Lists.of(current);
      Program next = Driver.apply(RuleBook.of(rule(), ReadEntries.rule(lists)), current, context);
      if (next == current) {
        return current;
      }
      current = next;
    }
  }

  /// `⊕ A ⊗ e → ⊕ where(A ≠ 0, A ⊗ e, 0)`
  private Rule rule() {
    return new Rule("skip-zeros", this::step);
  }

  private Outcome step(Definition definition, Site site) {
    if (!(definition.body() instanceof Body.Accumulate(Projection plus, var terms))
        || terms.getFirst().valueType().isComplex()) {
      return Outcome.unchanged();
    }
    Kind kind = Kind.EXACT;
    List<Contraction> skipping = new ArrayList<>();
    List<Definition> parts = new ArrayList<>();
    for (Contraction term : terms) {
      Skip skip = skip(definition, term, site, parts);
      if (skip.refusal.isPresent()) {
        return Outcome.refused(skip.refusal.get());
      }
      kind = kind.and(skip.kind);
      skipping.add(skip.term);
    }
    return skipping.equals(terms)
        ? Outcome.unchanged()
        : rewritten(kind, definition, parts, new Body.Accumulate(plus, skipping));
  }

  private static Outcome rewritten(
      Kind kind, Definition definition, List<Definition> parts, Body body) {
    List<Definition> after = new ArrayList<>(parts);
    after.add(new Definition(definition.name(), definition.type(), body, definition.origin()));
    return new Outcome.Rewritten(kind, List.of(definition), after, "");
  }

  /// A term that passes over zeros, or itself.
  private record Skip(Contraction term, Kind kind, Optional<String> refusal) {}

  private Skip skip(Definition definition, Contraction term, Site site, List<Definition> parts) {
    Body.Accumulate body = (Body.Accumulate) definition.body();
    Projection plus = body.projection();
    Skip none = new Skip(term, Kind.EXACT, Optional.empty());
    if (plus == Projection.ANY) {
      return none;
    }
    double zero = plus.identity(term.valueType()).doubleValue();
    List<Scalar> conditions = new ArrayList<>();
    List<Scalar> factors = new ArrayList<>();
    for (Scalar operand : term.operands()) {
      Optional<SparseTerm.Source> source = source(operand, term);
      if (source.isEmpty() || source.get().list().background() != zero) {
        factors.add(operand);
        continue;
      }
      OptionalLong ratio = Lists.positionsPerEntry(source.get().list(), context::size);
      if (ratio.isPresent() && ratio.getAsLong() < POSITIONS_PER_ENTRY) {
        String name = source.get().list().name();
        return new Skip(
            term,
            Kind.EXACT,
            Optional.of(
                "`%s` has %d positions for each entry; going through entries pays from %d"
                    .formatted(name, ratio.getAsLong(), POSITIONS_PER_ENTRY)));
      }
      Scalar condition = source.get().list().differs(source.get().read());
      if (!conditions.contains(condition)) {
        conditions.add(condition);
      }
      boolean isOne =
          term.join() == BinaryOp.MULTIPLY
              && source.get().read().type() == DType.BOOL
              && term.valueType() != DType.BOOL;
      if (!isOne) {
        factors.add(operand);
      }
    }
    if (conditions.isEmpty()) {
      return none;
    }
    Kind kind = Kind.EXACT;
    List<Axis> axes = term.axes();
    if (term.operands().size() > 1) {
      Optional<Laws> laws = Laws.of(plus, term.join(), term.valueType());
      if (laws.isEmpty()) {
        return none;
      }
      Optional<Kind> found = kind(laws.get(), body.isMap());
      if (found.isEmpty()) {
        return new Skip(term, Kind.EXACT, Optional.of(laws.get().why(Law.ZERO_ANNIHILATES)));
      }
      kind = found.get();
      int before = parts.size();
      axes = new SplitFactors(definition, term, plus, site, conditions, factors, parts).run();
      kind = parts.size() > before ? kind.and(Kind.REASSOCIATING) : kind;
    }
    if (factors.isEmpty()) {
      factors.add(Scalar.constant(term.valueType(), 1));
    }
    Scalar value =
        new Contraction(term.axes(), term.guards(), term.write(), term.join(), factors).joined();
    Scalar all =
        conditions.stream()
            .reduce((one, other) -> new Scalar.Binary(BinaryOp.AND, one, other))
            .orElseThrow();
    Scalar identity = Scalar.constant(term.valueType(), plus.identity(term.valueType()));
    return new Skip(
        new Contraction(
            axes,
            term.guards(),
            term.write(),
            term.join(),
            List.of(new Scalar.Select(all, value, identity))),
        kind,
        Optional.empty());
  }

  private Optional<SparseTerm.Source> source(Scalar operand, Contraction term) {
    Scalar inner = operand instanceof Scalar.Cast(var type, Scalar of) ? of : operand;
    return inner instanceof Scalar.Read read
        ? lists
            .of(read.tensor())
            .filter(list -> list.isReadPlainly(read, term.axes()))
            .map(list -> new SparseTerm.Source(read, list))
        : Optional.empty();
  }

  /// What kind of rewrite the law makes it; nothing where it fails.
  ///
  /// Zeros of either sign leave a sum as it is, since it starts at +0.0: that a factor is negative
  /// is no matter there. Where nothing is summed, the sign of a zero may change.
  private static Optional<Kind> kind(Laws laws, boolean isMap) {
    LawStatus status = laws.status(Law.ZERO_ANNIHILATES);
    if (laws.zero().doubleValue() == 0) {
      boolean isExact = status instanceof LawStatus.Holds();
      status = status.without(Set.of(Caveat.NEGATIVE));
      if (isMap && !isExact && status instanceof LawStatus.Holds()) {
        return Optional.of(Kind.REASSOCIATING);
      }
    }
    return switch (status) {
      case LawStatus.Holds() -> Optional.of(Kind.EXACT);
      case LawStatus.Fails _ -> Optional.empty();
      case LawStatus.Unless(Set<Caveat> caveats) -> kind(caveats);
      case LawStatus.Reassociates(Set<Caveat> caveats) -> kind(caveats);
    };
  }

  private static Optional<Kind> kind(Set<Caveat> caveats) {
    return caveats.contains(Caveat.ZERO) || caveats.contains(Caveat.NEGATIVE)
        ? Optional.empty()
        : Optional.of(Kind.REASSOCIATING);
  }
}
