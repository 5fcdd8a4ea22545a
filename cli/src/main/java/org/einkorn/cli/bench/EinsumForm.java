package org.einkorn.cli.bench;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.einkorn.CompileException;
import org.einkorn.Program;
import org.einkorn.Stage;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.text.TensorParser;

/// The einsum string of a program that is one: a sum of products of its inputs at plain indices.
final class EinsumForm {
  private static final int LETTERS = 26;

  private EinsumForm() {}

  /// @return the einsum over the inputs in this order, if the program is one
  static Optional<PeerTask> of(Program program, List<String> inputs) {
    String text;
    try {
      text = program.with(program.options().withPasses(Set.of())).ir(Stage.TENSOR);
    } catch (CompileException e) {
      return Optional.empty(); // the kernel says what is wrong
    }
    List<Definition> definitions =
        TensorParser.parse(new SourceFile("tensor", text)).require().definitions();
    if (definitions.size() == 1
        && definitions.getFirst().body()
            instanceof Body.Accumulate(Projection projection, List<Contraction> terms)
        && projection == Projection.SUM
        && terms.size() == 1) {
      return spec(terms.getFirst(), inputs).map(PeerTask::einsum);
    }
    return Optional.empty();
  }

  private static Optional<String> spec(Contraction term, List<String> inputs) {
    boolean isProduct = term.operands().size() == 1 || term.join() == BinaryOp.MULTIPLY;
    if (!isProduct || !term.guards().isEmpty() || term.operands().size() != inputs.size()) {
      return Optional.empty();
    }
    Map<String, Character> letters = new HashMap<>();
    Map<String, String> terms = new HashMap<>();
    for (Scalar operand : term.operands()) {
      if (!(operand instanceof Scalar.Read(String tensor, var _, List<IndexExpr> indices))) {
        return Optional.empty();
      }
      Optional<String> word = word(indices, letters);
      if (word.isEmpty() || terms.put(tensor, word.get()) != null) {
        return Optional.empty();
      }
    }
    Optional<String> output = word(term.write(), letters);
    if (output.isEmpty() || !terms.keySet().containsAll(inputs) || letters.size() > LETTERS) {
      return Optional.empty();
    }
    return Optional.of(
        String.join(",", inputs.stream().map(name -> terms.getOrDefault(name, "")).toList())
            + "->"
            + output.get());
  }

  private static Optional<String> word(List<IndexExpr> indices, Map<String, Character> letters) {
    StringBuilder word = new StringBuilder();
    for (IndexExpr index : indices) {
      if (!(index instanceof IndexExpr.Variable(String name))) {
        return Optional.empty();
      }
      word.append(letters.computeIfAbsent(name, _ -> (char) ('a' + letters.size())));
    }
    return Optional.of(word.toString());
  }
}
