package org.einkorn.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.util.LinkedHashMap;
import java.util.Map;
import org.einkorn.Explanation;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.passes.cost.OperationCount;
import org.einkorn.passes.pipeline.Pipeline;
import org.einkorn.passes.trace.Trace;

/// The JSON that commands print: schema 1.
final class Json {
  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private Json() {}

  static String print(Object value) {
    try {
      return MAPPER.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /// `{"schema": 1, "equations": […], "totals": {…}, "kernels": […], "passes": […]}`
  static Map<String, Object> of(Explanation explanation) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("schema", 1);
    json.put("equations", explanation.equations().stream().map(Json::of).toList());
    Explanation.Totals totals = explanation.totals();
    Map<String, Object> sums = new LinkedHashMap<>();
    sums.put("naive_mul", totals.naive().multiplies());
    sums.put("naive_add", totals.naive().adds());
    sums.put("planned_mul", totals.planned().multiplies());
    sums.put("planned_add", totals.planned().adds());
    sums.put("data_dependent", totals.planned().dependsOnData());
    sums.put("of_one_round", totals.planned().ofOneRound());
    sums.put("peak_bytes", totals.peakBytes());
    sums.put("largest_temporary_bytes", totals.largestTemporaryBytes());
    json.put("totals", sums);
    json.put(
        "kernels",
        explanation.kernels().stream()
            .map(
                kernel ->
                    ordered(
                        "name", kernel.name(),
                        "fused", kernel.fused(),
                        "mul", kernel.multiplies(),
                        "bytes", kernel.bytes()))
            .toList());
    json.put("schedules", explanation.schedules());
    json.put("passes", explanation.passes().stream().map(Json::of).toList());
    return json;
  }

  private static Map<String, Object> of(Explanation.Equation equation) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("target", equation.target());
    json.put("source", ordered("line", equation.line(), "text", equation.text()));
    json.put("naive", of(equation.naive()));
    json.put("planned", of(equation.planned()));
    json.put("order", equation.order());
    json.put("rewrites", equation.rewrites().stream().map(Json::of).toList());
    json.put("refused", equation.refused().stream().map(Json::of).toList());
    if (!equation.stored().isEmpty()) {
      json.put("stored", equation.stored());
    }
    return json;
  }

  private static Map<String, Object> of(Trace.Applied rewrite) {
    Map<String, Object> json =
        ordered(
            "rule", rewrite.rule(),
            "kind", rewrite.kind().text(),
            "before", rewrite.beforeText(),
            "after", rewrite.afterText());
    if (!rewrite.because().isEmpty()) {
      json.put("because", rewrite.because());
    }
    return json;
  }

  private static Map<String, Object> of(Trace.Refused refused) {
    return ordered("rule", refused.rule(), "why", refused.why());
  }

  private static Map<String, Object> of(OperationCount count) {
    Map<String, Object> json = ordered("mul", count.multiplies(), "add", count.adds());
    if (count.dependsOnData()) {
      json.put("data_dependent", true);
    }
    if (count.ofOneRound()) {
      json.put("of_one_round", true);
    }
    return json;
  }

  static Map<String, Object> of(Pipeline.Timing timing) {
    return ordered("name", timing.pass(), "ms", timing.milliseconds());
  }

  /// One diagnostic, with its labels.
  static Map<String, Object> of(Diagnostic diagnostic) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("code", diagnostic.code());
    json.put("severity", diagnostic.severity().word());
    json.put("title", diagnostic.title());
    diagnostic
        .span()
        .ifPresent(
            span -> {
              json.put("file", span.file().name());
              json.put("line", span.line());
              json.put("column", span.column());
              json.put("length", span.length());
            });
    return json;
  }

  /// A map that keeps the order in which it is written here.
  static Map<String, Object> ordered(Object... keysAndValues) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int at = 0; at < keysAndValues.length; at += 2) {
      map.put((String) keysAndValues[at], keysAndValues[at + 1]);
    }
    return map;
  }
}
