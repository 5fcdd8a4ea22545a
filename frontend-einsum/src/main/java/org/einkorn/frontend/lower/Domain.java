package org.einkorn.frontend.lower;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.einkorn.frontend.check.Extents;
import org.einkorn.frontend.check.Linear;
import org.einkorn.frontend.check.Problem;
import org.einkorn.frontend.check.Ranges;
import org.einkorn.frontend.syntax.Tree;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.source.Origin;
import org.jspecify.annotations.Nullable;

/// Finds how far each index of an equation runs.
///
/// A direct use `X[i]` fixes an index to its axis. An index that occurs in index functions only
/// gets the largest extent for which no read passes the end of its axis, whatever the other indices
/// are: `X − DX + 1` for `Image[x+dx] Filter[dx]`. Reads before the beginning never bound an index;
/// they are left out point by point.
final class Domain {
  private final Context context;
  private final Frame frame;
  private final Map<String, IndexExpr> solved = new HashMap<>();
  private final Map<String, Frame.Site> reasons = new HashMap<>();
  private final Set<String> fixed = new LinkedHashSet<>();
  private final Set<String> reported = new LinkedHashSet<>();

  private Domain(Context context, Frame frame) {
    this.context = context;
    this.frame = frame;
  }

  /// Solves for all variables of the frame; complaints go to the context.
  ///
  /// @param declared extents that a left side gives its plain indices
  /// @param optional what a left side's axes are if nothing else bounds an index
  static void solve(
      Context context,
      Frame frame,
      Map<String, Frame.Site> declared,
      Map<String, IndexExpr> optional,
      Tree.Head head) {
    new Domain(context, frame).run(declared, optional, head);
  }

  private void run(
      Map<String, Frame.Site> declared, Map<String, IndexExpr> optional, Tree.Head head) {
    frame.bounds().forEach((name, extent) -> solved.put(name, context.extents.resolve(extent)));
    fixed.addAll(frame.bounds().keySet());
    Map<String, Frame.Site> all = new HashMap<>(frame.fixed());
    all.putAll(declared);
    all.forEach(
        (name, site) -> {
          direct(name, site);
          fixed.add(name);
        });
    for (Frame.Site site : sites(false)) {
      variableOf(site.position()).ifPresent(name -> direct(name, site));
    }
    frame.groups().forEach(this::group);
    shrink();
    boundByFunctions(sites(false), Set.of());
    boundByRecursion();
    boundByKept(optional.keySet());
    for (Frame.Variable variable : frame.variables()) {
      IndexExpr extent = solved.get(variable.name());
      if (extent == null) {
        extent = optional.get(variable.name());
      }
      if (extent == null && frame.isUnit(variable.name())) {
        extent = IndexExpr.Constant.ONE;
      }
      if (extent == null) {
        if (reported.add(variable.written())) {
          unknown(variable, head);
        }
        extent = IndexExpr.Constant.ONE;
      }
      if (!context.extents.unify(variable.extent(), extent) && reported.add(variable.written())) {
        unknown(variable, head);
      }
    }
  }

  /// The positions on axes of recurrences, or all others.
  private List<Frame.Site> sites(boolean moving) {
    return frame.sites().stream()
        .filter(site -> context.isMoving(site.tensor(), site.axis()) == moving)
        .toList();
  }

  private void boundByFunctions(List<Frame.Site> sites, Set<String> except) {
    boolean progress = true;
    while (progress) {
      progress = false;
      for (Frame.Variable variable : frame.variables()) {
        if (!solved.containsKey(variable.name()) && !except.contains(variable.name())) {
          progress |= bound(variable, sites);
        }
      }
    }
  }

  /// An index that is only read where a condition keeps it inside, as in `where(i < 5, X[i], 0)`:
  /// it runs over the axis, however long that is.
  private void boundByKept(Set<String> optional) {
    List<Frame.Site> kept =
        frame.keptSites().stream()
            .filter(site -> !context.isMoving(site.tensor(), site.axis()))
            .toList();
    if (kept.isEmpty()) {
      return;
    }
    Set<String> others = new LinkedHashSet<>(optional);
    frame.variables().forEach(each -> addUnit(each.name(), others));
    Set<String> before = Set.copyOf(solved.keySet());
    for (Frame.Site site : kept) {
      variableOf(site.position())
          .filter(name -> !before.contains(name) && !others.contains(name))
          .ifPresent(name -> direct(name, site));
    }
    List<Frame.Site> all = new ArrayList<>(sites(false));
    all.addAll(kept);
    boundByFunctions(all, others);
  }

  private void addUnit(String name, Set<String> units) {
    if (frame.isUnit(name)) {
      units.add(name);
    }
  }

