package org.einkorn.passes.normalize;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Caveat;
import org.einkorn.ir.algebra.Law;
import org.einkorn.ir.algebra.Laws;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.passes.rewrite.Expressions;
import org.einkorn.passes.rewrite.Maps;
import org.einkorn.passes.rewrite.Outcome;
import org.einkorn.passes.rewrite.Ranges;
import org.einkorn.passes.rewrite.Rule;
import org.einkorn.passes.rewrite.Signs;
import org.einkorn.passes.rewrite.Site;
import org.einkorn.passes.rewrite.Substitution;
import org.einkorn.runtime.DType;

/// Merges a contraction into the only contraction that reads it.
///
/// The operands of the two stand side by side, the symbols of the inner one are renamed apart, and
/// its written position is made equal to the position that the outer one reads (see [SymbolGraph]).
/// What each step needs:
///
/// | where | law |
/// |---|---|
/// | the inner product stands among other operands, not first | ⊗ associates |
/// | the inner contraction reduces, and there are other operands | ⊗ distributes over ⊕ |
/// | both reduce | ⊕ associates |
/// | some inner element may be combined from nothing | zero annihilates, and is neutral |
///
/// The element is stored in between in its own type; where that rounds, leaving it out is a change
/// of rounding. Integers overflow on the way or do not: both forms must surely not.
final class Denest {
  /// `Y[w] = ⊕ₐ X ⊗ T[e], T[v] = ⊕ᵣ A ⊗ B → Y[w] = ⊕ₐ ⊕ᵣ X ⊗ A ⊗ B where v = e`
  static final Rule RULE = new Rule("denest", Denest::apply);

  private final Site site;
  private final Definition outer;
  private final Body.Accumulate outerBody;
  private final int termNumber;
  private final Contraction outerTerm;
  private final int place;
  private final Scalar.Read read;
  private final Definition inner;
  private final Body.Accumulate innerBody;
  private final Contraction innerTerm;
  private final boolean isInnerMap;

  private Denest(
      Site site,
      Definition outer,
      Body.Accumulate outerBody,
      int termNumber,
      int place,
      Scalar.Read read,
      Definition inner) {
    this.site = site;
    this.outer = outer;
    this.outerBody = outerBody;
    this.termNumber = termNumber;
    this.outerTerm = outerBody.terms().get(termNumber);
    this.place = place;
    this.read = read;
    this.inner = inner;
    this.innerBody = (Body.Accumulate) inner.body();
    this.innerTerm = innerBody.terms().getFirst();
    this.isInnerMap = Maps.whole(inner).isPresent();
  }

  private static Outcome apply(Definition definition, Site site) {
    Outcome last = Outcome.unchanged();
    if (!(definition.body() instanceof Body.Accumulate body)) {
      return last;
    }
    for (int number = 0; number < body.terms().size(); number++) {
      List<Scalar> operands = body.terms().get(number).operands();
      for (int place = 0; place < operands.size(); place++) {
        Optional<Scalar.Read> read = Shapes.element(operands.get(place));
        Optional<Definition> inner =
            read.map(Scalar.Read::tensor)
                .filter(name -> site.reads(name) == 1 && !site.isKept(name))
                .flatMap(site::definition)
                .filter(some -> Shapes.onlyTerm(some).isPresent());
        if (inner.isPresent()) {
          Outcome outcome =
              new Denest(site, definition, body, number, place, read.get(), inner.get()).merge();
          if (outcome instanceof Outcome.Rewritten) {
            return outcome;
          }
          last = outcome instanceof Outcome.Refused ? outcome : last;
        }
      }
    }
    return last;
  }

  private boolean hasOthers() {
    return outerTerm.operands().size() > 1;
  }

  private boolean isInnerProduct() {
    return innerTerm.operands().size() > 1;
  }

  /// Whether elements of the inner tensor may be combined from nothing.
  private boolean mayBeEmpty() {
    return !isInnerMap && !Shapes.fillsAll(innerTerm, inner.type());
  }

