package org.einkorn.differential;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.einkorn.ir.eval.ProgramInterpreter;
import org.einkorn.ir.expr.IndexEvaluator;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.ir.tensor.TensorReads;

/// The ways to make a case smaller, each a list of attempts. An attempt may give a program that is
/// wrong, or throw IllegalArgumentException; whoever tries it finds out.
final class Edits {
  private Edits() {}

  /// All ways, those that cut most first.
  static List<List<Supplier<Case>>> of(Case from) {
    return List.of(
        definitions(from), terms(from), extents(from), scalars(from), positions(from), data(from));
  }

  // ---- whole definitions

  private static List<Supplier<Case>> definitions(Case from) {
    List<Supplier<Case>> edits = new ArrayList<>();
    Program program = from.program();
    for (int number = 0; number < program.definitions().size(); number++) {
      int kept = number;
      edits.add(() -> onlyOutput(from, kept));
    }
    for (Definition definition : program.definitions()) {
      edits.add(() -> asInput(from, definition));
    }
    return edits;
  }

  /// One definition as the only output, without what it does not need.
  private static Case onlyOutput(Case from, int number) {
    Definition last = from.program().definitions().get(number);
    List<Definition> kept = new ArrayList<>();
    Set<String> needed = new LinkedHashSet<>(Set.of(last.name()));
    for (Definition definition : from.program().definitions().reversed()) {
      if (needed.contains(definition.name())) {
        kept.addFirst(definition);
        needed.addAll(TensorReads.of(definition.body()));
      }
    }
    List<Signature.Output> outputs =
        List.of(new Signature.Output(last.name(), last.type(), Optional.empty()));
    return build(from, inputs(from, kept), outputs, kept, from.inputs());
  }

  /// The inputs that something reads or that fix a size.
  private static List<Signature.Input> inputs(Case from, List<Definition> definitions) {
    Set<String> read = new LinkedHashSet<>();
    definitions.forEach(definition -> read.addAll(TensorReads.of(definition.body())));
    return from.program().signature().inputs().stream()
        .filter(
            input ->
                read.contains(input.name())
                    || input.type().extents().stream().anyMatch(IndexExpr.Symbol.class::isInstance))
        .toList();
  }

  private static Case build(
      Case from,
      List<Signature.Input> inputs,
      List<Signature.Output> outputs,
      List<Definition> definitions,
      Map<String, Data> data) {
    SequencedMap<String, Data> kept = new LinkedHashMap<>();
    inputs.forEach(input -> kept.put(input.name(), Objects.requireNonNull(data.get(input.name()))));
    Signature signature =
        new Signature(from.program().signature().symbols(), inputs, outputs, List.of());
    return from.with(new Program(from.program().name(), signature, definitions), kept);
  }

  /// A definition replaced by an input that holds its values.
  private static Case asInput(Case from, Definition definition) {
    Outcome outcome = Run.of(ProgramInterpreter.of(from.program()), from, Run.Order.WHOLE);
    if (!(outcome instanceof Outcome.Finished(Map<String, Data> tensors))) {
      throw new IllegalArgumentException("the values are not known");
    }
    Map<String, Data> data = new LinkedHashMap<>(from.inputs());
    data.put(definition.name(), Objects.requireNonNull(tensors.get(definition.name())));
    List<Signature.Input> inputs = new ArrayList<>(from.program().signature().inputs());
    inputs.add(
        new Signature.Input(
            Signature.Role.INPUT, definition.name(), definition.type(), Optional.empty()));
    List<Definition> kept = new ArrayList<>(from.program().definitions());
    kept.remove(definition);
    List<Signature.Output> outputs = new ArrayList<>(from.program().signature().outputs());
    outputs.removeIf(output -> output.name().equals(definition.name()));
    return build(from, inputs, outputs, kept, data);
  }

  // ---- parts of definitions

  private static List<Supplier<Case>> terms(Case from) {
    List<Supplier<Case>> edits = new ArrayList<>();
    for (Definition definition : from.program().definitions()) {
      if (definition.body() instanceof Body.Accumulate body) {
        for (int number = 0; number < body.terms().size(); number++) {
          int at = number;
          List<Contraction> without = new ArrayList<>(body.terms());
          without.remove(at);
          edits.add(() -> withTerms(from, definition, body, without));
          for (Supplier<Contraction> smaller : smaller(body.terms().get(at))) {
            edits.add(
                () -> {
                  List<Contraction> terms = new ArrayList<>(body.terms());
                  terms.set(at, smaller.get());
                  return withTerms(from, definition, body, terms);
                });
          }
        }
      }
    }
    return edits;
  }

