package org.einkorn.ir.source;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Where a node was written, or that this is not known.
///
/// Every origin equals every other one. A record that holds an origin is therefore equal to another
/// when the two *mean* the same, wherever they were written, which is what rewriting, deduplication
/// and the round trips through text need. Whoever wants to compare places compares spans.
public final class Origin {
  /// Of nodes that no one wrote.
  public static final Origin UNKNOWN = new Origin(null);

  private final @Nullable Span span;

  private Origin(@Nullable Span span) {
    this.span = span;
  }

  public static Origin of(Span span) {
    return new Origin(span);
  }

  public boolean isKnown() {
    return span != null;
  }

  public Optional<Span> span() {
    return Optional.ofNullable(span);
  }

  /// The origin of something made out of this and `other`: the smallest span around both, or the
  /// one that is known, or the first where the two lie in different files.
  public Origin join(Origin other) {
    if (span == null) {
      return other;
    }
    if (other.span == null || !span.file().equals(other.span.file())) {
      return this;
    }
    return new Origin(span.cover(other.span));
  }

  /// Always true for another origin.
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Origin;
  }

  @Override
  public int hashCode() {
    return 1;
  }

  @Override
  public String toString() {
    return span == null ? "?" : span.toString();
  }
}
