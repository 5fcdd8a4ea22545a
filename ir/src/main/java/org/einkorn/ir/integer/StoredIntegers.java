package org.einkorn.ir.integer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.runtime.DType;

/// Which integers an element of allocated memory can be, as it is stored and whenever it is read.
///
/// ```text
/// alloc a { a[i] = 0; for k < K { a[i] = a[i] + x } }   a[i] in [K · min(x, 0), K · max(x, 0)]
/// ```
///
/// All stores are either of values, whose range is that of the expression, or add to the element
/// that they overwrite. One that adds counts as often as it can run for one element: as often as
/// the loops around it, inside of the allocation, have rounds, but for the loops that count where
/// the element lies. So the range holds all partial sums, whatever the order.
public final class StoredIntegers {
  private final String buffer;
  private final DType type;
  private Optional<IntegerRange> values = Optional.empty();
  private IntegerRange added = new IntegerRange(0, 0);
  private boolean isKnown = true;

  /// @param loops the loops around, inside of the allocation
  /// @param meanings what iterators of blocks are, in terms of loops
  private record Place(
      Map<String, OptionalLong> loops, Map<String, IndexExpr> meanings, Assumptions scope) {
    Place in(Stmt.For loop) {
      Map<String, OptionalLong> more = new HashMap<>(loops);
      IndexExpr extent = meaning(loop.extent());
      more.put(loop.variable(), most(extent));
      return new Place(more, meanings, scope.with(loop.variable(), extent));
    }

    Place in(Stmt.Block block) {
      Map<String, IndexExpr> more = new HashMap<>(meanings);
      block.iters().forEach(iter -> more.put(iter.variable(), meaning(iter.binding())));
      return new Place(loops, more, scope);
    }

    IndexExpr meaning(IndexExpr index) {
      return index instanceof IndexExpr.Variable(String name)
          ? meanings.getOrDefault(name, index)
          : index.mapParts(this::meaning, scalar -> scalar);
    }

    private static OptionalLong most(IndexExpr extent) {
      return switch (extent) {
        case IndexExpr.Constant(long value) -> OptionalLong.of(Math.max(0, value));
        case IndexExpr.Minimum(IndexExpr left, IndexExpr right) -> {
          OptionalLong first = most(left);
          OptionalLong second = most(right);
          yield first.isEmpty() || second.isPresent() && second.getAsLong() < first.getAsLong()
              ? second
              : first;
        }
        case IndexExpr.Variable _,
            IndexExpr.Symbol _,
            IndexExpr.Sum _,
            IndexExpr.Product _,
            IndexExpr.FloorDiv _,
            IndexExpr.FloorMod _,
            IndexExpr.Maximum _,
            IndexExpr.Fetch _ ->
            OptionalLong.empty();
      };
    }
  }

  private StoredIntegers(String buffer, DType type) {
    this.buffer = buffer;
    this.type = type;
  }

  /// The integers that an element can be; none where that is not known, or where a sum may have no
  /// value in 64 bits.
  ///
  /// It is for the sums as exact numbers: they may be more than the memory's type holds.
  public static Optional<IntegerRange> of(Stmt.Allocate allocation) {
    DType type = allocation.buffer().type().dtype();
    if (!type.isInteger()) {
      return Optional.empty();
    }
    StoredIntegers stored = new StoredIntegers(allocation.buffer().name(), type);
    try {
      stored.visit(allocation.body(), new Place(Map.of(), Map.of(), Assumptions.NONE));
    } catch (ArithmeticException tooLarge) {
      return Optional.empty();
    }
    return stored.isKnown
        ? stored.values.map(
            range -> IntegerRange.apply(BinaryOp.ADD, DType.I64, range, stored.added))
        : Optional.empty();
  }

  private void visit(Stmt statement, Place place) {
    switch (statement) {
      case Stmt.For loop -> visit(loop.body(), place.in(loop));
      case Stmt.Block block -> {
        Place inside = place.in(block);
        block.init().ifPresent(init -> visit(init, inside));
        visit(block.body(), inside);
      }
      case Stmt.While(var _, Stmt body) -> {
        // How often it runs is not known.
        boolean before = isKnown;
        IntegerRange addedBefore = added;
        visit(body, place);
        isKnown = before && isKnown && added.equals(addedBefore);
      }
      case Stmt.Store(String target, List<IndexExpr> indices, Scalar value) -> {
        if (target.equals(buffer)) {
          store(indices, value, place);
        }
      }
      case Stmt.Sequence _, Stmt.Allocate _, Stmt.If _, Stmt.When _ ->
          statement.children().forEach(each -> visit(each, place));
    }
  }

