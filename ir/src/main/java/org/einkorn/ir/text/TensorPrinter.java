package org.einkorn.ir.text;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.Slicing;
import org.einkorn.ir.tensor.TensorReads;
import org.einkorn.runtime.DType;

/// Writes level 1 of the IR.
///
/// ```text
/// program attention
/// symbols n, d
/// input Q: f32[n, d]
/// input K: f32[n, d]
/// output S: f32[n, n]
///
/// S: f32[n, n] = sum
///   for i < n, j < n, k < d
///   where 0 <= i + k < n
///     [i, j] <- Q[i, k] * K[j, k]
///   for i < n
///     [i, i] <- 1.0:f32
///
/// C: f32[n, n] = scan sum along j
///   for i < n, j < n
///     <- exp(S[i, j])
/// ```
///
/// `slice s, t: Y.1, Y` before the first of several definitions says that they run together, one
/// position of the axes `s` and `t` at a time.
///
/// `rec H: f32[T + 1, n]` before the first definition that reads `H` says what a tensor is that is
/// defined in terms of itself, or further down.
///
/// A request for a derivative names its tensors: `G: f32[n] = grad(Loss, W)`.
///
/// An iteration names what it starts from, what comes next, and how it ends: `X: f64 = iterate
/// X.start by X.next until X.settled for X.limit`.
///
/// A definition has one `for … where … [write] <- operands` for each term. Outside parentheses the
/// sign between operands is the term's join; a term of one operand whose join is not `*` (for
/// Booleans `and`) names it at the end, as in `[i] <- X[i] join max`.
public final class TensorPrinter {
  private static final int WIDTH = 100;

  private final StringBuilder out = new StringBuilder();

  private TensorPrinter() {}

  /// The text of a program, which [TensorParser] reads back.
  public static String print(Program program) {
    TensorPrinter printer = new TensorPrinter();
    printer.out.append("program ").append(Words.name(program.name())).append('\n');
    SignaturePrinter.print(program.signature(), printer.out);
    Map<String, Definition> later = new LinkedHashMap<>();
    program.definitions().forEach(each -> later.putIfAbsent(each.name(), each));
    for (Definition definition : program.definitions()) {
      printer.out.append('\n');
      for (String read : TensorReads.of(definition.body())) {
        Definition recursive = later.remove(read);
        if (recursive != null) {
          printer.recursive(recursive);
        }
      }
      later.remove(definition.name());
      for (Slicing slicing : program.slicings()) {
        if (slicing.definitions().getFirst().equals(definition.name())) {
          printer.slicing(slicing);
        }
      }
      printer.definition(definition);
    }
    return printer.out.toString();
  }

  private void recursive(Definition definition) {
    out.append("rec ").append(Words.name(definition.name())).append(": ");
    out.append(ExprPrinter.print(definition.type())).append('\n');
  }

  private void slicing(Slicing slicing) {
    out.append("slice ").append(names(slicing.axes())).append(": ");
    out.append(names(slicing.definitions())).append('\n');
  }

  private static String names(List<String> names) {
    return names.stream().map(Words::name).collect(Collectors.joining(", "));
  }

  /// The text of one definition, as it stands in its program.
  public static String print(Definition definition) {
    TensorPrinter printer = new TensorPrinter();
    printer.definition(definition);
    return printer.out.toString();
  }

  /// What joins one operand where the text does not say.
  static BinaryOp defaultJoin(DType type) {
    return type == DType.BOOL ? BinaryOp.AND : BinaryOp.MULTIPLY;
  }

  private void definition(Definition definition) {
    out.append(Words.name(definition.name())).append(": ");
    out.append(ExprPrinter.print(definition.type())).append(" = ");
    switch (definition.body()) {
      case Body.Accumulate(var projection, List<Contraction> terms) -> {
        out.append(projection.text()).append('\n');
        terms.forEach(this::term);
      }
      case Body.Scan scan -> {
        String along = scan.axes().get(scan.axis()).name();
        out.append("scan ").append(scan.projection().text());
        out.append(" along ").append(Words.name(along)).append('\n');
        domain(scan.axes(), List.of());
        out.append("    <- ").append(ExprPrinter.print(scan.operand())).append('\n');
      }
      case Body.Derivative derivative -> {
        String names =
            derivative.tensors().stream().map(Words::name).collect(Collectors.joining(", "));
        out.append(derivative.mode().text()).append('(').append(names);
        if (derivative.mode() == Body.Derivative.Mode.JET) {
          out.append(", ").append(derivative.order());
        }
        out.append(")\n");
      }
      case Body.Iterate(String start, String next, var until, var limit) -> {
        out.append("iterate ").append(Words.name(start)).append(" by ").append(Words.name(next));
        until.ifPresent(name -> out.append(" until ").append(Words.name(name)));
        limit.ifPresent(name -> out.append(" for ").append(Words.name(name)));
        out.append('\n');
      }
    }
  }

  private void domain(List<Axis> axes, List<Guard> guards) {
    if (!axes.isEmpty()) {
      String list =
          axes.stream()
              .map(axis -> Words.name(axis.name()) + " < " + ExprPrinter.print(axis.extent()))
              .collect(Collectors.joining(", "));
      out.append("  for ").append(list).append('\n');
    }
    if (!guards.isEmpty()) {
      String list = guards.stream().map(ExprPrinter::print).collect(Collectors.joining(", "));
      out.append("  where ").append(list).append('\n');
    }
  }

  private void term(Contraction term) {
    domain(term.axes(), term.guards());
    String target = "    " + ExprPrinter.printIndices(term.write()) + " <- ";
    List<String> operands = term.operands().stream().map(TensorPrinter::operand).toList();
    String sign = term.join().text();
    String line = target + String.join(" " + sign + " ", operands);
    if (line.codePointCount(0, line.length()) > WIDTH && operands.size() > 1) {
      int signColumn = Math.max(4, target.codePointCount(0, target.length()) - sign.length() - 1);
      line = target + String.join("\n" + " ".repeat(signColumn) + sign + " ", operands);
    }
    out.append(line);
    if (operands.size() == 1 && term.join() != defaultJoin(term.valueType())) {
      out.append(" join ").append(sign);
    }
    out.append('\n');
  }

  private static String operand(Scalar operand) {
    return ExprPrinter.printOperand(operand);
  }
}
