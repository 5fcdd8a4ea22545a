package org.einkorn.ir.verify;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.tensor.Binder;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.ir.text.ExprPrinter;

/// Rules about what a program takes and gives, for both levels.
final class SignatureRules {
  private SignatureRules() {}

  static final Rule<Subject> SYMBOLS_UNIQUE =
      new Rule<>(
          "symbols-unique",
          "No symbol is declared twice.",
          (subject, report) -> {
            Set<String> seen = new HashSet<>();
            for (String symbol : subject.symbols()) {
              if (!seen.add(symbol)) {
                report.find(Place.of("the symbols"), "a second symbol `" + symbol + "`");
              }
            }
          });

  static final Rule<Subject> SYMBOLS_BOUND =
      new Rule<>(
          "symbols-bound",
          "Every symbol can be read off an axis of an input: see [Binder].",
          (subject, report) -> {
            for (String symbol : subject.signature().symbols()) {
              if (Binder.of(subject.signature(), symbol).isEmpty()) {
                report.find(
                    Place.of("the symbols"),
                    "no axis of an input can be solved for `" + symbol + "`");
              }
            }
          });

  static final Rule<Subject> OUTPUTS_DEFINED =
      new Rule<>(
          "outputs-defined",
          "Every output is a tensor of the program, with the same type.",
          (subject, report) -> {
            Map<String, TensorType> types = subject.types();
            for (Signature.Output output : subject.signature().outputs()) {
              Place place = Place.of("output `" + output.name() + "`");
              TensorType type = types.get(output.name());
              if (type == null) {
                report.find(place, "no tensor has this name");
              } else if (!type.equals(subject.seen(output.type()))) {
                report.find(
                    place,
                    "the output is `%s`, the tensor is `%s`"
                        .formatted(
                            ExprPrinter.print(subject.seen(output.type())),
                            ExprPrinter.print(type)));
              }
            }
          });

  static final Rule<Subject> QUERIES_ARE_OUTPUTS =
      new Rule<>(
          "queries-are-outputs",
          "Every tensor that answers a query is an output.",
          (subject, report) -> {
            Set<String> outputs = new HashSet<>();
            subject.signature().outputs().forEach(output -> outputs.add(output.name()));
            for (Signature.Query query : subject.signature().queries()) {
              if (!outputs.contains(query.name())) {
                report.find(place(query), "`" + query.name() + "` is no output");
              }
            }
          });

  static final Rule<Subject> QUERY_LABELS_FIT =
      new Rule<>(
          "query-labels-fit",
          "A query has one list of labels for each axis, empty or as long as the axis.",
          (subject, report) -> {
            Map<String, TensorType> types = new HashMap<>();
            subject.signature().outputs().forEach(out -> types.put(out.name(), out.type()));
            for (Signature.Query query : subject.signature().queries()) {
              TensorType type = types.get(query.name());
              if (type == null) {
                continue;
              }
              if (query.labels().size() != type.rank()) {
                report.find(
                    place(query),
                    "labels for %d axes, `%s` has %d"
                        .formatted(query.labels().size(), query.name(), type.rank()));
                continue;
              }
              for (int axis = 0; axis < type.rank(); axis++) {
                int labels = query.labels().get(axis).size();
                if (labels > 0
                    && type.extents().get(axis) instanceof IndexExpr.Constant(long extent)
                    && labels != extent) {
                  report.find(
                      place(query),
                      "%d labels for axis %d of extent %d".formatted(labels, axis, extent));
                }
              }
            }
          });

  private static Place place(Signature.Query query) {
    return Place.of("query `" + query.text() + "`");
  }

  static final List<Rule<? super Subject>> ALL =
      List.of(
          SYMBOLS_UNIQUE, SYMBOLS_BOUND, OUTPUTS_DEFINED, QUERIES_ARE_OUTPUTS, QUERY_LABELS_FIT);
}
