package org.einkorn.ir.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.text.LoopParser;
import org.einkorn.runtime.exec.KernelModule;
import org.einkorn.runtime.exec.KernelTrap;
import org.junit.jupiter.api.Test;

/// Modules that happen to give an answer, but must not.
final class ModuleInterpreterTest {
  private static final String HEAD =
      """
      module m
      input X: i32[4]
      output Y: i32[4]
      buffer Y: i32[4] global
      """;

  private static KernelModule module(String functions) {
    return ModuleInterpreter.of(LoopParser.parse(new SourceFile("m", HEAD + functions)).require());
  }

  private static MemorySegment[] memory(KernelModule module) {
    return module.manifest().buffers().stream()
        .map(buffer -> Arena.ofAuto().allocate(16, 8))
        .toArray(MemorySegment[]::new);
  }

  private static void run(KernelModule module, MemorySegment[] memory) {
    for (int function = 0; function < module.manifest().functions().size(); function++) {
      long extent = module.parallelExtent(function, new long[0]);
      // In two pieces, as threads would.
      module.run(function, memory, new long[0], 0, extent / 2);
      module.run(function, memory, new long[0], extent / 2, extent);
    }
  }

  private static void assertFault(String message, String functions) {
    KernelModule module = module(functions);
    IllegalStateException fault =
        assertThrows(IllegalStateException.class, () -> run(module, memory(module)));
    assertTrue(fault.toString().contains(message), fault::toString);
  }

  private static String loop(String kind, String statement) {
    return "function f {\n  for" + kind + " i < 4 {\n    " + statement + "\n  }\n}\n";
  }

  @Test
  void soundModulesRunAgainAndAgain() {
    KernelModule module =
        module(
            loop(" parallel", "Y[i] = X[i] + 1:i32")
                + "function g {\n  for i < 4 {\n    Y[i] = Y[i] + Y[3 - i]\n  }\n}\n");
    MemorySegment[] memory = memory(module);
    for (int time = 0; time < 3; time++) {
      run(module, memory);
      assertEquals(List.of(2, 2, 3, 3), ints(memory[1]));
    }
  }

  private static List<Integer> ints(MemorySegment memory) {
    return java.util.Arrays.stream(memory.toArray(java.lang.foreign.ValueLayout.JAVA_INT))
        .boxed()
        .toList();
  }

  @Test
  void readsOfWhatIsNotStored() {
    assertFault("element 0 of `Y` is read before it is stored", loop("", "Y[i] = Y[i] + X[i]"));
    assertFault(
        "element 3 of `Y` is read before it is stored",
        "function f {\n  for i < 3 {\n    Y[i] = X[i]\n  }\n}\n"
            + "function g {\n  for i < 4 {\n    Y[i] = Y[i] + Y[i]\n  }\n}\n");
  }

  @Test
  void whatOneRunStoresIsUndefinedInTheNext() {
    KernelModule module =
        module(
            "function f {\n"
                + "  for i < 4 {\n"
                + "    if 0 <= fetch<X, 0, 4>(X[0]) < 1 {\n"
                + "      Y[i] = X[i]\n"
                + "    }\n"
                + "  }\n"
                + "}\n"
                + "function g {\n"
                + "  for i < 4 {\n"
                + "    Y[i] = Y[i] + X[i]\n"
                + "  }\n"
                + "}\n");
    MemorySegment[] memory = memory(module);
    run(module, memory);
    memory[0].set(java.lang.foreign.ValueLayout.JAVA_INT, 0, 1);
    assertThrows(IllegalStateException.class, () -> run(module, memory));
  }

  @Test
  void aLimitFromDataTrapsAtItsOwnPlace() {
    KernelModule module = module(loop("", "if 0 <= i < fetch<X, 0, 4>(X[i]) { Y[i] = X[i] }"));
    MemorySegment[] memory = memory(module);
    memory[0].set(java.lang.foreign.ValueLayout.JAVA_INT, 4, 7);
    KernelTrap trap = assertThrows(KernelTrap.class, () -> run(module, memory));
    assertEquals(0, trap.site());
  }

  @Test
  void racesOfParallelLoops() {
    assertFault(
        "a race: round 0 of the parallel loop `i` stores element 0 of `Y`, which round 1 stores",
        loop(" parallel", "Y[0] = X[i]"));
    // Round 1 reads what round 0 has stored, in another piece or in the same.
    assertFault(
        "stores element 0 of `Y`, which round 1 reads",
        "function a {\n  for i < 4 {\n    Y[i] = X[i]\n  }\n}\n"
            + loop(" parallel", "Y[i] = Y[max(i - 1, 0)]").replace("function f", "function b"));
    assertFault(
        "reads element 1 of `Y`, which round 1 stores",
        "function a {\n  for i < 4 {\n    Y[i] = X[i]\n  }\n}\n"
            + loop(" parallel", "Y[i] = Y[min(i + 1, 3)]").replace("function f", "function b"));
    // Inside another loop.
    assertFault(
        "a race",
        "function f {\n"
            + "  for j < 4 {\n"
            + "    for parallel i < 2 {\n"
            + "      Y[j] = X[i]\n"
            + "    }\n"
            + "  }\n"
            + "}\n");
  }

  private static String grid(String body) {
    return "function f {\n  for block.x b < 1 {\n    alloc s: i32[4] shared {\n" + body + "\n}}}\n";
  }

  /// The threads of a block see what others have stored once the loop over threads has ended, and
  /// not before.
  @Test
  void threadsOfABlockWaitWhereTheirLoopEnds() {
    String fill = "for thread.x t < 4 { s[t] = X[t] }";
    String turned = "for thread.x t < 4 { Y[t] = s[3 - t] }";
    KernelModule module = module(grid(fill + "\n" + turned));
    MemorySegment[] memory = memory(module);
    memory[0].copyFrom(MemorySegment.ofArray(new int[] {5, 6, 7, 8}));
    run(module, memory);
    assertEquals(List.of(8, 7, 6, 5), ints(memory[1]));
    assertFault(
        "element 3 of `s` is read before it is stored",
        grid("for thread.x t < 4 { s[t] = X[t]\n Y[t] = s[3 - t] }"));
    assertFault(
        "a race: round 0 of the thread.x loop `t` stores element 0 of `s`, which round 1 reads",
        grid("for thread.x t < 4 { s[t] = X[t]\n Y[t] = s[max(t - 1, 0)] }"));
    assertFault(
        "a race: round 0 of the thread.y loop `u` stores element 0 of `s`, which round 1 stores",
        grid("for thread.y u < 2 { for thread.x t < 4 { s[t] = X[t] } }"));
    assertFault(
        "position 4 on axis 0 of `s`, which has 4", grid("for thread.x t < 4 { s[t + 1] = X[t] }"));
    assertFault("element 0 of `s` is read before it is stored", grid(turned.replace("3 - t", "t")));
    assertFault(
        "element 3 of `s` is read before it is stored",
        grid("for thread.x t < 3 { s[t] = X[t] }\n" + turned));
  }

  /// Blocks never wait for one another, whatever memory it is.
  @Test
  void racesOfBlocks() {
    assertFault(
        "a race: round 0 of the block.x loop `b` stores element 0 of `Y`, which round 1 stores",
        "function f {\n  for block.x b < 2 {\n    for thread.x t < 2 { Y[t] = X[t] }\n  }\n}\n");
    assertFault(
        "stores element 0 of `Y`, which round 1 reads",
        "function f {\n  for block.x b < 2 {\n    Y[b] = X[b]\n"
            + "    for thread.x t < 2 { Y[2 * t + b] = Y[0] }\n  }\n}\n");
  }
}
