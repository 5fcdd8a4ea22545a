package org.einkorn.ir.verify;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.CountedRounds;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.EvaluationOrder;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.Reach;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.ir.text.ExprPrinter;
import org.einkorn.runtime.DType;

/// Rules about equations.
final class TensorRules {
  private TensorRules() {}

  static final Rule<Subject.Equations> AXES_UNIQUE =
      new Rule<>(
          "axes-unique",
          "No two axes of a scan have one name.",
          (subject, report) -> {
            for (Definition definition : subject.program().definitions()) {
              if (definition.body() instanceof Body.Scan scan) {
                Set<String> seen = new HashSet<>();
                for (Axis axis : scan.axes()) {
                  if (!seen.add(axis.name())) {
                    report.find(
                        Subject.Equations.place(definition), "a second axis `" + axis.name() + "`");
                  }
                }
              }
            }
          });

  static final Rule<Subject.Equations> AXES_HIDE_NO_SYMBOLS =
      new Rule<>(
          "axes-hide-no-symbols",
          "No axis has the name of a symbol.",
          (subject, report) -> {
            Set<String> symbols = Set.copyOf(subject.signature().symbols());
            for (Definition definition : subject.program().definitions()) {
              for (Axis axis : axes(definition.body())) {
                if (symbols.contains(axis.name())) {
                  report.find(
                      Subject.Equations.place(definition),
                      "axis `" + axis.name() + "` has the name of a symbol");
                }
              }
            }
          });

  private static List<Axis> axes(Body body) {
    return switch (body) {
      case Body.Accumulate(var projection, List<Contraction> terms) ->
          terms.stream().flatMap(term -> term.axes().stream()).toList();
      case Body.Scan scan -> scan.axes();
      case Body.Derivative _, Body.Iterate _ -> List.of();
    };
  }

  static final Rule<Subject.Equations> SCAN_SPANS_TARGET =
      new Rule<>(
          "scan-spans-target",
          "The axes of a scan have the extents of the tensor, in order.",
          (subject, report) -> {
            for (Definition definition : subject.program().definitions()) {
              if (definition.body() instanceof Body.Scan scan) {
                List<IndexExpr> extents = scan.axes().stream().map(Axis::extent).toList();
                if (!extents.equals(definition.type().extents())) {
                  report.find(
                      Subject.Equations.place(definition),
                      "axes run over `%s`, the tensor has `%s`"
                          .formatted(
                              ExprPrinter.printIndices(extents),
                              ExprPrinter.printIndices(definition.type().extents())));
                }
              }
            }
          });

  static final Rule<Subject.Equations> VALUES_CONVERT =
      new Rule<>(
          "values-convert",
          "The type of the values converts to the type of the tensor: complex to no real number.",
          (subject, report) -> {
            for (Definition definition : subject.program().definitions()) {
              DType value =
                  switch (definition.body()) {
                    case Body.Accumulate(var projection, List<Contraction> terms) ->
                        terms.getFirst().valueType();
                    case Body.Scan scan -> scan.operand().type();
                    case Body.Derivative _, Body.Iterate _ -> definition.type().dtype();
                  };
              DType target = definition.type().dtype();
              if (!Scalar.converts(value, target)) {
                report.find(
                    Subject.Equations.place(definition),
                    "values of " + value + " do not convert to " + target);
              }
            }
          });

  static final Rule<Subject.Equations> JOINS_CLOSED =
      new Rule<>(
          "joins-closed",
          "A join of several operands is defined on their type and stays in it.",
          (subject, report) -> {
            for (Definition definition : subject.program().definitions()) {
              if (!(definition.body() instanceof Body.Accumulate body)) {
                continue;
              }
              for (int number = 0; number < body.terms().size(); number++) {
                Contraction term = body.terms().get(number);
                DType type = term.valueType();
                boolean closed =
                    term.join().domain().contains(type) && term.join().result(type) == type;
                if (term.operands().size() > 1 && !closed) {
                  report.find(
                      TensorFacts.place(definition, number),
                      "`" + term.join().text() + "` does not join values of " + type);
                }
              }
            }
          });

  static final Rule<Subject.Equations> ORDER_EXISTS =
      new Rule<>(
          "order-exists",
          "What needs itself or a later definition needs only elements of earlier rounds.",
          (subject, report) -> {
            if (Orders.of(subject.program()).orElse(null)
                instanceof EvaluationOrder.Result.Circular(List<String> cycle)) {
              report.find(
                  Place.of("`" + cycle.getFirst() + "`"),
                  "needs itself in a circle: " + String.join(" needs ", closed(cycle)));
            }
          });

