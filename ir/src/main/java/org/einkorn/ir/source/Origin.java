package org.einkorn.ir.source;

/// Where a node was written. Two origins are always equal: a node means the same wherever it stands.
public final class Origin {
  public static final Origin UNKNOWN = new Origin();
  private Origin() {}
  @Override public boolean equals(Object other) { return other instanceof Origin; }
  @Override public int hashCode() { return 0; }
}
