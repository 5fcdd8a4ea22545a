package org.einkorn.frontend.check;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Walk;

/// Unifies extents: unknown ones are variables that take a value when something fixes them.
///
/// An unknown extent is the symbol `_.n`, which no user can write. [#unify] makes two extents equal
/// where that is possible; [#resolve] gives what is known so far. An unknown may carry a
/// *vocabulary*, the labels of its axis, and a lower bound from constant positions; both fix the
/// extent only in the end.
public final class Extents {
  private static final String PREFIX = "_.";

  private final Map<String, IndexExpr> bindings = new HashMap<>();
  private final Map<String, String> hints = new LinkedHashMap<>();
  private final Map<String, Vocabulary> vocabularies = new HashMap<>();
  private final Map<String, Long> atLeast = new HashMap<>();
  private final Set<String> declared = new LinkedHashSet<>();
  private final Map<String, Long> numbered = new HashMap<>();
  private final Map<String, Long> open = new HashMap<>();
  private final Map<String, Long> sizes = new HashMap<>();
  private int count = 0;

  /// The labels of an axis, in order of first appearance.
  public static final class Vocabulary {
    private final Map<String, Integer> places = new LinkedHashMap<>();

    /// Records that a label stands at offset `place` of the text.
    void add(String label, int place) {
      places.merge(label, place, Math::min);
    }

    public List<String> labels() {
      return places.entrySet().stream()
          .sorted(Map.Entry.comparingByValue())
          .map(Map.Entry::getKey)
          .toList();
    }
  }

  /// A new unknown extent.
  ///
  /// @param hint the name its symbol should get, if it becomes one
  public IndexExpr unknown(String hint) {
    String name = PREFIX + count++;
    hints.put(name, hint);
    return IndexExpr.symbol(name);
  }

  /// The extent that a declaration names: the same one each time.
  public IndexExpr declared(String name) {
    declared.add(name);
    return resolve(IndexExpr.symbol(name));
  }

  public boolean isDeclared(String name) {
    return declared.contains(name);
  }

  /// What is known of an extent now.
  public IndexExpr resolve(IndexExpr expr) {
    return Linear.normalize(
        Linear.substitute(
            expr,
            leaf -> {
              if (leaf instanceof IndexExpr.Symbol(String name)) {
                IndexExpr bound = bindings.get(name);
                return bound == null ? leaf : resolve(bound);
              }
              return leaf;
            }));
  }

  /// Makes two extents equal. False if they can't be, or can't be shown to be.
  public boolean unify(IndexExpr one, IndexExpr two) {
    IndexExpr left = resolve(one);
    IndexExpr right = resolve(two);
    if (left.equals(right)) {
      return true;
    }
    if (left instanceof IndexExpr.Symbol(String name) && canBind(name, right)) {
      boolean preferOther =
          right instanceof IndexExpr.Symbol(String other) && !isUnknown(name) && isUnknown(other);
      return preferOther ? bind(((IndexExpr.Symbol) right).name(), left) : bind(name, right);
    }
    if (right instanceof IndexExpr.Symbol(String name) && canBind(name, left)) {
      return bind(name, left);
    }
    return solve(Linear.of(left).plus(Linear.of(right), -1));
  }

  private boolean canBind(String name, IndexExpr value) {
    return !mentions(value, name);
  }

  private boolean bind(String name, IndexExpr value) {
    Vocabulary vocabulary = vocabularies.remove(name);
    Long bound = atLeast.remove(name);
    bindings.put(name, value);
    Long number = numbered.remove(name);
    if (number != null) {
      addNumber(value, number);
    }
    if (vocabulary != null) {
      if (!(value instanceof IndexExpr.Symbol(String root))) {
        vocabularies.put(name, vocabulary);
        bindings.remove(name);
        return false;
      }
      Vocabulary other = vocabularies.computeIfAbsent(root, _ -> new Vocabulary());
      vocabulary.places.forEach(other::add);
    }
    if (bound != null) {
      return requireAtLeast(value, bound);
    }
    return true;
  }

  /// `difference = 0`, solved for a symbol whose coefficient divides everything else; first for an
  /// unknown, then for a declared size.
  private boolean solve(Linear difference) {
    for (boolean wantsUnknown : new boolean[] {true, false}) {
      for (Linear.Term term : difference.terms().values()) {
        if (term.atom() instanceof IndexExpr.Symbol(String name)
            && isUnknown(name) == wantsUnknown) {
          Linear rest = difference.plus(Linear.of(term.atom()), -term.coefficient());
          Optional<Linear> value = divided(rest, -term.coefficient());
          if (value.isPresent() && canBind(name, value.get().expr())) {
            return bind(name, value.get().expr());
          }
        }
      }
    }
    return false;
  }

  /// `linear / by`, if that leaves no fractions; a number must not be negative, being an extent.
  private static Optional<Linear> divided(Linear linear, long by) {
    boolean isEven =
        linear.constant() % by == 0
            && linear.terms().values().stream().allMatch(term -> term.coefficient() % by == 0);
    if (!isEven) {
      return Optional.empty();
    }
    Linear result = Linear.of(linear.constant() / by);
    for (Linear.Term term : linear.terms().values()) {
      result = result.plus(Linear.of(term.atom()), term.coefficient() / by);
    }
    return result.isConstant() && result.constant() < 0 ? Optional.empty() : Optional.of(result);
  }

