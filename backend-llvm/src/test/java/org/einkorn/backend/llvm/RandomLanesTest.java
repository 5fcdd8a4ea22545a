package org.einkorn.backend.llvm;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.junit.jupiter.api.Test;

class RandomLanesTest {
  /// More rounds for a longer search: `-Deinkorn.rounds=5000`.
  private static final int ROUNDS = Integer.getInteger("einkorn.rounds", 150);

  private static final long SEED = Long.getLong("einkorn.seed", 20261129);

  private int loops;
  private int vectors;

  @Test
  void agreesWithTheInterpreterBitForBit() {
    int finished = 0;
    for (int round = 0; round < ROUNDS; round++) {
      long seed = SEED + round;
      SplittableRandom random = new SplittableRandom(seed);
      Module module = RandomLanes.of(random);
      module.functions().stream().map(Function::body).forEach(this::count);
      try {
        boolean isFinished =
            Trial.compare(
                module,
                new long[] {random.nextInt(0, 150)},
                (name, trial) -> RandomModuleTest.fill(trial, name, random),
                0);
        finished += isFinished ? 1 : 0;
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("-Deinkorn.seed=" + seed + " -Deinkorn.rounds=1: " + e, e);
      }
    }
    System.out.printf(
        "%d of %d nests ran to the end; %d of %d loops are vectors%n",
        finished, ROUNDS, vectors, loops);
    assertTrue(finished >= ROUNDS / 4, "too many ended in a trap");
    assertTrue(vectors >= loops / 2, "too few loops are vectors");
  }

  private void count(Stmt statement) {
    switch (statement) {
      case Stmt.For loop -> {
        if (loop.kind() == Stmt.LoopKind.VECTORIZED) {
          loops++;
          vectors += LaneCheck.of(loop).isPresent() ? 1 : 0;
        } else {
          count(loop.body());
        }
      }
      case Stmt.Sequence sequence -> sequence.statements().forEach(this::count);
      case Stmt.Allocate allocate -> count(allocate.body());
      case Stmt.Block _, Stmt.If _, Stmt.When _, Stmt.While _, Stmt.Store _ -> {}
    }
  }
}