  /// An index that only tensors bound that are being defined: it runs as far as all stays inside
  /// them, if they are declared.
  private void boundByRecursion() {
    List<Frame.Site> known =
        sites(true).stream()
            .filter(
                site ->
                    Extents.symbols(context.extents.resolve(site.extent())).stream()
                        .noneMatch(Extents::isUnknown))
            .toList();
    for (Frame.Variable variable : frame.variables()) {
      if (!solved.containsKey(variable.name())) {
        bound(variable, known);
      }
    }
  }

  private void unknown(Frame.Variable variable, Tree.Head head) {
    context.report(
        new Problem.UnknownExtent(
            variable.written(), variable.origin(), Heads.sized(head, variable), false));
  }

  private Optional<String> variableOf(IndexExpr position) {
    return position instanceof IndexExpr.Variable(String name) && frame.gatherOf(name) == null
        ? Optional.of(name)
        : Optional.empty();
  }

  private void direct(String name, Frame.Site site) {
    if (frame.bounds().containsKey(name)) {
      return;
    }
    Frame.Site first = reasons.get(name);
    if (first == null) {
      reasons.put(name, site);
      solved.put(name, site.extent());
      suggest(name, site.extent());
      return;
    }
    suggest(name, site.extent());
    if (!context.extents.unify(first.extent(), site.extent()) && reported.add(name)) {
      context.report(
          new Problem.TwoExtents(
              frame.get(name).written(), use(first), use(site), Problem.Remedy.INDICES));
    }
  }

  private void suggest(String name, IndexExpr extent) {
    String written = frame.get(name).written();
    if (org.einkorn.frontend.syntax.Names.isName(written)) {
      context.extents.suggest(extent, written.toUpperCase(Locale.ROOT));
    }
  }

  private Problem.Use use(Frame.Site site) {
    TensorInfo tensor = context.tensor(site.tensor());
    String from = tensor == null ? "" : "`" + Shapes.describe(context, tensor) + "`";
    String extent =
        context.extents.vocabulary(site.extent()).isPresent()
            ? "an axis of labels"
            : Shapes.text(context.extents.resolve(site.extent()));
    return new Problem.Use(site.origin(), extent, from);
  }

  /// `X[p, (h d)]`: with one extent unknown, the axis is a multiple of the others.
  private void group(Frame.Group group) {
    List<String> unknown =
        group.names().stream().filter(name -> !solved.containsKey(name)).toList();
    IndexExpr product = IndexExpr.Constant.ONE;
    for (String name : group.names()) {
      product = product.times(Optional.ofNullable(solved.get(name)).orElse(IndexExpr.Constant.ONE));
    }
    IndexExpr rest = context.extents.resolve(product);
    IndexExpr axis = context.extents.resolve(group.extent());
    if (unknown.size() == 1) {
      String name = unknown.getFirst();
      solved.put(name, divide(group, axis, rest));
    } else if (unknown.isEmpty() && !context.extents.unify(axis, rest)) {
      context.report(
          new Problem.DoesNotDivide(
              Shapes.text(axis), Shapes.text(Shapes.known(rest)), group.origin()));
    }
  }

  private IndexExpr divide(Frame.Group group, IndexExpr axis, IndexExpr rest) {
    if (axis instanceof IndexExpr.Constant(long whole)
        && rest instanceof IndexExpr.Constant(long part)) {
      if (part == 0 || whole % part != 0) {
        context.report(
            new Problem.DoesNotDivide(Long.toString(whole), Long.toString(part), group.origin()));
        return IndexExpr.Constant.ONE;
      }
      return IndexExpr.of(whole / part);
    }
    if (axis instanceof IndexExpr.Symbol(String name)
        && org.einkorn.frontend.check.Extents.isUnknown(name)) {
      String written =
          frame
              .get(
                  group.names().stream()
                      .filter(member -> !solved.containsKey(member))
                      .findFirst()
                      .orElseThrow())
              .written();
      IndexExpr fresh = context.extents.unknown(written.toUpperCase(java.util.Locale.ROOT));
      if (context.extents.unify(axis, fresh.times(rest))) {
        return fresh;
      }
    }
    return axis.floorDiv(rest);
  }

  /// `X[i+1] - X[i]`: an index with a use of its own is cut where another read would pass the end.
  private void shrink() {
    for (Frame.Site site : sites(false)) {
      Set<String> names = frame.variablesOf(site.position());
      if (!site.checked() || site.padded() || names.size() != 1 || isGather(site.position())) {
        continue;
      }
      String name = names.iterator().next();
      IndexExpr extent = solved.get(name);
      if (extent == null
          || fixed.contains(name)
          || variableOf(site.position()).isPresent()
          || coefficient(site.position(), name) < 0) {
        continue;
      }
      limit(site, name)
          .ifPresent(limit -> solved.put(name, least(context.extents.resolve(extent), limit)));
    }
  }

  private IndexExpr least(IndexExpr one, IndexExpr two) {
    return Linear.normalize(one.min(context.extents.resolve(two)));
  }

