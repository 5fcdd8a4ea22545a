package org.einkorn.passes.order;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.einkorn.ir.eval.ModuleInterpreter;
import org.einkorn.ir.eval.ProgramInterpreter;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.Slicing;
import org.einkorn.ir.text.LoopPrinter;
import org.einkorn.ir.text.TensorParser;
import org.einkorn.ir.text.TensorPrinter;
import org.einkorn.ir.verify.LoopVerifier;
import org.einkorn.ir.verify.TensorVerifier;
import org.einkorn.passes.PassContext;
import org.einkorn.passes.lower.LowerToLoops;
import org.einkorn.passes.rewrite.Signs;
import org.einkorn.passes.rewrite.Site;
import org.einkorn.runtime.Tensor;
import org.junit.jupiter.api.Test;

/// Any tree of binary steps, in slices over any axes, gives what the whole join gives: as
/// equations, and as loops that hold one slice.
class StepBuilderTest {
  private static final long SEED = Long.getLong("einkorn.seed", 7_000_000);
  private static final int ROUNDS = Integer.getInteger("einkorn.rounds", 1500);

  @Test
  void anyTreeInAnySlices() {
    int sliced = 0;
    for (long seed = SEED; seed < SEED + ROUNDS; seed++) {
      Random random = new Random(seed);
      Program program = RandomTerm.of(seed, false);
      Definition definition = program.definitions().getFirst();
      if (!(definition.body() instanceof Body.Accumulate body) || body.terms().size() > 1) {
        continue;
      }
      Contraction term = body.terms().getFirst();
      Signs signs = new Signs(Site.of(program, PassContext.defaults()));
      if (OrderLaws.of(body.projection(), term, term.valueType(), axis -> true, signs)
          .refusal()
          .isPresent()) {
        continue;
      }
      Program after = split(program, definition, body, term, random);
      sliced += after.slicings().isEmpty() ? 0 : 1;
      check(seed, program, after, random);
    }
    assertTrue(sliced > ROUNDS / 4, sliced + " of " + ROUNDS + " ran in slices");
  }

  private static Program split(
      Program program,
      Definition definition,
      Body.Accumulate body,
      Contraction term,
      Random random) {
    Set<String> slices = new LinkedHashSet<>();
    for (Axis axis : term.axes()) {
      if (random.nextInt(4) == 0) {
        slices.add(axis.name());
      }
    }
    TermNetwork network = TermNetwork.of(term);
    if (random.nextBoolean()) {
      network = network.withPrivateAxes();
    }
    int[] number = {0};
    StepBuilder builder =
        new StepBuilder(
            definition,
            body.projection(),
            network,
            slices,
            axis -> false,
            () -> "Y." + ++number[0]);
    Contraction last = builder.build(tree(term.operands().size(), random));
    List<Definition> definitions = new ArrayList<>(builder.made());
    definitions.add(
        new Definition(
            definition.name(),
            definition.type(),
            new Body.Accumulate(body.projection(), List.of(last))));
    List<String> names = definitions.stream().map(Definition::name).toList();
    return new Program(
        program.name(),
        program.signature(),
        definitions,
        slices.isEmpty() ? List.of() : List.of(new Slicing(List.copyOf(slices), names)));
  }

  private static List<Step> tree(int operands, Random random) {
    List<Integer> open = new ArrayList<>();
    for (int number = 0; number < operands; number++) {
      open.add(number);
    }
    List<Step> steps = new ArrayList<>();
    for (int next = operands; open.size() > 1; next++) {
      int left = open.remove(/* index */ random.nextInt(open.size()));
      int right = open.remove(/* index */ random.nextInt(open.size()));
      steps.add(new Step(left, right));
      open.add(next);
    }
    return steps;
  }

  private static void check(long seed, Program program, Program after, Random random) {
    String message =
        "seed " + seed + "\n" + TensorPrinter.print(program) + TensorPrinter.print(after);
    assertEquals(List.of(), TensorVerifier.verify(after), message);
    String printed = TensorPrinter.print(after);
    assertEquals(after, TensorParser.parse(new SourceFile("t", printed)).require(), message);
    try (Arena arena = Arena.ofConfined()) {
      Map<String, Tensor> inputs = OrderContractionsTest.inputs(program, arena, random);
      String expected = OrderContractionsTest.run(ProgramInterpreter.of(program), inputs);
      assertEquals(
          expected, OrderContractionsTest.run(ProgramInterpreter.of(after), inputs), message);
      var loops = LowerToLoops.lower(after);
      String text = message + LoopPrinter.print(loops);
      assertEquals(List.of(), LoopVerifier.verify(loops), text);
      assertEquals(expected, OrderContractionsTest.run(ModuleInterpreter.of(loops), inputs), text);
    }
  }
}