  private static List<Supplier<Contraction>> smaller(Contraction term) {
    List<Supplier<Contraction>> edits = new ArrayList<>();
    for (int number = 0; number < term.guards().size(); number++) {
      var guards = new ArrayList<>(term.guards());
      guards.remove(number);
      edits.add(
          () -> new Contraction(term.axes(), guards, term.write(), term.join(), term.operands()));
    }
    for (int number = 0; number < term.operands().size(); number++) {
      var operands = new ArrayList<>(term.operands());
      operands.remove(number);
      edits.add(
          () -> new Contraction(term.axes(), term.guards(), term.write(), term.join(), operands));
    }
    for (Axis axis : term.axes()) {
      edits.add(() -> withoutAxis(term, axis));
    }
    return edits;
  }

  /// The term at position 0 of an axis.
  private static Contraction withoutAxis(Contraction term, Axis axis) {
    Contraction at0 =
        Rewriter.ofPositions(
                position -> position.equals(axis.variable()) ? IndexExpr.Constant.ZERO : position)
            .term(term);
    List<Axis> axes = new ArrayList<>(term.axes());
    axes.remove(axis);
    return new Contraction(axes, at0.guards(), at0.write(), at0.join(), at0.operands());
  }

  private static Case withTerms(
      Case from, Definition definition, Body.Accumulate body, List<Contraction> terms) {
    Body.Accumulate smaller = new Body.Accumulate(body.projection(), terms);
    List<Definition> definitions = new ArrayList<>(from.program().definitions());
    definitions.set(
        definitions.indexOf(definition),
        new Definition(definition.name(), definition.type(), smaller));
    Program program = new Program(from.program().name(), from.program().signature(), definitions);
    return from.with(program, from.inputs());
  }

  // ---- sizes

  private static List<Supplier<Case>> extents(Case from) {
    Set<IndexExpr> found = new LinkedHashSet<>();
    Rewriter.ofExtents(
            extent -> {
              found.add(extent);
              return extent;
            })
        .program(from.program());
    List<Supplier<Case>> edits = new ArrayList<>();
    for (String symbol : from.program().signature().symbols()) {
      for (long size : new long[] {0, 1, 2, 3}) {
        edits.add(() -> resized(from, from.program(), Map.of(symbol, size)));
      }
      edits.add(() -> withoutSymbol(from, symbol));
    }
    for (IndexExpr extent : found) {
      long now = IndexEvaluator.extent(extent, name -> from.sizes().getOrDefault(name, 0L));
      for (long size : new long[] {0, 1, 2, now - 1, now}) {
        if (size >= 0 && size <= now) {
          edits.add(() -> resized(from, replaced(from, extent, size), Map.of()));
        }
      }
    }
    return edits;
  }

  private static Program replaced(Case from, IndexExpr extent, long size) {
    return Rewriter.ofExtents(some -> some.equals(extent) ? IndexExpr.of(size) : some)
        .program(from.program());
  }

  /// A symbol replaced by its value wherever it is an extent; fails verification where it is more.
  private static Case withoutSymbol(Case from, String symbol) {
    long size = from.sizes().getOrDefault(symbol, 0L);
    Program program = replaced(from, IndexExpr.symbol(symbol), size);
    Signature old = program.signature();
    List<String> symbols = new ArrayList<>(old.symbols());
    symbols.remove(symbol);
    Signature signature = new Signature(symbols, old.inputs(), old.outputs(), old.queries());
    return from.with(new Program(program.name(), signature, program.definitions()), from.inputs());
  }

  /// A program on the first elements of its inputs.
  private static Case resized(Case from, Program program, Map<String, Long> changed) {
    Map<String, Long> sizes = new LinkedHashMap<>(from.sizes());
    sizes.putAll(changed);
    SequencedMap<String, Data> inputs = new LinkedHashMap<>();
    for (Signature.Input input : program.signature().inputs()) {
      long[] extents =
          input.type().extents().stream()
              .mapToLong(
                  extent -> IndexEvaluator.extent(extent, name -> sizes.getOrDefault(name, 0L)))
              .toArray();
      Data data = Objects.requireNonNull(from.inputs().get(input.name()));
      inputs.put(input.name(), cut(data, extents));
    }
    return from.with(program, inputs);
  }

  private static Data cut(Data data, long[] extents) {
    int parts = data.type().isComplex() ? 2 : 1;
    long[] elements = new long[Data.size(data.type(), extents)];
    for (int number = 0; number < elements.length; number++) {
      long rest = number / parts;
      long source = 0;
      long stride = 1;
      for (int axis = extents.length - 1; axis >= 0; axis--) {
        long position = rest % extents[axis];
        rest /= extents[axis];
        if (position >= data.extents()[axis]) {
          throw new IllegalArgumentException("no data for a larger tensor");
        }
        source += position * stride;
        stride *= data.extents()[axis];
      }
      elements[number] = data.elements()[Math.toIntExact(source * parts + number % parts)];
    }
    return new Data(data.type(), extents, elements);
  }

  // ---- expressions

