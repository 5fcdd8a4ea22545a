package org.einkorn.frontend.lower;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.einkorn.frontend.check.Extents;
import org.einkorn.frontend.check.Problem;
import org.einkorn.frontend.syntax.Tree;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.source.Origin;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.EvaluationOrder;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.ir.tensor.TensorReads;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.runtime.DType;

/// Closes a program: gives every unknown extent its symbol or number, every label its position, and
/// picks the outputs.
final class Finish {
  private final Context context;
  private final Answers answers;
  private final List<Context.Required> open = new ArrayList<>();
  private final Map<String, List<List<String>>> outputLabels = new HashMap<>();

  Finish(Context context, Answers answers) {
    this.context = context;
    this.answers = answers;
  }

  /// @param items the tensors that the user defined
  Optional<Program> program(String name, Map<String, List<Item>> items) {
    if (hasErrors() || !context.open.isEmpty()) {
      context.runChecks();
      return Optional.empty();
    }
    List<Signature.Query> queries = queries();
    context.tensors.forEach(
        (tensor, info) ->
            outputLabels.put(tensor, info.extents().stream().map(this::labels).toList()));
    Map<String, Integer> labels = context.labelNumbers();
    Set<String> fixed = new HashSet<>();
    for (Signature.Input input : context.inputs) {
      for (IndexExpr extent : input.type().extents()) {
        fixed.addAll(Extents.symbols(context.extents.resolve(extent)));
      }
    }
    List<Context.Required> ofData = requireNoLabels();
    context.extents.close(fixed);
    List<String> symbols = nameSymbols();
    context.runChecks();
    require(ofData);
    Resolver resolver = new Resolver(context, labels);
    List<Definition> definitions = new ArrayList<>();
    for (Definition definition : context.definitions) {
      definitions.addAll(TupleLists.of(resolver.definition(definition)));
    }
    List<Signature.Input> inputs = new ArrayList<>();
    for (Signature.Input input : context.inputs) {
      inputs.add(input.with(resolver.type(input.type()), extent -> resolver.extent(extent)));
    }
    List<Signature.Output> outputs = outputs(items, definitions, queries);
    checkSizes(definitions, symbols);
    if (hasErrors()) {
      return Optional.empty();
    }
    Signature signature = new Signature(symbols, inputs, outputs, queries);
    return Optional.of(new Program(name, signature, EvaluationOrder.sorted(definitions)));
  }

  /// Texts that should be no labels: those of the program are checked.
  ///
  /// @return what the labels of data may break
  private List<Context.Required> requireNoLabels() {
    List<Context.Required> ofData = new ArrayList<>();
    for (Context.Required required : context.required) {
      Optional<String> label = required.label();
      if (label.filter(context.labelsOf(required.extent())::contains).isPresent()) {
        context.report(required.otherwise());
      } else if (label.isPresent() && context.extents.isOpen(required.extent())) {
        ofData.add(required);
      }
    }
    return ofData;
  }

  /// Extents that must not be 0: those that are known are checked, the others left to the run.
  ///
  /// @param ofData what else is left to the run
  private void require(List<Context.Required> ofData) {
    List<Context.Required> all = new ArrayList<>(context.required);
    all.removeIf(required -> required.label().isPresent());
    all.addAll(ofData);
    for (Context.Required required : all) {
      IndexExpr extent = context.extents.resolve(required.extent());
      if (extent.equals(IndexExpr.Constant.ZERO) && required.label().isEmpty()) {
        context.report(required.otherwise());
      } else if (!(extent instanceof IndexExpr.Constant)) {
        open.add(new Context.Required(extent, required.label(), required.otherwise()));
      }
    }
  }

  /// What must hold of data.
  List<Context.Required> required() {
    return List.copyOf(open);
  }

  private boolean hasErrors() {
    return context.problems.stream().anyMatch(problem -> !Equations.isWarning(problem));
  }

  private List<Signature.Query> queries() {
    List<Signature.Query> queries = new ArrayList<>();
    for (Answers.Question question : answers.questions()) {
      TensorInfo tensor = Objects.requireNonNull(context.tensor(question.tensor()));
      List<List<String>> labels = new ArrayList<>();
      for (int axis = 0; axis < tensor.rank(); axis++) {
        List<String> shown = question.legends().get(axis);
        labels.add(shown == null ? labels(tensor.extents().get(axis)) : shown);
      }
      queries.add(new Signature.Query(question.text(), question.tensor(), labels));
    }
    return queries;
  }

  /// The labels of an axis; nothing where data decide them.
  private List<String> labels(IndexExpr extent) {
    return context.extents.isOpen(extent) ? List.of() : context.labelsOf(extent);
  }

  // ---------------------------------------------------------------------- symbols

