package org.einkorn.passes;

import java.util.Map;
import java.util.OptionalLong;

/// What a pass may know beyond the program it rewrites.
///
/// A pass may use sizes to choose between programs that are all right; what it makes is right for
/// every size all the same.
///
/// @param sizes the values that symbols will have, as far as they are known
/// @param mayReassociate whether the order of floating-point operations may change
public record PassContext(Map<String, Long> sizes, boolean mayReassociate) {
  public PassContext {
    sizes = Map.copyOf(sizes);
  }

  /// Nothing known, everything but approximations allowed.
  public static PassContext defaults() {
    return new PassContext(Map.of(), true);
  }

  /// These sizes instead.
  public PassContext withSizes(Map<String, Long> known) {
    return new PassContext(known, mayReassociate);
  }

  /// The value of a symbol, where it is known.
  public OptionalLong size(String symbol) {
    Long size = sizes.get(symbol);
    return size == null ? OptionalLong.empty() : OptionalLong.of(size);
  }
}
