package org.einkorn.differential;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.einkorn.frontend.Compiled;
import org.einkorn.frontend.EquationPrinter;
import org.einkorn.frontend.Request;
import org.einkorn.frontend.lower.Frontend;
import org.einkorn.ir.eval.ProgramInterpreter;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.target.RefusedException;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.Signature;

/// Prints a program as explicit equations, compiles them, and holds the two against each other: the
/// same signature, the same outputs bit for bit or the same fault, and the same text again.
sealed interface EquationText {
  /// The equations mean the program, and print the same.
  record Same() implements EquationText {}

  /// The equations mean the program; what they compile to prints otherwise, and that the same.
  record Settles() implements EquationText {}

  /// No source means the program.
  ///
  /// @param reason the words of E0910, without names
  record Refused(String reason) implements EquationText {}

  /// The equations are wrong.
  record Wrong(Disagreement.Kind kind, String details) implements EquationText {}

  static EquationText of(Case tested, Outcome oracle) {
    Program program = tested.program();
    String text;
    try {
      text = EquationPrinter.print(program);
    } catch (RefusedException refused) {
      return refused.code().equals("E0910")
          ? new Refused(String.valueOf(refused.getMessage()).replaceAll("`[^`]*`", "`…`"))
          : new Wrong(Disagreement.Kind.TEXT, Run.describe(refused));
    }
    Compiled compiled = compile(text);
    Optional<Program> read = compiled.program();
    if (read.isEmpty() || compiled.diagnostics().stream().anyMatch(Diagnostic::isError)) {
      return new Wrong(Disagreement.Kind.COMPILER, text + compiled.diagnostics());
    }
    String difference = difference(tested, oracle, read.get());
    if (!difference.isEmpty()) {
      return new Wrong(Disagreement.Kind.VALUE, difference + "\n" + text);
    }
    String again = EquationPrinter.print(read.get());
    if (again.equals(text)) {
      return new Same();
    }
    Optional<String> third = compile(again).program().map(EquationPrinter::print);
    return third.equals(Optional.of(again))
        ? new Settles()
        : new Wrong(Disagreement.Kind.TEXT, text + "\n" + again + "\n" + third.orElse("errors"));
  }

  private static Compiled compile(String text) {
    return Frontend.compile(new SourceFile("equations.ein", text), Request.plain());
  }

  /// How what was read differs from what was printed; empty where it does not.
  private static String difference(Case tested, Outcome oracle, Program read) {
    Signature from = tested.program().signature();
    if (!names(from).equals(names(read.signature()))) {
      return "expected " + names(from) + ", found " + names(read.signature());
    }
    Case again = tested.with(read, tested.inputs());
    Outcome found = Run.of(ProgramInterpreter.of(read), again, Run.Order.WHOLE);
    if (oracle instanceof Outcome.Finished(Map<String, Data> expected)
        && found instanceof Outcome.Finished(Map<String, Data> tensors)) {
      return from.outputs().stream()
          .map(Signature.Output::name)
          .filter(name -> !Optional.ofNullable(expected.get(name)).equals(value(tensors, name)))
          .map(name -> name + ": expected " + expected.get(name) + ", found " + tensors.get(name))
          .findFirst()
          .orElse("");
    }
    // Which of several positions fails first follows from the order of the axes, which is that in
    // which an equation mentions them.
    boolean isSameFault =
        oracle instanceof Outcome.Trapped expected
            && found instanceof Outcome.Trapped trap
            && expected.kind() == trap.kind()
            && expected.bound() == trap.bound()
            && trap.definition().startsWith(expected.definition());
    return isSameFault ? "" : "expected " + oracle + ", found " + found;
  }

  private static Optional<Data> value(Map<String, Data> tensors, String name) {
    return Optional.ofNullable(tensors.get(name));
  }

  private static List<String> names(Signature signature) {
    return java.util.stream.Stream.concat(
            signature.inputs().stream().map(input -> input.name() + ": " + input.type().dtype()),
            signature.outputs().stream()
                .map(output -> output.name() + ": " + output.type().dtype()))
        .toList();
  }
}