  /// Records that the extent is at least `minimum`. False where it is known to be less.
  public boolean requireAtLeast(IndexExpr extent, long minimum) {
    return switch (resolve(extent)) {
      case IndexExpr.Constant(long value) -> value >= minimum;
      case IndexExpr.Symbol(String name) when isUnknown(name) -> {
        atLeast.merge(name, minimum, Math::max);
        yield true;
      }
      default -> true;
    };
  }

  /// Puts a label on an axis. False where the axis has a number of positions instead.
  public boolean addLabel(IndexExpr extent, String label, int place) {
    if (resolve(extent) instanceof IndexExpr.Symbol(String name)) {
      vocabularies.computeIfAbsent(name, _ -> new Vocabulary()).add(label, place);
      return true;
    }
    return false;
  }

  /// The labels of an axis, if it has any; complete only when the whole program has been read.
  public Optional<Vocabulary> vocabulary(IndexExpr extent) {
    return resolve(extent) instanceof IndexExpr.Symbol(String name)
        ? Optional.ofNullable(vocabularies.get(name))
        : Optional.empty();
  }

  /// Records that positions on the axis are used as numbers.
  ///
  /// @param least how long the axis is if the numbers are to be positions of it
  public void addNumber(IndexExpr extent, long least) {
    if (resolve(extent) instanceof IndexExpr.Symbol(String name)) {
      numbered.merge(name, least, Math::max);
    }
  }

  /// Whether the program uses positions of an axis as numbers, or names its extent.
  public boolean isNumbered(String name) {
    return !isUnknown(name) || numbered.containsKey(name) || atLeast.containsKey(name);
  }

  /// What numbers in the program show of an extent: how many positions there are at least.
  public long leastOf(String name) {
    return Math.max(atLeast.getOrDefault(name, 0L), numbered.getOrDefault(name, 0L));
  }

  /// Leaves to the data how long an axis is, although labels or positions of it are known.
  ///
  /// @param hint the name that the symbol should get
  /// @param least how many positions there are at least
  public void leaveOpen(String name, String hint, long least) {
    open.put(name, least);
    hints.replace(name, hint);
  }

  /// Says how long an axis is that was left open; for what comes from now on it has no labels.
  public void fixOpen(String name, long size) {
    sizes.put(name, size);
  }

  /// Whether data say how long an axis is, or which labels it has.
  public boolean isOpen(IndexExpr extent) {
    return resolve(extent) instanceof IndexExpr.Symbol(String name) && open.containsKey(name);
  }

  /// Whether an axis that data fix has this position whatever they are.
  public boolean hasPosition(IndexExpr extent, long position) {
    return resolve(extent) instanceof IndexExpr.Symbol(String name)
        && position >= 0
        && position < open.getOrDefault(name, 0L);
  }

  /// Whether nothing but the program itself can fix this extent: labels or constant positions.
  public boolean isCounted(String name) {
    return vocabularies.containsKey(name) || atLeast.containsKey(name);
  }

  /// Fixes extents that are given by labels or constant positions alone. The vocabularies must be
  /// asked for before.
  ///
  /// @param fixedByInput symbols that the extent of an input fixes; constants only bound those
  public void close(Set<String> fixedByInput) {
    sizes.forEach((name, size) -> bindings.put(name, IndexExpr.of(size)));
    vocabularies.forEach(
        (name, words) -> {
          if (!open.containsKey(name)) {
            bindings.put(name, IndexExpr.of(words.labels().size()));
          }
        });
    atLeast.forEach(
        (name, minimum) -> {
          boolean isFixed = fixedByInput.contains(name) || open.containsKey(name);
          if (!bindings.containsKey(name) && !isFixed) {
            bindings.put(name, IndexExpr.of(minimum));
          }
        });
  }

  public static boolean isUnknown(String name) {
    return name.startsWith(PREFIX);
  }

  /// The name that the unknown's symbol should get.
  public String hint(String name) {
    return hints.getOrDefault(name, name);
  }

  /// Replaces the hint, where the name of an axis was the worse one.
  public void suggest(IndexExpr extent, String hint) {
    if (resolve(extent) instanceof IndexExpr.Symbol(String name) && isUnknown(name)) {
      String before = hints.getOrDefault(name, "");
      if (before.contains(".")) {
        hints.put(name, hint);
      }
    }
  }

  /// The symbols of an expression, in order.
  public static Set<String> symbols(IndexExpr expr) {
    Set<String> found = new LinkedHashSet<>();
    Walk.ofIndices(
            part -> {
              if (part instanceof IndexExpr.Symbol(String name)) {
                found.add(name);
              }
            })
        .visit(expr);
    return found;
  }

  private static boolean mentions(IndexExpr expr, String name) {
    return new ArrayList<>(symbols(expr)).contains(name);
  }

  /// Binds a symbol for good: the last step, when names are given.
  public void name(String symbol, String name) {
    if (open.containsKey(symbol)) {
      open.put(name, open.getOrDefault(symbol, 0L));
    }
    if (!symbol.equals(name)) {
      bindings.put(symbol, IndexExpr.symbol(name));
    }
  }
}