  /// Names the sizes that the inputs show, in their order.
  private List<String> nameSymbols() {
    Set<String> taken = new HashSet<>(context.tensors.keySet());
    for (Definition definition : context.definitions) {
      axes(definition).forEach(axis -> taken.add(axis.name()));
    }
    Map<String, String> names = new LinkedHashMap<>();
    List<List<IndexExpr>> all = new ArrayList<>();
    for (Signature.Input input : context.inputs) {
      all.add(input.type().extents().stream().map(context.extents::resolve).toList());
    }
    // Declared names first: they are never given away.
    for (List<IndexExpr> extents : all) {
      for (IndexExpr extent : extents) {
        for (String symbol : Extents.symbols(extent)) {
          if (!Extents.isUnknown(symbol)) {
            names.put(symbol, symbol);
          }
        }
      }
    }
    Set<String> given = new HashSet<>(names.keySet());
    // A symbol that is an extent by itself is read off before one that stands in an expression.
    List<String> order = new ArrayList<>();
    for (boolean alone : new boolean[] {true, false}) {
      for (int input = 0; input < all.size(); input++) {
        for (int axis = 0; axis < all.get(input).size(); axis++) {
          IndexExpr extent = all.get(input).get(axis);
          if (alone && !(extent instanceof IndexExpr.Symbol)) {
            continue;
          }
          String fallback = context.inputs.get(input).name() + "." + axis;
          for (String symbol : Extents.symbols(extent)) {
            String name =
                names.computeIfAbsent(
                    symbol, _ -> free(context.extents.hint(symbol), fallback, taken, given));
            if (!order.contains(name)) {
              order.add(name);
            }
          }
        }
      }
    }
    names.forEach(context.extents::name);
    return order;
  }

  private static String free(String hint, String fallback, Set<String> taken, Set<String> given) {
    String name = taken.contains(hint) || given.contains(hint) ? fallback : hint;
    for (int copy = 1; given.contains(name); copy++) {
      name = fallback + "." + copy;
    }
    given.add(name);
    return name;
  }

  private static List<Axis> axes(Definition definition) {
    return switch (definition.body()) {
      case Body.Accumulate accumulate ->
          accumulate.terms().stream().map(Contraction::axes).flatMap(List::stream).toList();
      case Body.Scan scan -> scan.axes();
      case Body.Derivative _, Body.Iterate _ -> List.of();
    };
  }

  /// Every size must be one that an input shows.
  private void checkSizes(List<Definition> definitions, List<String> symbols) {
    Set<String> complained = new HashSet<>();
    for (Definition definition : definitions) {
      Set<String> used = new LinkedHashSet<>();
      definition.type().extents().forEach(extent -> used.addAll(Extents.symbols(extent)));
      axes(definition).forEach(axis -> used.addAll(Extents.symbols(axis.extent())));
      for (String symbol : used) {
        if (!symbols.contains(symbol) && complained.add(symbol)) {
          String name = Extents.isUnknown(symbol) ? context.extents.hint(symbol) : symbol;
          context.report(new Problem.UnboundSize(name, definition.origin()));
        }
      }
    }
  }

  // ---------------------------------------------------------------------- outputs

  private List<Signature.Output> outputs(
      Map<String, List<Item>> items, List<Definition> definitions, List<Signature.Query> queries) {
    Map<String, TensorType> types = new LinkedHashMap<>();
    definitions.forEach(definition -> types.put(definition.name(), definition.type()));
    Map<String, Optional<String>> kept = new LinkedHashMap<>();
    boolean isDefault = context.request.requested().isEmpty();
    if (!isDefault) {
      for (String name : context.request.requested()) {
        if (!types.containsKey(name)) {
          context.report(
              new Problem.NoSuchOutput(
                  name, types.keySet().stream().filter(items::containsKey).toList()));
        } else {
          kept.put(name, Optional.empty());
        }
      }
    }
    for (Map.Entry<String, Origin> declared : answers.declared().entrySet()) {
      if (types.containsKey(declared.getKey())) {
        if (answers.kept().contains(declared.getKey()) && isDefault) {
          kept.putIfAbsent(declared.getKey(), Optional.empty());
        }
      } else {
        context.report(
            new Problem.Undefined(
                declared.getKey(), answers.rank(declared.getKey()), declared.getValue()));
      }
    }
    queries.forEach(query -> kept.putIfAbsent(query.name(), Optional.empty()));
    answers.files().forEach(file -> kept.put(file.tensor(), Optional.of(file.path())));
    if (kept.isEmpty()) {
      Set<String> read = new HashSet<>();
      for (Definition definition : definitions) {
        Set<String> others = new HashSet<>(TensorReads.of(definition.body()));
        others.removeAll(context.recursionOf(definition.name()));
        read.addAll(others);
      }
      for (String name : types.keySet()) {
        if (items.containsKey(name) && !read.contains(name)) {
          kept.put(name, Optional.empty());
        }
      }
    }
    List<Signature.Output> outputs = new ArrayList<>();
    kept.forEach(
        (name, file) -> {
          TensorType type = Objects.requireNonNull(types.get(name));
          boolean mayBeWritten = file.isPresent() || context.request.requested().contains(name);
          boolean isTuples =
              mayBeWritten
                  && type.dtype() == DType.BOOL
                  && type.rank() > 0
                  && isRelation(name, items);
          outputs.add(
              new Signature.Output(
                  name, type, file, isTuples ? Optional.of(labelsOf(name)) : Optional.empty()));
        });
    return outputs;
  }

  /// Whether a tensor is written `R(…)`.
  private boolean isRelation(String name, Map<String, List<Item>> items) {
    return isRelationByRules(name, items)
        || answers.files().stream()
            .filter(file -> file.tensor().equals(name))
            .anyMatch(file -> file.isAtom() || isRelationByRules(file.named(), items));
  }

  private static boolean isRelationByRules(String name, Map<String, List<Item>> items) {
    List<Item> own = items.getOrDefault(name, List.of());
    return !own.isEmpty() && own.getFirst().head().form() == Tree.Form.ROUND;
  }

  private List<List<String>> labelsOf(String name) {
    return outputLabels.getOrDefault(name, List.of());
  }
}
