package org.einkorn.frontend.lower;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.source.Origin;
import org.jspecify.annotations.Nullable;

/// What one equation knows of its index variables: their extents, and every position they make.
final class Frame {
  private final Map<String, Variable> variables = new LinkedHashMap<>();
  private final Map<String, Gather> gathers = new LinkedHashMap<>();
  private final List<Site> sites = new ArrayList<>();
  private final List<Site> keptSites = new ArrayList<>();
  private final List<Group> groups = new ArrayList<>();
  private final Map<String, Site> fixed = new LinkedHashMap<>();
  private final Set<String> dotted = new LinkedHashSet<>();
  private final Set<String> units = new LinkedHashSet<>();
  private final Map<String, IndexExpr> bounds = new LinkedHashMap<>();
  private List<IndexExpr> written = List.of();
  private int gatherCount = 0;
  private int quiet = 0;
  private boolean broken = false;

  /// An index variable.
  ///
  /// @param name unique in the equation
  /// @param written the name that the user gave it
  /// @param extent a symbol of [org.einkorn.frontend.check.Extents] from the start
  record Variable(String name, String written, IndexExpr extent, Origin origin) {}

  /// A position that is an element of an integer tensor.
  record Gather(Node source, String tensor, int axis, IndexExpr extent, Origin origin) {}

  /// One position on one axis: the position must be less than the extent.
  ///
  /// @param tensor what is read, for messages
  /// @param checked whether the position bounds the domain
  record Site(
      String tensor,
      int axis,
      IndexExpr position,
      IndexExpr extent,
      boolean checked,
      boolean padded,
      Origin origin) {}

  /// Several variables that make one axis, the last the fastest.
  record Group(List<String> names, String tensor, int axis, IndexExpr extent, Origin origin) {}

  /// Says where the equation writes.
  void write(List<IndexExpr> positions) {
    written = List.copyOf(positions);
  }

  /// Where the equation writes, one position for each axis.
  List<IndexExpr> written() {
    return written;
  }

  void addGroup(Group group) {
    groups.add(group);
  }

  List<Group> groups() {
    return groups;
  }

  /// A new variable; its name is the written one where that is free.
  Variable variable(String written, IndexExpr extent, Origin origin) {
    String name = written;
    for (int copy = 1; variables.containsKey(name); copy++) {
      name = written + "." + copy;
    }
    Variable variable = new Variable(name, written, extent, origin);
    variables.put(name, variable);
    return variable;
  }

  Variable get(String name) {
    @Nullable Variable variable = variables.get(name);
    if (variable == null) {
      throw new IllegalStateException("no variable `" + name + "` in this equation");
    }
    return variable;
  }

  Iterable<Variable> variables() {
    return variables.values();
  }

  IndexExpr gather(Gather gather) {
    String name = "at." + gatherCount++;
    gathers.put(name, gather);
    return IndexExpr.variable(name);
  }

  @Nullable Gather gatherOf(String name) {
    return gathers.get(name);
  }

  /// Notes that an axis of extent 1 was matched with this position, which it does not bound.
  void addUnit(IndexExpr position) {
    if (position instanceof IndexExpr.Variable(String name)) {
      units.add(name);
    }
  }

  /// Whether a variable met an axis of extent 1; where it met no other, it runs over that one.
  boolean isUnit(String name) {
    return units.contains(name);
  }

  /// Notes that the equation reads what has an error of its own: its indices may have no extent.
  void markBroken() {
    broken = true;
  }

  boolean isBroken() {
    return broken;
  }

  /// Says how far a variable runs.
  void fix(String variable, Site site) {
    fixed.put(variable, site);
  }

  /// The variables whose extents are written down.
  Map<String, Site> fixed() {
    return fixed;
  }

  void addSite(Site site) {
    if (quiet == 0) {
      sites.add(site);
    }
  }

  /// Runs `make` without its positions bounding the domain.
  Node quietly(Supplier<Node> make) {
    quiet++;
    Node node = make.get();
    quiet--;
    return node;
  }

  boolean isQuiet() {
    return quiet > 0;
  }

  List<Site> sites() {
    return sites;
  }

