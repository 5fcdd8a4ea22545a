package org.einkorn.passes.normalize;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.runtime.DType;

/// Einsum expressions over one algebra as programs: one definition for each einsum.
///
/// A symbol is a letter and a number; its extent is given by the letter, so that symbols of one
/// letter may stand for one another.
final class Nested {
  private final Algebra algebra;
  private final Map<String, Integer> extents;
  private final Map<String, List<Integer>> inputs = new LinkedHashMap<>();
  private final List<Definition> definitions = new ArrayList<>();

  /// @param extents the extent of the symbols that begin with a letter
  Nested(Algebra algebra, Map<String, Integer> extents) {
    this.algebra = algebra;
    this.extents = Map.copyOf(extents);
  }

  /// An operand: a tensor and its index string, or a factor that is none.
  sealed interface Operand {
    record Indexed(String tensor, List<String> symbols) implements Operand {}

    /// δ: one where both strings are equal, else zero.
    record Delta(List<String> left, List<String> right) implements Operand {}

    /// The elementwise ⊕ of two tensors with one index string.
    record Sum(String left, String right, List<String> symbols) implements Operand {}

    /// A value that reads nothing but the sizes.
    record Constant(Scalar value) implements Operand {}

    default Set<String> symbolSet() {
      Set<String> all = new LinkedHashSet<>();
      switch (this) {
        case Indexed(var tensor, List<String> symbols) -> all.addAll(symbols);
        case Sum(var left, var right, List<String> symbols) -> all.addAll(symbols);
        case Delta(List<String> left, List<String> right) -> {
          all.addAll(left);
          all.addAll(right);
        }
        case Constant _ -> {}
      }
      return all;
    }

    default Operand map(UnaryOperator<String> symbol) {
      return switch (this) {
        case Indexed(String tensor, List<String> symbols) ->
            new Indexed(tensor, Nested.map(symbols, symbol));
        case Sum(String left, String right, List<String> symbols) ->
            new Sum(left, right, Nested.map(symbols, symbol));
        case Delta(List<String> left, List<String> right) ->
            new Delta(Nested.map(left, symbol), Nested.map(right, symbol));
        case Constant constant -> constant;
      };
    }
  }

  static List<String> map(List<String> symbols, UnaryOperator<String> symbol) {
    return symbols.stream().map(symbol).toList();
  }

  /// `# operands -> output`
  record Einsum(List<Operand> operands, List<String> output) {
    Einsum {
      operands = List.copyOf(operands);
      output = List.copyOf(output);
    }

    Set<String> symbols() {
      Set<String> all = new LinkedHashSet<>();
      operands.forEach(operand -> all.addAll(operand.symbolSet()));
      return all;
    }

    Einsum map(UnaryOperator<String> symbol) {
      return new Einsum(
          operands.stream().map(operand -> operand.map(symbol)).toList(),
          Nested.map(output, symbol));
    }
  }

  int extent(String symbol) {
    return Objects.requireNonNull(extents.get(symbol.substring(0, 1)), symbol);
  }

  /// Declares an input for an index string.
  Nested input(String name, List<String> symbols) {
    inputs.put(name, symbols.stream().map(this::extent).toList());
    return this;
  }

  Map<String, List<Integer>> inputs() {
    return inputs;
  }

  /// Adds `name = ⊕ of all einsums`.
  Nested define(String name, Einsum... einsums) {
    List<Contraction> terms = new ArrayList<>();
    for (Einsum einsum : einsums) {
      terms.add(contraction(einsum));
    }
    definitions.add(
        new Definition(name, type(einsums[0].output()), new Body.Accumulate(algebra.plus, terms)));
    return this;
  }

  /// Adds a tensor all of whose elements are one value.
  Nested constant(String name, List<String> symbols, Scalar value) {
    List<Axis> axes = new ArrayList<>();
    for (int place = 0; place < symbols.size(); place++) {
      axes.add(new Axis("p" + place, IndexExpr.of(extent(symbols.get(place)))));
    }
    Contraction term =
        new Contraction(
            axes,
            List.of(),
            axes.stream().map(Axis::variable).toList(),
            algebra.times,
            List.of(value));
    definitions.add(
        new Definition(name, type(symbols), new Body.Accumulate(algebra.plus, List.of(term))));
    return this;
  }

  private TensorType type(List<String> symbols) {
    return new TensorType(
        algebra.value, symbols.stream().map(symbol -> IndexExpr.of(extent(symbol))).toList());
  }

  private Contraction contraction(Einsum einsum) {
    List<Axis> axes =
        einsum.symbols().stream()
            .map(symbol -> new Axis(symbol, IndexExpr.of(extent(symbol))))
            .toList();
    return new Contraction(
        axes,
        List.of(),
        variables(einsum.output()),
        algebra.times,
        einsum.operands().stream().map(this::value).toList());
  }

  private static List<IndexExpr> variables(List<String> symbols) {
    return symbols.stream().map(IndexExpr::variable).toList();
  }

  private Scalar value(Operand operand) {
    return switch (operand) {
      case Operand.Indexed(String tensor, List<String> symbols) -> read(tensor, symbols);
      case Operand.Sum(String left, String right, List<String> symbols) ->
          new Scalar.Binary(algebra.plus.combine(), read(left, symbols), read(right, symbols));
      case Operand.Constant(Scalar value) -> value;
      case Operand.Delta(List<String> left, List<String> right) -> {
        Optional<Scalar> condition = Optional.empty();
        for (int place = 0; place < left.size(); place++) {
          Scalar equal =
              new Scalar.Binary(
                  BinaryOp.EQUAL,
                  new Scalar.Position(IndexExpr.variable(left.get(place))),
                  new Scalar.Position(IndexExpr.variable(right.get(place))));
          condition =
              Optional.of(
                  condition
                      .<Scalar>map(all -> new Scalar.Binary(BinaryOp.AND, all, equal))
                      .orElse(equal));
        }
        yield condition
            .<Scalar>map(all -> new Scalar.Select(all, algebra.one(), algebra.zero()))
            .orElse(algebra.one());
      }
    };
  }

  private Scalar read(String tensor, List<String> symbols) {
    DType type = inputs.containsKey(tensor) ? algebra.stored : algebra.value;
    return Scalar.cast(algebra.value, new Scalar.Read(tensor, type, variables(symbols)));
  }

  /// The program whose output is the last definition.
  Program program() {
    List<Signature.Input> signature = new ArrayList<>();
    inputs.forEach(
        (name, shape) ->
            signature.add(
                new Signature.Input(
                    Signature.Role.INPUT,
                    name,
                    new TensorType(
                        algebra.stored,
                        shape.stream().map(extent -> IndexExpr.of(extent)).toList()),
                    Optional.empty())));
    Definition last = definitions.getLast();
    return new Program(
        "nested",
        new Signature(
            List.of(),
            signature,
            List.of(new Signature.Output(last.name(), last.type(), Optional.empty())),
            List.of()),
        definitions);
  }
}
