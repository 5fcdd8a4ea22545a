package org.einkorn.passes.sparse;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Caveat;
import org.einkorn.ir.algebra.Law;
import org.einkorn.ir.algebra.LawStatus;
import org.einkorn.ir.algebra.Laws;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.Scalar;
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
  public static final long POSITIONS_PER_ENTRY = 4;

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
      Program next =
          Driver.apply(
              RuleBook.of(rule(), ReadEntries.rule(lists), LooseAxes.rule(lists, context)),
              current,
              context);
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
      Predicate<String> isTaken =
          name ->
              site.type(name).isPresent()
                  || parts.stream().anyMatch(part -> part.name().equals(name));
      switch (skip(definition, plus, term, isTaken)) {
        case Skip.Refused(String why) -> {
          return Outcome.refused(why);
        }
        case Skip.Done done -> {
          kind = kind.and(done.kind);
          skipping.add(done.term);
          parts.addAll(done.parts);
        }
      }
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

  /// What becomes of a term.
  private sealed interface Skip {
    /// It passes over zeros, or is left as it was.
    ///
    /// @param parts the definitions that it reads now
    record Done(Contraction term, Kind kind, List<Definition> parts) implements Skip {}

    record Refused(String why) implements Skip {}

    static Skip nothing(Contraction term) {
      return new Done(term, Kind.EXACT, List.of());
    }
  }

  private Skip skip(
      Definition definition, Projection plus, Contraction term, Predicate<String> isTaken) {
    if (plus == Projection.ANY) {
      return Skip.nothing(term);
    }
    double zero = plus.identity(term.valueType()).doubleValue();
    Set<Scalar> conditions = new LinkedHashSet<>();
    List<Scalar> factors = new ArrayList<>();
    for (Scalar operand : term.operands()) {
      Optional<SparseTerm.Source> source = source(operand, term);
      if (source.isEmpty() || source.get().list().background() != zero) {
        factors.add(operand);
        continue;
      }
      Listed list = source.get().list();
      OptionalLong ratio = Lists.positionsPerEntry(list, context::size);
      if (ratio.isPresent() && ratio.getAsLong() < POSITIONS_PER_ENTRY) {
        return new Skip.Refused(
            "`%s` has %d positions for each entry; going through entries pays from %d"
                .formatted(list.name(), ratio.getAsLong(), POSITIONS_PER_ENTRY));
      }
      conditions.add(list.differs(source.get().read()));
      boolean isOne =
          term.join() == BinaryOp.MULTIPLY
              && list.type().dtype() == DType.BOOL
              && term.valueType() != DType.BOOL;
      if (!isOne) {
        factors.add(operand);
      }
    }
    if (conditions.isEmpty()) {
      return Skip.nothing(term);
    }
    SplitFactors.Product product = new SplitFactors.Product(term, List.copyOf(conditions), factors);
    if (term.operands().size() == 1) {
      return new Skip.Done(restricted(plus, product), Kind.EXACT, List.of());
    }
    Optional<Laws> laws = Laws.of(plus, term.join(), term.valueType());
    if (laws.isEmpty()) {
      return Skip.nothing(term);
    }
    Optional<Kind> kind = kind(laws.get(), ((Body.Accumulate) definition.body()).isMap());
    if (kind.isEmpty()) {
      return new Skip.Refused(laws.get().why(Law.ZERO_ANNIHILATES));
    }
    SplitFactors.Split split = SplitFactors.split(definition, plus, product, isTaken);
    return new Skip.Done(
        restricted(plus, split.rest()),
        split.parts().isEmpty() ? kind.get() : kind.get().and(Kind.REASSOCIATING),
        split.parts());
  }

  /// `where(conditions, factors, 0)`
  private static Contraction restricted(Projection plus, SplitFactors.Product product) {
    Contraction term = product.term();
    DType type = term.valueType();
    Scalar value =
        product.factors().stream()
            .reduce((one, other) -> new Scalar.Binary(term.join(), one, other))
            .orElseGet(() -> Scalar.constant(type, 1));
    Scalar all =
        product.conditions().stream()
            .reduce((one, other) -> new Scalar.Binary(BinaryOp.AND, one, other))
            .orElseThrow();
    Scalar identity = Scalar.constant(type, plus.identity(type));
    return new Contraction(
        term.axes(),
        term.guards(),
        term.write(),
        term.join(),
        List.of(new Scalar.Select(all, value, identity)));
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
  static Optional<Kind> kind(Laws laws, boolean isMap) {
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
