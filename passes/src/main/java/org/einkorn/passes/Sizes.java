package org.einkorn.passes;

import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.einkorn.ir.expr.IndexEvaluator;
import org.einkorn.ir.expr.IndexExpr;

/// The values that symbols will have when the program runs, and which of them anyone asked for.
///
/// What a pass makes of them is right for them; a program that passes made without asking is right
/// for all.
public final class Sizes {
  private final Map<String, Long> known;
  private final Set<String> asked = ConcurrentHashMap.newKeySet();

  private Sizes(Map<String, Long> known) {
    this.known = Map.copyOf(known);
  }

  /// These values; every other symbol is open.
  public static Sizes of(Map<String, Long> known) {
    return new Sizes(known);
  }

  /// The value of a symbol, where it is known.
  public OptionalLong of(String symbol) {
    asked.add(symbol);
    Long size = known.get(symbol);
    return size == null ? OptionalLong.empty() : OptionalLong.of(size);
  }

  /// How long an axis will be, where all sizes that it is made of are known.
  ///
  /// @param extent without variables or data
  public OptionalLong of(IndexExpr extent) {
    boolean[] isKnown = {true};
    try {
      long length =
          IndexEvaluator.extent(
              extent,
              symbol -> {
                OptionalLong size = of(symbol);
                isKnown[0] &= size.isPresent();
                return size.orElse(1);
              });
      return isKnown[0] ? OptionalLong.of(length) : OptionalLong.empty();
    } catch (ArithmeticException none) {
      return OptionalLong.empty();
    }
  }

  /// Whether the answer to any question went into what passes made.
  public boolean wereAsked() {
    return !asked.isEmpty();
  }
}
