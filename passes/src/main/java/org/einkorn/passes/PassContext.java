package org.einkorn.passes;

import java.util.Map;
import java.util.OptionalLong;
import org.einkorn.passes.trace.Trace;

/// What a pass may know beyond the program it rewrites.
///
/// A pass may use sizes to choose between programs that are all right; what it makes is right for
/// every size all the same.
///
/// @param sizes the values that symbols will have, as far as they are known
/// @param mayReassociate whether the order of floating-point operations may change
/// @param trace takes note of every rewrite
public record PassContext(Map<String, Long> sizes, boolean mayReassociate, Trace.Recorder trace) {
  public PassContext {
    sizes = Map.copyOf(sizes);
  }

  /// Nothing known, everything but approximations allowed.
  public static PassContext defaults() {
    return new PassContext(Map.of(), true, new Trace.Recorder());
  }

  /// These sizes instead.
  public PassContext withSizes(Map<String, Long> known) {
    return new PassContext(known, mayReassociate, trace);
  }

  /// This context where floating-point operations keep their order, or need not.
  public PassContext withReassociation(boolean allowed) {
    return new PassContext(sizes, allowed, trace);
  }

  /// This context with a new record of rewrites.
  public PassContext withTrace(Trace.Recorder recorder) {
    return new PassContext(sizes, mayReassociate, recorder);
  }

  /// The value of a symbol, where it is known.
  public OptionalLong size(String symbol) {
    Long size = sizes.get(symbol);
    return size == null ? OptionalLong.empty() : OptionalLong.of(size);
  }
}
