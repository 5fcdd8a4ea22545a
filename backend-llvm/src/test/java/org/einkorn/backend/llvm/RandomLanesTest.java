package org.einkorn.backend.llvm;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.einkorn.backend.llvm.binding.Host;
import org.einkorn.backend.llvm.binding.Target;
import org.einkorn.backend.llvm.binding.TargetMachine;
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
        boolean isFinished = isSame(module, random, target(round));
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

  /// This machine, and older ones that it can stand in for.
  private static Target target(int round) {
    List<String> names = new ArrayList<>(List.of("native"));
    if (Host.get().triple().startsWith("x86_64")) {
      names.addAll(List.of("native", "x86-64"));
      if (Host.get().features().contains("+avx2")) {
        names.add("x86-64-v3");
      }
    }
    return Targets.named(names.get(round % names.size()));
  }

  private static boolean isSame(Module module, SplittableRandom random, Target target) {
    long[] symbols = {random.nextInt(0, 150)};
    byte[] object =
        Emitter.machineCode(
            module, target, "lanes", ModuleLowering.Doors.KERNELS, TargetMachine::object);
    try (Trial compiled = Trial.of(LlvmBackend.link(module, "lanes", object), symbols);
        Trial interpreted = Trial.interpreted(module, symbols)) {
      for (var input : module.signature().inputs()) {
        RandomModuleTest.fill(interpreted, input.name(), random);
      }
      return Trial.compareRuns(module, interpreted, compiled, 0);
    }
  }

  private void count(Stmt statement) {
    switch (statement) {
      case Stmt.For loop -> {
        if (loop.kind() == Stmt.LoopOrder.VECTORIZED) {
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
