package org.einkorn.backend.jvm;

/// A number that lies in a local variable and does not change while it is used.
///
/// @param type `INT` or `LONG`
/// @param scope the number of the scope at whose beginning it is known, the method's entry being 0;
///   [#HERE] where it becomes known in the middle of a statement
/// @param interval what it can be
record Atom(int slot, JvmType type, int scope, Interval interval) implements Comparable<Atom> {
  static final int HERE = Integer.MAX_VALUE;

  @Override
  public int compareTo(Atom other) {
    return Integer.compare(slot, other.slot);
  }
}