  private BinaryOp join() {
    return hasOthers() ? outerTerm.join() : innerTerm.join();
  }

  private Projection projection() {
    return isInnerMap ? outerBody.projection() : innerBody.projection();
  }

  private Outcome merge() {
    if (!fitsTogether() || !paysOff()) {
      return Outcome.unchanged();
    }
    Optional<Contraction> merged = contraction();
    if (merged.isEmpty()) {
      return Outcome.unchanged();
    }
    Judgement judgement = new Judgement();
    judgeStorage(judgement, merged.get());
    judgeLaws(judgement, merged.get());
    if (!isReadOnce() || reducesInside()) {
      judgeSplitting(judgement, merged.get());
    }
    Definition result =
        Shapes.withBody(
            outer,
            new Body.Accumulate(
                outerBody.isMap() ? projection() : outerBody.projection(), replaced(merged.get())));
    return judgement.outcome(List.of(inner, outer), result);
  }

  private List<Contraction> replaced(Contraction merged) {
    List<Contraction> terms = new ArrayList<>(outerBody.terms());
    terms.set(termNumber, merged);
    return terms;
  }

  /// Whether both use the same operations, in types of one kind, on positions that data do not
  /// decide.
  private boolean fitsTogether() {
    DType from = innerTerm.valueType();
    DType to = outerTerm.valueType();
    boolean isWider =
        from == to
            || from == DType.F32 && to == DType.F64
            || from == DType.C64 && to == DType.C128
            || from == DType.I32 && to == DType.I64;
    boolean isStoredAlike =
        inner.type().dtype() == from
            || from.isFloat() && inner.type().dtype().isFloat()
            || from.isComplex() && inner.type().dtype().isComplex()
            || from.isInteger() && inner.type().dtype().isInteger();
    if (!isWider || !isStoredAlike) {
      return false;
    }
    if (hasOthers() && isInnerProduct() && innerTerm.join() != outerTerm.join()) {
      return false;
    }
    if (!isInnerMap && innerBody.projection() != outerBody.projection()) {
      boolean isOuterFree = outerBody.isMap() && Maps.whole(outer).isPresent();
      if (!isOuterFree) {
        return false;
      }
    }
    // A position from data says, when it is wrong, which tensor it is a position of.
    return !Expressions.fetches(innerTerm.guards())
        && innerTerm.write().stream().noneMatch(Expressions::fetches)
        && read.indices().stream().noneMatch(Expressions::fetches);
  }

  /// Whether nothing costly is computed more often than before.
  ///
  /// What the inner contraction multiplies may be multiplied more often: the pass that orders
  /// contractions chooses anew. Where it may not, no point must be added.
  private boolean paysOff() {
    boolean isReadOnce = isReadOnce();
    boolean isCheap = innerTerm.operands().stream().allMatch(Expressions::isAtom);
    boolean isCopy = isInnerMap && !isInnerProduct() && isCheap;
    boolean isOrdered =
        site.context().mayReassociate() || !rounds(outerTerm.valueType()) || !hasOthers();
    return isCopy
        || (isCheap || isReadOnce && !isInnerMap) && (isOrdered || isInnerMap && isReadOnce);
  }

  private static boolean rounds(DType type) {
    return type.isFloat() || type.isComplex();
  }

  /// Whether the outer contraction reads each element in one of its points.
  private boolean isReadOnce() {
    Set<String> mentioned = new HashSet<>();
    read.indices().forEach(index -> mentioned.addAll(Expressions.variables(index)));
    return outerTerm.axes().stream().allMatch(axis -> mentioned.contains(axis.name()));
  }

  // ---- the merged contraction

