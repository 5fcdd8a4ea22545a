package org.einkorn.passes.rewrite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.text.TensorParser;
import org.einkorn.passes.PassContext;
import org.einkorn.passes.trace.Kind;
import org.einkorn.passes.trace.Trace;
import org.junit.jupiter.api.Test;

/// The driver applies rules to their end, checks what they make, and writes down what was done.
class DriverTest {
  private static final Program COPY =
      TensorParser.parse(
              new SourceFile(
                  "copy",
                  """
                  program copy
                  symbols N
                  input X: f32[N]
                  output Y: f32[N]

                  T: f32[N] = sum
                    for i < N
                      [i] <- X[i]

                  Y: f32[N] = sum
                    for i < N
                      [i] <- T[i]
                  """))
          .require();

  /// `Y[i] = T[i], T[i] = X[i] → Y[i] = X[i]`
  private static final Rule READ_SOURCE =
      new Rule(
          "read-source",
          (definition, site) ->
              definition.name().equals("Y") && site.reads("T") > 0
                  ? Outcome.rewritten(Kind.REASSOCIATING, definition, named(site, "Y"))
                  : Outcome.unchanged());

  private static Definition named(Site site, String name) {
    Body body = site.definition("T").orElseThrow().body();
    return new Definition(name, site.type("T").orElseThrow(), body);
  }

  private static Rule answering(Outcome outcome) {
    return new Rule("some-rule", (definition, site) -> outcome);
  }

  @Test
  void rewritesDropWhatIsNoLongerNeededAndAreWrittenDown() {
    PassContext context = PassContext.defaults();
    Program after = Driver.apply(RuleBook.of(READ_SOURCE), COPY, context);
    assertEquals(List.of("Y"), after.definitions().stream().map(Definition::name).toList());
    Trace.Applied applied = context.trace().trace().applied().getFirst();
    assertEquals("read-source", applied.rule());
    assertEquals("Y", applied.definition());
    assertTrue(applied.beforeText().contains("T[i]"), applied::beforeText);
    assertTrue(applied.afterText().contains("X[i]"), applied::afterText);
  }

  @Test
  void forbiddenKindsAreRefusedWithTheReason() {
    PassContext context = PassContext.defaults().withReassociation(false);
    assertSame(COPY, Driver.apply(RuleBook.of(READ_SOURCE), COPY, context));
    assertEquals(
        List.of(
            new Trace.Refused(
                "Y", "read-source", "it changes the order of floating-point operations")),
        context.trace().trace().refused());
  }

  /// What was rewritten is alike to others than before.
  @Test
  void alikeAreThoseThatThereAreNow() {
    Program program =
        TensorParser.parse(
                new SourceFile(
                    "alike",
                    """
                    program alike
                    symbols N
                    input X: f32[N]
                    output S: f32[N]
                    output A: f32[N]
                    output B: f32[N]
                    output C: f32[N]

                    S: f32[N] = sum
                      for i < N
                        [i] <- X[i] * X[i]

                    A: f32[N] = sum
                      for i < N
                        [i] <- X[i]

                    B: f32[N] = sum
                      for i < N
                        [i] <- X[i]

                    C: f32[N] = sum
                      for i < N
                        [i] <- X[i]
                    """))
            .require();
    List<String> seen = new ArrayList<>();
    Rule look =
        new Rule(
            "look",
            (definition, site) -> {
              List<Definition> alike = site.alike(definition, Body.class, Definition::body);
              seen.add(definition.name() + alike.stream().map(Definition::name).toList());
              return Outcome.unchanged();
            });
    Body square = program.definitions().getFirst().body();
    Rule change =
        new Rule(
            "change",
            (definition, site) ->
                definition.name().equals("A") && !definition.body().equals(square)
                    ? Outcome.rewritten(
                        Kind.EXACT, definition, new Definition("A", definition.type(), square))
                    : Outcome.unchanged());
    Driver.apply(RuleBook.of(look, change), program, PassContext.defaults());
    assertEquals(List.of("S[]", "A[]", "A[S]", "B[]", "C[B]", "S[]", "A[S]", "B[]", "C[B]"), seen);
  }

  @Test
  void whatChangesNothingIsTheSameInstance() {
    Outcome itself =
        new Outcome.Rewritten(Kind.EXACT, List.of(), List.of(COPY.definitions().getFirst()), "");
    Rule rule =
        new Rule(
            "itself",
            (definition, site) -> definition.name().equals("T") ? itself : Outcome.unchanged());
    PassContext context = PassContext.defaults();
    assertSame(COPY, Driver.apply(RuleBook.of(rule), COPY, context));
    assertEquals(List.of(), context.trace().trace().applied());
  }

  @Test
  void aResultThatDefinesSomethingElseIsAFault() {
    Rule rule = answering(Outcome.rewritten(Kind.EXACT, COPY.definitions().get(1), named("Z")));
    assertThrows(
        IllegalStateException.class,
        () -> Driver.apply(RuleBook.of(rule), COPY, PassContext.defaults()));
  }

  @Test
  void aResultThatReadsWhatIsNotThereIsAFault() {
    Definition first = COPY.definitions().getFirst();
    Definition reading = COPY.definitions().get(1);
    Definition itself = new Definition("T", first.type(), reading.body());
    Rule rule = answering(Outcome.rewritten(Kind.EXACT, first, itself));
    IllegalStateException fault =
        assertThrows(
            IllegalStateException.class,
            () -> Driver.apply(RuleBook.of(rule), COPY, PassContext.defaults()));
    assertTrue(String.valueOf(fault).contains("can't read `T`"), fault::toString);
  }

  @Test
  void rulesThatGoRoundInCirclesAreAFault() {
    Definition plain = COPY.definitions().getFirst();
    Definition renamed = renamed(plain);
    Rule rule =
        new Rule(
            "round",
            (definition, site) ->
                definition.name().equals("T")
                    ? Outcome.rewritten(
                        Kind.EXACT, definition, definition.equals(plain) ? renamed : plain)
                    : Outcome.unchanged());
    IllegalStateException fault =
        assertThrows(
            IllegalStateException.class,
            () -> Driver.apply(RuleBook.of(rule), COPY, PassContext.defaults()));
    assertTrue(String.valueOf(fault).contains("do not come to an end"), fault::toString);
  }

  private static Definition renamed(Definition definition) {
    Body other =
        TensorParser.parse(
                new SourceFile(
                    "renamed",
                    org.einkorn.ir.text.TensorPrinter.print(COPY)
                        .replace("for i < N\n    [i] <- X[i]", "for k < N\n    [k] <- X[k]")))
            .require()
            .definitions()
            .getFirst()
            .body();
    return new Definition(definition.name(), definition.type(), other);
  }

  private static Definition named(String name) {
    Definition first = COPY.definitions().getFirst();
    return new Definition(name, first.type(), first.body());
  }

  @Test
  void twoRulesOfOneNameAreNoBook() {
    assertThrows(IllegalArgumentException.class, () -> RuleBook.of(READ_SOURCE, READ_SOURCE));
  }
}