  private boolean isGather(IndexExpr position) {
    boolean[] found = {false};
    org.einkorn.ir.expr.Walk.ofIndices(
            part ->
                found[0] |=
                    part instanceof IndexExpr.Variable(String name) && frame.gatherOf(name) != null)
        .visit(position);
    return found[0];
  }

  /// Bounds a variable that has no direct use by the functions in which it is the only unknown.
  private boolean bound(Frame.Variable variable, List<Frame.Site> sites) {
    @Nullable IndexExpr extent = null;
    for (Frame.Site site : sites) {
      Set<String> names = frame.variablesOf(site.position());
      boolean isAlone =
          names.contains(variable.name())
              && !isGather(site.position())
              && names.stream()
                  .allMatch(name -> name.equals(variable.name()) || solved.containsKey(name));
      if (isAlone) {
        Optional<IndexExpr> limit =
            site.padded() ? padded(site, variable.name()) : limit(site, variable.name());
        if (limit.isPresent()) {
          extent = extent == null ? limit.get() : least(extent, limit.get());
        }
      }
    }
    if (extent == null) {
      return false;
    }
    solved.put(variable.name(), Linear.normalize(context.extents.resolve(extent)));
    return true;
  }

  /// With `pad`, an index takes the extent of the axis, divided by its coefficient, rounding up.
  private Optional<IndexExpr> padded(Frame.Site site, String name) {
    long coefficient = coefficient(site.position(), name);
    if (coefficient <= 0) {
      return Optional.empty();
    }
    IndexExpr extent = context.extents.resolve(site.extent());
    return Optional.of(extent.plus(coefficient - 1).floorDiv(IndexExpr.of(coefficient)));
  }

  private static long coefficient(IndexExpr position, String name) {
    Linear.Term term = Linear.of(position).terms().get(IndexExpr.variable(name).toString());
    return term == null ? 0 : term.coefficient();
  }

  /// The largest extent of `name` for which the position stays below the end of its axis.
  private Optional<IndexExpr> limit(Frame.Site site, String name) {
    Linear position = Linear.of(context.extents.resolve(site.position()));
    IndexExpr extent = context.extents.resolve(site.extent());
    long coefficient = coefficient(position.expr(), name);
    Linear rest = Linear.of(position.constant());
    Linear varying = Linear.of(0);
    Optional<IndexExpr.FloorDiv> quotient = Optional.empty();
    for (Linear.Term term : position.terms().values()) {
      Set<String> names = frame.variablesOf(term.atom());
      if (names.isEmpty()) {
        rest = rest.plus(Linear.of(term.atom()), term.coefficient());
      } else if (!names.contains(name)) {
        varying = varying.plus(Linear.of(term.atom()), term.coefficient());
      } else if (term.atom() instanceof IndexExpr.FloorDiv division && term.coefficient() == 1) {
        quotient = Optional.of(division);
      } else if (!(term.atom() instanceof IndexExpr.Variable)) {
        return Optional.empty();
      }
    }
    IndexExpr others = greatest(varying.expr());
    IndexExpr room = extent.minus(rest.expr()).minus(others);
    if (quotient.isPresent() && coefficient == 0) {
      return Optional.of(beforeDivision(quotient.get(), room, name));
    }
    if (coefficient > 0 && quotient.isEmpty()) {
      IndexExpr limit = room.plus(-1).floorDiv(IndexExpr.of(coefficient)).plus(1);
      return Optional.of(atLeastZero(limit));
    }
    if (coefficient < 0 && quotient.isEmpty() && varying.terms().isEmpty()) {
      // Counting down from a constant: `X[N-1-i]`.
      IndexExpr limit = rest.expr().floorDiv(IndexExpr.of(-coefficient)).plus(1);
      return Optional.of(atLeastZero(limit));
    }
    return Optional.empty();
  }

  /// `⌊(i + c) / S⌋ < room` holds for `i < S · room − c`.
  private IndexExpr beforeDivision(IndexExpr.FloorDiv division, IndexExpr room, String name) {
    Linear inner = Linear.of(division.dividend());
    Linear shift = inner.plus(Linear.of(IndexExpr.variable(name)), -1);
    IndexExpr shifted = room.times(division.divisor()).minus(shift.expr());
    return atLeastZero(shifted);
  }

  private static IndexExpr atLeastZero(IndexExpr limit) {
    Linear linear = Linear.of(limit);
    return linear.isNonNegative() ? linear.expr() : linear.expr().max(IndexExpr.Constant.ZERO);
  }

  private IndexExpr greatest(IndexExpr varying) {
    return Ranges.of(
            varying,
            other ->
                context.extents.resolve(
                    Optional.ofNullable(solved.get(other)).orElse(IndexExpr.Constant.ONE)))
        .greatest();
  }

  static Frame.Site declared(String target, int axis, IndexExpr extent, Origin origin) {
    return new Frame.Site(target, axis, IndexExpr.Constant.ZERO, extent, false, false, origin);
  }
}
