package org.einkorn.ir.loop;

import java.util.List;
import java.util.Optional;

/// What is asked of the code for a loop beyond what its rounds compute, which it never changes.
///
/// The interpreter does nothing about it. A backend does what it says, or tells the user that it
/// can't ([org.einkorn.ir.target.Backend#warnings]).
public sealed interface Annotation {
  /// How it is written behind the extent of a loop: `prefetch B by 8`, or `mma m16n8k16`; its first
  /// word alone.
  String word();

  /// `prefetch B by 8`: while a round runs, memory is asked for the lines of `B` that the round
  /// `distance` rounds later reads. Rounds that there are not ask for lines that nobody reads.
  record Prefetch(String buffer, int distance) implements Annotation {
    /// As many rounds ahead as can be asked for.
    public static final int MOST_ROUNDS = 1024;

    public Prefetch {
      if (distance < 1 || distance > MOST_ROUNDS) {
        throw new IllegalArgumentException(
            "a distance of %d rounds, and not 1 to %d".formatted(distance, MOST_ROUNDS));
      }
    }

    @Override
    public String word() {
      return "prefetch";
    }

    /// What keeps a loop from having it, if anything does: "reads nothing of `B`".
    public Optional<String> faultOn(Stmt.For loop) {
      if (loop.kind().isAtOnce()) {
        return Optional.of(
            "is %s, and has no later rounds to read ahead for".formatted(loop.kind().text()));
      }
      List<NestedRead> reads = NestedRead.of(loop.body(), buffer);
      if (reads.isEmpty()) {
        return Optional.of("reads nothing of `" + buffer + "`");
      }
      return reads.stream().anyMatch(NestedRead::isFromData)
          ? Optional.of("reads `" + buffer + "` at a position that comes from data")
          : Optional.empty();
    }
  }

  /// `mma m16n8k16`: what the lanes of a warp add up in all rounds of the loop, each its own share,
  /// is a product of matrices of this shape, to be computed by one instruction of the warp.
  ///
  /// The body of the loop is the share of one lane as it is computed without the instruction, which
  /// may round floats otherwise ([MmaShape]). What the body has to look like,
  /// [org.einkorn.ir.warp.WarpProduct] says.
  record Mma(MmaShape shape) implements Annotation {
    @Override
    public String word() {
      return "mma";
    }
  }
}
