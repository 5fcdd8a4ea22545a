package org.einkorn.passes.normalize;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.text.TensorParser;
import org.einkorn.ir.text.TensorPrinter;
import org.einkorn.ir.verify.TensorVerifier;
import org.einkorn.passes.PassContext;
import org.einkorn.passes.rewrite.Driver;
import org.einkorn.passes.rewrite.Rule;
import org.einkorn.passes.rewrite.RuleBook;
import org.einkorn.passes.trace.Kind;
import org.einkorn.passes.trace.Trace;

/// A program before a rule, and what the rule makes of it.
final class RuleTests {
  private final RuleBook book;
  private final String head;
  private final String definitions;
  private final PassContext context;

  private RuleTests(RuleBook book, String head, String definitions, PassContext context) {
    this.book = book;
    this.head = head;
    this.definitions = definitions;
    this.context = context;
  }

  static RuleTests of(Rule rule) {
    return new RuleTests(RuleBook.of(rule), "", "", PassContext.defaults());
  }

  static RuleTests of(RuleBook book) {
    return new RuleTests(book, "", "", PassContext.defaults());
  }

  /// With these inputs and outputs.
  RuleTests over(String newHead) {
    return new RuleTests(book, newHead, definitions, context);
  }

  RuleTests on(String newDefinitions) {
    return new RuleTests(book, head, newDefinitions, context);
  }

  /// With floats in their order.
  RuleTests exactly() {
    return new RuleTests(book, head, definitions, PassContext.defaults().withReassociation(false));
  }

  private Program parsed(String body) {
    String text = "program test\n" + head.strip() + "\n\n" + body.strip() + "\n";
    return TensorParser.parse(new SourceFile("test", text)).require();
  }

  private Program result(Program program) {
    Program after = Driver.apply(book, program, context);
    assertEquals(List.of(), TensorVerifier.verify(after), () -> TensorPrinter.print(after));
    return after;
  }

  /// The definitions become these, by rewrites of which the last has this kind.
  void gives(Kind kind, String expected) {
    Program after = result(parsed(definitions));
    assertEquals(TensorPrinter.print(parsed(expected)), TensorPrinter.print(after));
    assertEquals(kind, context.trace().trace().applied().getLast().kind());
  }

  /// Nothing changes.
  void doesNotFire() {
    Program program = parsed(definitions);
    assertSame(program, result(program), () -> TensorPrinter.print(result(program)));
  }

  /// Nothing changes, and the trace says why.
  void isRefused(String why) {
    doesNotFire();
    List<Trace.Refused> refused = context.trace().trace().refused();
    assertTrue(
        refused.stream().anyMatch(refusal -> refusal.why().contains(why)), refused::toString);
  }
}