  /// Notes a position that a condition keeps inside its axis.
  void addKeptSite(Site site) {
    if (quiet == 0) {
      keptSites.add(site);
    }
  }

  /// Positions that conditions keep inside their axes: these bound what nothing else does.
  List<Site> keptSites() {
    return keptSites;
  }

  /// Says that a variable runs below `extent`, whatever it indexes.
  void bound(String variable, IndexExpr extent) {
    bounds.put(variable, extent);
  }

  /// The variables whose extents are given and bound to no axis.
  Map<String, IndexExpr> bounds() {
    return bounds;
  }

  void dot(String name) {
    dotted.add(name);
  }

  Set<String> dotted() {
    return dotted;
  }

  /// The variables of a position, gathers and what they read included, in order.
  Set<String> variablesOf(IndexExpr position) {
    Set<String> found = new LinkedHashSet<>();
    Walk.ofIndices(
            part -> {
              if (part instanceof IndexExpr.Variable(String name)) {
                Gather gather = gathers.get(name);
                if (gather == null) {
                  found.add(name);
                } else {
                  found.addAll(free(gather.source));
                }
              }
            })
        .visit(position);
    return found;
  }

  /// Variables in the order in which the equation names them, its head first.
  List<String> ordered(Set<String> names) {
    List<String> order = new ArrayList<>();
    variables().forEach(variable -> order.add(variable.name()));
    return order.stream().filter(names::contains).toList();
  }

  /// The variables a node needs from outside, in order of appearance.
  Set<String> free(Node node) {
    Set<String> found = new LinkedHashSet<>();
    collect(node, found);
    return found;
  }

  /// Whether a node reads one of some tensors, in a position too.
  boolean reads(Node node, Set<String> tensors) {
    boolean isRead =
        switch (node) {
          case Node.Read read ->
              tensors.contains(read.tensor())
                  || read.at().stream().anyMatch(at -> reads(at, tensors));
          case Node.Place(IndexExpr index) -> reads(index, tensors);
          case Node.Shared shared ->
              reads(shared.value().body(), tensors)
                  || shared.at().stream().anyMatch(at -> reads(at, tensors));
          case Node.Whole _,
              Node.Real _,
              Node.Truth _,
              Node.Broken _,
              Node.Unary _,
              Node.Binary _,
              Node.Product _,
              Node.Sum _,
              Node.Logic _,
              Node.Not _,
              Node.Power _,
              Node.Select _,
              Node.Convert _,
              Node.Project _,
              Node.Average _,
              Node.Cumulate _ ->
              false;
        };
    return isRead || children(node).stream().anyMatch(child -> reads(child, tensors));
  }

  private boolean reads(IndexExpr position, Set<String> tensors) {
    boolean[] found = {false};
    Walk.ofIndices(
            part -> {
              Gather gather =
                  part instanceof IndexExpr.Variable(String name) ? gathers.get(name) : null;
              found[0] |= gather != null && reads(gather.source, tensors);
            })
        .visit(position);
    return found[0];
  }

  private void collect(Node node, Set<String> found) {
    switch (node) {
      case Node.Whole _, Node.Real _, Node.Truth _, Node.Broken _ -> {}
      case Node.Read read -> read.at().forEach(at -> found.addAll(variablesOf(at)));
      case Node.Place(IndexExpr index) -> found.addAll(variablesOf(index));
      case Node.Shared shared -> shared.at().forEach(at -> found.addAll(variablesOf(at)));
      case Node.Project project -> bound(project.body(), project.over(), found);
      case Node.Average average -> bound(average.body(), average.over(), found);
      case Node.Unary _,
          Node.Binary _,
          Node.Product _,
          Node.Sum _,
          Node.Logic _,
          Node.Not _,
          Node.Power _,
          Node.Select _,
          Node.Convert _,
          Node.Cumulate _ ->
          children(node).forEach(child -> collect(child, found));
    }
  }

  private void bound(Node body, List<String> over, Set<String> found) {
    Set<String> inside = free(body);
    inside.removeAll(over);
    found.addAll(inside);
  }