  /// Each scalar replaced by each of its parts, or by a number.
  private static List<Supplier<Case>> scalars(Case from) {
    List<Scalar> found = new ArrayList<>();
    rewrite(from, Rewriter.ofScalars(noting(found)));
    List<Supplier<Case>> edits = new ArrayList<>();
    for (int number = 0; number < found.size(); number++) {
      int at = number;
      for (Scalar smaller : smaller(found.get(number))) {
        edits.add(() -> rewrite(from, Rewriter.ofScalars(replacing(at, smaller))));
      }
    }
    return edits;
  }

  private static List<Scalar> smaller(Scalar scalar) {
    List<Scalar> parts =
        switch (scalar) {
          case Scalar.Literal _, Scalar.Read _, Scalar.Position _ -> List.of();
          case Scalar.Unary(var op, Scalar operand) -> List.of(operand);
          case Scalar.Binary(var op, Scalar left, Scalar right) -> List.of(left, right);
          case Scalar.MultiplyAdd(Scalar left, Scalar right, Scalar addend) ->
              List.of(left, right, addend);
          case Scalar.Dot dot -> dot.parts();
          case Scalar.Select(Scalar condition, Scalar then, Scalar otherwise) ->
              List.of(then, otherwise, condition);
          case Scalar.Cast(var type, Scalar operand) -> List.of(operand);
        };
    List<Scalar> smaller = new ArrayList<>();
    if (scalar.type().isCompute()) {
      smaller.add(Scalar.constant(scalar.type(), 1));
      smaller.add(Scalar.constant(scalar.type(), 0));
    }
    parts.stream()
        .filter(part -> Scalar.converts(part.type(), scalar.type()))
        .forEach(part -> smaller.add(Scalar.cast(scalar.type(), part)));
    return smaller;
  }

  private static List<Supplier<Case>> positions(Case from) {
    List<IndexExpr> found = new ArrayList<>();
    rewrite(from, Rewriter.ofPositions(noting(found)));
    List<Supplier<Case>> edits = new ArrayList<>();
    for (int number = 0; number < found.size(); number++) {
      int at = number;
      for (IndexExpr smaller : smaller(found.get(number))) {
        edits.add(() -> rewrite(from, Rewriter.ofPositions(replacing(at, smaller))));
      }
    }
    return edits;
  }

  private static List<IndexExpr> smaller(IndexExpr expr) {
    return switch (expr) {
      case IndexExpr.Constant _, IndexExpr.Variable _, IndexExpr.Symbol _, IndexExpr.Fetch _ ->
          List.of(IndexExpr.Constant.ZERO);
      case IndexExpr.Sum(IndexExpr left, IndexExpr right) ->
          List.of(IndexExpr.Constant.ZERO, left, right);
      case IndexExpr.Product(IndexExpr left, IndexExpr right) ->
          List.of(IndexExpr.Constant.ZERO, left, right);
      case IndexExpr.FloorDiv(IndexExpr left, var right) -> List.of(IndexExpr.Constant.ZERO, left);
      case IndexExpr.FloorMod(IndexExpr left, var right) -> List.of(IndexExpr.Constant.ZERO, left);
      case IndexExpr.Minimum(IndexExpr left, IndexExpr right) ->
          List.of(IndexExpr.Constant.ZERO, left, right);
      case IndexExpr.Maximum(IndexExpr left, IndexExpr right) ->
          List.of(IndexExpr.Constant.ZERO, left, right);
    };
  }

  private static Case rewrite(Case from, Rewriter rewriter) {
    return from.with(rewriter.program(from.program()), from.inputs());
  }

  private static <T> UnaryOperator<T> noting(List<T> found) {
    return part -> {
      found.add(part);
      return part;
    };
  }

  /// Replaces the part that is met as number `at`.
  private static <T> UnaryOperator<T> replacing(int at, T smaller) {
    int[] met = {0};
    return part -> met[0]++ == at ? smaller : part;
  }

  // ---- data

  private static List<Supplier<Case>> data(Case from) {
    List<Supplier<Case>> edits = new ArrayList<>();
    from.inputs()
        .forEach(
            (name, data) -> {
              for (long value : new long[] {0, 1}) {
                edits.add(() -> withData(from, name, constant(data, value)));
              }
              for (int number = 0; number < data.elements().length; number++) {
                int at = number;
                for (long value : new long[] {0, 1}) {
                  edits.add(() -> withData(from, name, data.with(at, bits(data, value))));
                }
              }
            });
    return edits;
  }

  private static long bits(Data data, long value) {
    return data.type().part().isFloat() ? Double.doubleToLongBits((double) value) : value;
  }

  private static Data constant(Data data, long value) {
    long[] elements = new long[data.elements().length];
    java.util.Arrays.fill(elements, bits(data, value));
    return new Data(data.type(), data.extents(), elements);
  }

  private static Case withData(Case from, String name, Data data) {
    SequencedMap<String, Data> inputs = new LinkedHashMap<>(from.inputs());
    inputs.put(name, data);
    return from.with(from.program(), inputs);
  }
}
