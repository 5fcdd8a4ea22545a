package org.einkorn.runtime.exec;

/// A failure of the data inside running code.
///
/// Generated code throws it through the static methods below, so that a trap costs one call
/// instruction at the place where it can happen.
public final class KernelTrap extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /// What went wrong.
  public enum Kind {
    /// A position taken from data lies outside its axis.
    POSITION,
    /// The exact result of integer arithmetic is no number of its type.
    OVERFLOW,
    /// The condition that ends an iteration did not come true in all its rounds.
    UNSETTLED
  }

  private final Kind kind;
  private final int site;
  private final long value;
  private final long bound;

  private KernelTrap(Kind kind, int site, long value, long bound) {
    super(kind + " at site " + site + ": " + value + " of " + bound, null, false, false);
    this.kind = kind;
    this.site = site;
    this.value = value;
    this.bound = bound;
  }

  /// A fetch outside its axis.
  ///
  /// @param site the ordinal of the fetch among the fetches of its function, in text order from 0
  public static KernelTrap position(int site, long value, long extent) {
    return new KernelTrap(Kind.POSITION, site, value, extent);
  }

  /// Integer arithmetic without an exact result.
  public static KernelTrap overflow() {
    return new KernelTrap(Kind.OVERFLOW, -1, 0, 0);
  }

  /// An iteration whose condition did not come true.
  ///
  /// @param rounds how many rounds it may have
  public static KernelTrap unsettled(long rounds) {
    return new KernelTrap(Kind.UNSETTLED, -1, rounds, rounds);
  }

  /// `value` if it is a position of an axis of `extent`; called by generated code.
  public static long requirePosition(long value, long extent, int site) {
    if (value < 0 || value >= extent) {
      throw position(site, value, extent);
    }
    return value;
  }

  public Kind kind() {
    return kind;
  }

  /// The ordinal of the fetch in its function; −1 for other failures.
  public int site() {
    return site;
  }

  /// The position that was asked for, or the number of rounds.
  public long value() {
    return value;
  }

  /// The extent of the axis it was asked of.
  public long bound() {
    return bound;
  }
}
