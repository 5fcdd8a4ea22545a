package org.einkorn.ir.loop;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Functions of a module, one after the other, that run again and again.
///
/// Each round runs `first` up to `test`, and ends all if `until` holds then. After `limit` rounds
/// all ends at that place too; where there is an `until`, the run has failed. Else the round goes
/// on up to `last`.
///
/// @param first the first function of a round
/// @param test the last function before the test; without it the test comes first
/// @param last the last function of a round
/// @param until a `bool` without axes
/// @param limit an `i64` without axes, stored before the first round
public record Repeat(
    String first,
    Optional<String> test,
    String last,
    Optional<String> until,
    Optional<String> limit) {
  public Repeat {
    if (until.isEmpty() && limit.isEmpty()) {
      throw new IllegalArgumentException("a repetition without an end");
    }
  }

  /// The buffers that decide about the end.
  public List<String> buffers() {
    List<String> buffers = new ArrayList<>();
    until.ifPresent(buffers::add);
    limit.ifPresent(buffers::add);
    return List.copyOf(buffers);
  }
}