  private Optional<Contraction> contraction() {
    Substitution apart = renamedApart();
    List<Axis> innerAxes =
        innerTerm.axes().stream()
            .map(axis -> new Axis(name(apart.apply(axis.variable())), axis.extent()))
            .toList();
    List<Axis> axes = new ArrayList<>(outerTerm.axes());
    axes.addAll(innerAxes);
    Set<String> written = new HashSet<>();
    outerTerm.write().forEach(index -> written.addAll(Expressions.variables(index)));
    Set<String> first = new HashSet<>();
    innerAxes.forEach(axis -> first.add(axis.name()));
    SymbolGraph graph = new SymbolGraph(axes, written, first);
    for (int axis = 0; axis < read.indices().size(); axis++) {
      Optional<IndexExpr> bound = Optional.of(inner.type().extents().get(axis));
      IndexExpr position = apart.apply(innerTerm.write().get(axis));
      if (!graph.equate(position, read.indices().get(axis), bound)) {
        return Optional.empty();
      }
    }
    Substitution solved = graph.substitution();
    List<Scalar> operands = new ArrayList<>(solved.operands(outerTerm.operands()));
    operands.remove(place);
    DType type = outerTerm.valueType();
    operands.addAll(
        place,
        solved.operands(apart.operands(innerTerm.operands())).stream()
            .map(operand -> Scalar.cast(type, operand))
            .toList());
    List<Guard> guards = new ArrayList<>(solved.guards(outerTerm.guards()));
    guards.addAll(graph.guards());
    guards.addAll(solved.guards(apart.guards(innerTerm.guards())));
    return Optional.of(
        new Contraction(
            graph.axes(),
            Shapes.needed(guards, graph.axes()),
            solved.positions(outerTerm.write()),
            join(),
            operands));
  }

  /// New names for those symbols of the inner contraction that the outer one has too.
  private Substitution renamedApart() {
    Set<String> taken = new LinkedHashSet<>();
    outerTerm.axes().forEach(axis -> taken.add(axis.name()));
    Map<String, IndexExpr> names = new HashMap<>();
    for (Axis axis : innerTerm.axes()) {
      String name = axis.name();
      for (int number = 1; !taken.add(name); number++) {
        name = axis.name() + "." + number;
      }
      names.put(axis.name(), IndexExpr.variable(name));
    }
    return new Substitution(names);
  }

  private static String name(IndexExpr variable) {
    return ((IndexExpr.Variable) variable).name();
  }

  // ---- what it may be called

  /// What the type does that the inner tensor is stored in.
  private void judgeStorage(Judgement judgement, Contraction merged) {
    DType value = innerTerm.valueType();
    DType stored = inner.type().dtype();
    DType combined = isInnerMap ? value : innerBody.projection().accumulator(value);
    if (stored == combined && value == outerTerm.valueType()) {
      return;
    }
    if (rounds(value)) {
      boolean isKept = isCopyOfReduction() && stored == outer.type().dtype();
      if (!isKept && (stored != combined || value != outerTerm.valueType())) {
        judgement.rounds();
      }
    } else if (value.isInteger()) {
      if (neverOverflows(merged)) {
        judgement.needs("never is it that " + Caveat.OUT_OF_RANGE.text());
      } else {
        judgement.refuse(
            "`%s` is stored as %s, and values of its equation may be no %s: that would go unseen"
                .formatted(inner.name(), stored, stored));
      }
    }
  }

  /// `Y[i] = T[i]`: the one conversion at the end is the same.
  private boolean isCopyOfReduction() {
    return !hasOthers()
        && outerBody.isMap()
        && innerTerm.valueType() == outerTerm.valueType()
        && !mayBeEmpty();
  }

  private void judgeLaws(Judgement judgement, Contraction merged) {
    boolean moves = hasOthers() && isInnerProduct() && place > 0;
    boolean distributes = hasOthers() && !isInnerMap && reducesInside();
    boolean nests = !isInnerMap && !outerBody.isMap();
    boolean starts = mayBeEmpty();
    if (!moves && !distributes && !nests && !starts) {
      return;
    }
    BinaryOp times = hasOthers() || isInnerProduct() ? join() : anyJoin();
    Optional<Laws> known = Laws.of(projection(), times, outerTerm.valueType());
    if (known.isEmpty()) {
      judgement.refuse("no laws are known of `" + times.text() + "` as a join");
      return;
    }
    Laws laws = known.get();
    Set<Caveat> absent = absent(merged);
    if (moves) {
      judgement.uses(laws, Law.TIMES_ASSOCIATES, absent);
    }
    if (distributes) {
      judgement.uses(laws, Law.LEFT_DISTRIBUTES, absent);
      judgement.uses(laws, Law.RIGHT_DISTRIBUTES, absent);
    }
    if (nests) {
      judgement.uses(laws, Law.PLUS_ASSOCIATES, absent);
      judgement.uses(laws, Law.PLUS_COMMUTES, absent);
    }
    if (starts) {
      if (hasOthers()) {
        judgement.uses(laws, Law.ZERO_ANNIHILATES, absent);
      }
      judgement.uses(laws, Law.ZERO_IS_NEUTRAL, absent);
    }
  }