  /// The nodes directly under a node.
  static List<Node> children(Node node) {
    return switch (node) {
      case Node.Whole _,
          Node.Real _,
          Node.Truth _,
          Node.Broken _,
          Node.Read _,
          Node.Place _,
          Node.Shared _ ->
          List.of();
      case Node.Unary unary -> List.of(unary.operand());
      case Node.Binary binary -> List.of(binary.left(), binary.right());
      case Node.Product product -> product.factors();
      case Node.Sum sum -> sum.terms();
      case Node.Logic logic -> logic.operands();
      case Node.Not not -> List.of(not.operand());
      case Node.Power power -> List.of(power.base(), power.exponent());
      case Node.Select select -> List.of(select.condition(), select.then(), select.otherwise());
      case Node.Convert convert -> List.of(convert.operand());
      case Node.Project project -> List.of(project.body());
      case Node.Average average -> List.of(average.body());
      case Node.Cumulate cumulate -> List.of(cumulate.body());
    };
  }

  /// `node` with variables replaced by positions. Bound variables must not be among them.
  Node substitute(Node node, Map<String, IndexExpr> by) {
    if (by.isEmpty()) {
      return node;
    }
    Function<Node, Node> deeper = child -> substitute(child, by);
    return switch (node) {
      case Node.Whole _, Node.Real _, Node.Truth _, Node.Broken _ -> node;
      case Node.Read read ->
          new Node.Read(read.tensor(), positions(read.at(), by), read.checks(), read.origin());
      case Node.Place(IndexExpr index) -> new Node.Place(position(index, by));
      case Node.Shared shared -> new Node.Shared(shared.value(), positions(shared.at(), by));
      case Node.Unary n -> new Node.Unary(n.op(), deeper.apply(n.operand()), n.origin());
      case Node.Binary n ->
          new Node.Binary(n.op(), deeper.apply(n.left()), deeper.apply(n.right()), n.origin());
      case Node.Product n ->
          new Node.Product(n.factors().stream().map(deeper).toList(), n.origin());
      case Node.Sum n -> new Node.Sum(n.terms().stream().map(deeper).toList(), n.origin());
      case Node.Logic n ->
          new Node.Logic(n.op(), n.operands().stream().map(deeper).toList(), n.origin());
      case Node.Not n -> new Node.Not(deeper.apply(n.operand()), n.origin());
      case Node.Power n ->
          new Node.Power(deeper.apply(n.base()), deeper.apply(n.exponent()), n.origin());
      case Node.Select n ->
          new Node.Select(
              deeper.apply(n.condition()),
              deeper.apply(n.then()),
              deeper.apply(n.otherwise()),
              n.origin());
      case Node.Convert n -> new Node.Convert(n.type(), deeper.apply(n.operand()), n.origin());
      case Node.Project n ->
          new Node.Project(n.kind(), n.over(), deeper.apply(n.body()), n.origin());
      case Node.Average n -> new Node.Average(n.over(), deeper.apply(n.body()), n.origin());
      case Node.Cumulate n -> {
        IndexExpr along = by.get(n.along());
        String name = along instanceof IndexExpr.Variable(String renamed) ? renamed : n.along();
        yield new Node.Cumulate(n.kind(), name, deeper.apply(n.body()), n.origin());
      }
    };
  }

  private List<IndexExpr> positions(List<IndexExpr> at, Map<String, IndexExpr> by) {
    return at.stream().map(position -> position(position, by)).toList();
  }

  IndexExpr position(IndexExpr position, Map<String, IndexExpr> by) {
    return org.einkorn.frontend.check.Linear.substitute(
        position,
        leaf -> {
          if (!(leaf instanceof IndexExpr.Variable(String name))) {
            return leaf;
          }
          Gather gather = gathers.get(name);
          if (gather == null) {
            return by.getOrDefault(name, leaf);
          }
          if (Collections.disjoint(free(gather.source), by.keySet())) {
            return leaf;
          }
          return gather(
              new Gather(
                  substitute(gather.source, by),
                  gather.tensor,
                  gather.axis,
                  gather.extent,
                  gather.origin));
        });
  }
}