  private void store(List<IndexExpr> indices, Scalar value, Place place) {
    Scalar before = new Scalar.Read(buffer, type, indices);
    Optional<List<Scalar>> terms = terms(value, before);
    if (terms.isEmpty()) {
      isKnown &= !reads(value);
      IntegerRange range = IntegerRange.of(value);
      values = Optional.of(values.map(range::union).orElse(range));
      return;
    }
    OptionalLong times = times(indices, place);
    isKnown &= times.isPresent() && terms.get().stream().noneMatch(this::reads);
    for (Scalar term : terms.get()) {
      IntegerRange range = IntegerRange.of(term);
      long count = times.orElse(0);
      added =
          new IntegerRange(
              Math.addExact(added.least(), Math.multiplyExact(count, Math.min(0, range.least()))),
              Math.addExact(
                  added.greatest(), Math.multiplyExact(count, Math.max(0, range.greatest()))));
    }
  }

  /// What is added to the element before, if a value is a sum of that and something.
  private static Optional<List<Scalar>> terms(Scalar value, Scalar before) {
    return switch (value) {
      case Scalar.Binary(BinaryOp op, Scalar left, Scalar right) when op == BinaryOp.ADD ->
          left.equals(before)
              ? Optional.of(List.of(right))
              : right.equals(before) ? Optional.of(List.of(left)) : Optional.empty();
      case Scalar.Dot dot when dot.addend().equals(before) -> {
        List<Scalar> products = new ArrayList<>();
        for (int number = 0; number < Scalar.Dot.PRODUCTS; number++) {
          products.add(dot.product(number));
        }
        yield Optional.of(products);
      }
      case Scalar.Binary _,
          Scalar.Dot _,
          Scalar.Literal _,
          Scalar.Read _,
          Scalar.Position _,
          Scalar.Unary _,
          Scalar.MultiplyAdd _,
          Scalar.Select _,
          Scalar.Cast _ ->
          Optional.empty();
    };
  }

  private boolean reads(Scalar value) {
    boolean[] found = {false};
    Walk.ofScalars(
            part -> found[0] |= part instanceof Scalar.Read read && read.tensor().equals(buffer))
        .visit(value);
    return found[0];
  }

  /// How often a store can run for one element.
  private static OptionalLong times(List<IndexExpr> indices, Place place) {
    Set<String> fixed = new HashSet<>();
    for (IndexExpr index : indices) {
      fixed.addAll(digits(place.scope.simplify(place.meaning(index)), place.loops));
    }
    long times = 1;
    for (Map.Entry<String, OptionalLong> loop : place.loops.entrySet()) {
      if (fixed.contains(loop.getKey())) {
        continue;
      }
      if (loop.getValue().isEmpty()) {
        return OptionalLong.empty();
      }
      times = Math.multiplyExact(times, loop.getValue().getAsLong());
    }
    return OptionalLong.of(times);
  }

  /// The loops whose rounds a position tells: all of those that it is made of, where it is a number
  /// of which each is a digit: `8 · i + j` for `j < 8`.
  private static Set<String> digits(IndexExpr index, Map<String, OptionalLong> loops) {
    Set<String> found = new HashSet<>();
    List<Polynomial.Term> terms = new ArrayList<>();
    for (Polynomial.Term term : Polynomial.of(index).terms()) {
      Set<String> inner = new HashSet<>();
      term.atoms().forEach(atom -> inner.addAll(Walk.variables(atom)));
      inner.retainAll(loops.keySet());
      boolean hasData = term.atoms().stream().anyMatch(Walk::fetches);
      if (hasData || !inner.isEmpty() && term.atoms().size() != 1) {
        return Set.of();
      }
      if (inner.isEmpty()) {
        continue;
      }
      if (!(term.atoms().getFirst() instanceof IndexExpr.Variable(String name))) {
        return Set.of();
      }
      found.add(name);
      terms.add(term);
    }
    terms.sort(Comparator.comparingLong(term -> Math.abs(term.coefficient())));
    long below = 0;
    for (int place = 0; place < terms.size(); place++) {
      Polynomial.Term term = terms.get(place);
      long step = Math.abs(term.coefficient());
      if (step <= below) {
        return Set.of();
      }
      boolean isLast = place == terms.size() - 1;
      OptionalLong extent = loops.get(((IndexExpr.Variable) term.atoms().getFirst()).name());
      if (isLast) {
        break;
      }
      if (extent == null || extent.isEmpty()) {
        return Set.of();
      }
      below = Math.addExact(below, Math.multiplyExact(step, Math.max(0, extent.getAsLong() - 1)));
    }
    return found;
  }
}