  private static List<String> closed(List<String> cycle) {
    List<String> names = new ArrayList<>();
    cycle.forEach(name -> names.add("`" + name + "`"));
    names.add(names.getFirst());
    return names;
  }

  static final Rule<Subject.Equations> POSITIONS_REAL =
      new Rule<>(
          "positions-real",
          "A position from data comes of no complex number.",
          (subject, report) ->
              subject
                  .facts()
                  .forEachIndex(
                      (expr, context) -> {
                        if (expr instanceof IndexExpr.Fetch fetch
                            && Walk.isComplex(fetch.source())) {
                          report.find(
                              context.place(),
                              "`" + ExprPrinter.print(fetch.source()) + "` has a complex part");
                        }
                      }));

  static final Rule<Subject.Equations> DERIVATIVES_FIT =
      new Rule<>(
          "derivatives-fit",
          "A derivative is of floats defined before it, and its shapes follow from theirs.",
          (subject, report) -> {
            Map<String, TensorType> before = new HashMap<>();
            subject.signature().inputs().forEach(input -> before.put(input.name(), input.type()));
            for (Definition definition : subject.program().definitions()) {
              if (definition.body() instanceof Body.Derivative body) {
                misfit(definition.type(), body, before)
                    .or(() -> complex(body, subject.program()))
                    .or(() -> iterated(definition.name(), body, subject.program()))
                    .ifPresent(why -> report.find(Subject.Equations.place(definition), why));
              }
              before.put(definition.name(), definition.type());
            }
          });

  private static Optional<String> complex(Body.Derivative body, Program program) {
    return Reach.complexBetween(body.variable(), body.function(), program.definitions())
        .map(definition -> "`" + definition.name() + "` is computed with complex numbers");
  }

  private static Optional<String> iterated(String result, Body.Derivative body, Program program) {
    List<Definition> all = program.definitions();
    return Reach.iterationsBetween(body.variable(), body.function(), all).stream()
        .filter(
            state ->
                CountedRounds.of(state, all)
                    .filter(rounds -> !rounds.hasMember(body.variable()))
                    .filter(rounds -> !rounds.hasMember(result))
                    .isEmpty())
        .findFirst()
        .map(state -> "`" + state.name() + "` is an iteration without a number of rounds");
  }

  private static Optional<String> misfit(
      TensorType type, Body.Derivative body, Map<String, TensorType> before) {
    for (String name : body.tensors()) {
      TensorType known = before.get(name);
      if (known == null || !known.dtype().isFloat()) {
        return Optional.of(
            "`" + name + "` is " + (known == null ? "not defined before" : "no tensor of floats"));
      }
    }
    List<IndexExpr> function = extents(body.function(), before);
    List<IndexExpr> variable = extents(body.variable(), before);
    List<IndexExpr> expected = body.extents(body.isLikeFunction() ? function : variable);
    if (!type.extents().equals(expected)) {
      return Optional.of(
          body.mode() == Body.Derivative.Mode.JET
              ? "the result has another shape than orders of `" + body.function() + "`"
              : "the result has another shape than `"
                  + (body.isLikeFunction() ? body.function() : body.variable())
                  + "`");
    }
    if (body.mode() == Body.Derivative.Mode.ROOT
        && (function.size() > 1 || !function.equals(variable))) {
      return Optional.of("`" + body.function() + "` has another shape, or several axes");
    }
    if (body.mode().needsNumber() && !function.isEmpty()) {
      return Optional.of("`" + body.function() + "` is no number");
    }
    return body.direction()
        .filter(
            direction ->
                !extents(direction, before)
                    .equals(body.mode().isAlongVariable() ? variable : function))
        .map(direction -> "`" + direction + "` has another shape");
  }

  private static List<IndexExpr> extents(String tensor, Map<String, TensorType> before) {
    return Objects.requireNonNull(before.get(tensor)).extents();
  }

  static final List<Rule<? super Subject.Equations>> ALL =
      List.of(
          AXES_UNIQUE,
          AXES_HIDE_NO_SYMBOLS,
          SCAN_SPANS_TARGET,
          VALUES_CONVERT,
          JOINS_CLOSED,
          ORDER_EXISTS,
          POSITIONS_REAL,
          DERIVATIVES_FIT,
          IterationRules.FIT);
}
