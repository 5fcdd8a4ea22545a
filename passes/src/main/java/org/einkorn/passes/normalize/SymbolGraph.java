package org.einkorn.passes.normalize;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.passes.rewrite.Expressions;
import org.einkorn.passes.rewrite.Substitution;

/// The index symbols of two nested contractions, and which of them are one.
///
/// Denesting makes the written positions of the inner contraction equal to the positions that the
/// outer one reads. Between plain symbols each such equation is an edge, and the symbols of one
/// connected component become one symbol: that is all that repeated symbols are (`T[i, i] = …`, or
/// a read of `T[j, j]`). A position that is an expression is solved for a symbol that stands in it
/// once, as `i + 1 = j` is for `i`.
///
/// Source: the denesting theorems of Wenig, Rump, Blacher, Giesen, *The Syntax and Semantics of
/// einsum*, section 6; positions that are expressions are an addition.
final class SymbolGraph {
  private final Map<String, IndexExpr> extents = new LinkedHashMap<>();
  private final Set<String> written;
  private final Set<String> inner;
  private final Map<String, IndexExpr> solved = new LinkedHashMap<>();
  private final List<Guard> guards = new ArrayList<>();

  /// @param axes all symbols, those of the inner contraction renamed apart
  /// @param written the symbols that stand in the written position of the outer contraction
  /// @param inner the symbols that go first where there is a choice
  SymbolGraph(List<Axis> axes, Set<String> written, Set<String> inner) {
    axes.forEach(axis -> extents.put(axis.name(), axis.extent()));
    this.written = Set.copyOf(written);
    this.inner = Set.copyOf(inner);
  }

  /// Makes two positions one.
  ///
  /// @param bound both are known to lie in `0 … bound − 1`, where it is known at all
  /// @return whether a symbol could be solved for; if not, the graph is of no further use
  boolean equate(IndexExpr left, IndexExpr right, Optional<IndexExpr> bound) {
    IndexExpr a = substitution().apply(left);
    IndexExpr b = substitution().apply(right);
    if (a.equals(b)) {
      return true;
    }
    boolean isLeftFirst = rank(a) <= rank(b);
    return isLeftFirst
        ? eliminate(a, b, bound) || eliminate(b, a, bound) || isolate(a, b) || isolate(b, a)
        : eliminate(b, a, bound) || eliminate(a, b, bound) || isolate(b, a) || isolate(a, b);
  }

  /// How soon a side goes: symbols of the inner contraction, then reduced ones, then written ones.
  private int rank(IndexExpr side) {
    return side instanceof IndexExpr.Variable(String name)
        ? inner.contains(name) ? 0 : written.contains(name) ? 2 : 1
        : 3;
  }

  private boolean eliminate(IndexExpr side, IndexExpr value, Optional<IndexExpr> bound) {
    if (!(side instanceof IndexExpr.Variable(String name))
        || !extents.containsKey(name)
        || Expressions.variables(value).contains(name)
        || written.contains(name) && !(value instanceof IndexExpr.Variable)) {
      return false;
    }
    solve(name, value, bound);
    return true;
  }

  /// `x + rest = other` as `x = other − rest`, and the like with `−x`.
  private boolean isolate(IndexExpr side, IndexExpr other) {
    List<IndexExpr> summands = summands(side);
    for (int number = 0; number < summands.size(); number++) {
      IndexExpr summand = summands.get(number);
      boolean isNegated =
          summand instanceof IndexExpr.Product(IndexExpr.Constant(long factor), var of)
              && factor == -1
              && of instanceof IndexExpr.Variable;
      IndexExpr plain = isNegated ? ((IndexExpr.Product) summand).right() : summand;
      if (!(plain instanceof IndexExpr.Variable(String name)) || written.contains(name)) {
        continue;
      }
      IndexExpr rest = IndexExpr.Constant.ZERO;
      for (int place = 0; place < summands.size(); place++) {
        rest = place == number ? rest : rest.plus(summands.get(place));
      }
      boolean isAlone =
          !Expressions.variables(rest).contains(name)
              && !Expressions.variables(other).contains(name);
      if (isAlone && extents.containsKey(name)) {
        solve(name, isNegated ? rest.minus(other) : other.minus(rest), Optional.empty());
        return true;
      }
    }
    return false;
  }

  private static List<IndexExpr> summands(IndexExpr expr) {
    if (!(expr instanceof IndexExpr.Sum(IndexExpr left, IndexExpr right))) {
      return List.of(expr);
    }
    List<IndexExpr> all = new ArrayList<>(summands(left));
    all.addAll(summands(right));
    return all;
  }

  private void solve(String name, IndexExpr value, Optional<IndexExpr> bound) {
    IndexExpr extent = extent(name);
    boolean isInside =
        bound.equals(Optional.of(extent))
            || value instanceof IndexExpr.Variable(String other) && extent(other).equals(extent);
    if (!isInside) {
      guards.add(new Guard(value, extent));
    }
    Substitution step = Substitution.of(name, value);
    solved.replaceAll((some, before) -> step.apply(before));
    solved.put(name, value);
  }

  private IndexExpr extent(String name) {
    return Optional.ofNullable(extents.get(name)).orElseThrow();
  }

  /// The solved symbols, each by the symbols that are left.
  Substitution substitution() {
    return new Substitution(solved);
  }

  /// The symbols that are left, in the order they came.
  List<Axis> axes() {
    List<Axis> left = new ArrayList<>();
    extents.forEach(
        (name, extent) -> {
          if (!solved.containsKey(name)) {
            left.add(new Axis(name, extent));
          }
        });
    return left;
  }

  /// The conditions under which solved symbols lie in their extents.
  List<Guard> guards() {
    return substitution().guards(guards);
  }
}