  /// The merged contraction has more points than the two had. It must be one that can be split
  /// again, in whatever order is best, so that nothing is lost.
  private void judgeSplitting(Judgement judgement, Contraction merged) {
    if (merged.operands().size() == 1) {
      return;
    }
    Optional<Laws> laws = Laws.of(projection(), merged.join(), merged.valueType());
    if (laws.isEmpty()) {
      judgement.refuse("no laws are known of `" + merged.join().text() + "` as a join");
      return;
    }
    Signs signs = new Signs(site);
    Set<Caveat> absent = EnumSet.of(Caveat.OUT_OF_RANGE);
    if (merged.operands().stream().allMatch(signs::isNonNegative)) {
      absent.add(Caveat.NEGATIVE_FACTOR);
    }
    Judgement splitting = new Judgement();
    splitting.uses(laws.get(), Law.TIMES_ASSOCIATES, absent);
    splitting.uses(laws.get(), Law.LEFT_DISTRIBUTES, absent);
    boolean isFilled =
        merged.guards().isEmpty()
            && merged.axes().stream()
                .filter(axis -> merged.reducedAxes().contains(axis.name()))
                .allMatch(axis -> Shapes.isSurelyPositive(axis.extent()));
    if (!isFilled) {
      splitting.uses(laws.get(), Law.ZERO_ANNIHILATES, absent);
    }
    splitting.refusal().ifPresent(judgement::refuse);
  }

  private boolean reducesInside() {
    return !innerTerm.reducedAxes().isEmpty() || !innerTerm.writesPlainAxes();
  }

  /// A join that the type has, where none is used and only the laws of ⊕ are asked for.
  private BinaryOp anyJoin() {
    DType type = outerTerm.valueType();
    return type == DType.BOOL
        ? BinaryOp.AND
        : type.isComplex() ? BinaryOp.MULTIPLY : BinaryOp.MINIMUM;
  }

  private Set<Caveat> absent(Contraction merged) {
    Set<Caveat> absent = EnumSet.noneOf(Caveat.class);
    if (outerTerm.valueType().isInteger() && neverOverflows(merged)) {
      absent.add(Caveat.OUT_OF_RANGE);
    }
    Signs signs = new Signs(site);
    List<Scalar> others = new ArrayList<>(outerTerm.operands());
    others.remove(place);
    if (others.stream().allMatch(signs::isNonNegative)) {
      absent.add(Caveat.NEGATIVE_FACTOR);
    }
    return absent;
  }

  /// Whether neither form can leave the types of its integers.
  private boolean neverOverflows(Contraction merged) {
    Ranges plain = new Ranges(Map.of());
    Optional<Ranges.Range> element = plain.result(innerBody.projection(), isInnerMap, innerTerm);
    Optional<Ranges.Range> fits =
        element.filter(range -> range.isIn(Ranges.of(inner.type().dtype()).orElseThrow()));
    if (fits.isEmpty() || outerBody.terms().size() > 1) {
      return false;
    }
    Ranges refined = new Ranges(Map.of(inner.name(), fits.get()));
    boolean isMergedMap = outerBody.isMap() && isInnerMap;
    return refined.result(outerBody.projection(), outerBody.isMap(), outerTerm).isPresent()
        && plain.result(projection(), isMergedMap, merged).isPresent();
  }
}
