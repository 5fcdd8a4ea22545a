package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.einkorn.ir.loop.Annotation;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.NestedRead;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.text.LoopPrinter;
import org.einkorn.ir.warp.WarpProduct;

/// What becomes of the annotations of loops where a step changes a function.
///
/// A step that makes two loops of one leaves each with what concerns it. No step loses an
/// annotation, or leaves one on a loop that can't have it: what the user asked for is then asked
/// for no more.
final class Annotations {
  private Annotations() {}

  /// The module after a step.
  ///
  /// @throws RefusedStepException where something is asked for no more, or can't be
  static Module kept(Nest nest, Module after) {
    Stmt before = nest.function().body();
    Function function = after.functions().get(after.placeOf(nest.function().name()));
    Map<Annotation, Integer> missing = counts(before);
    if (missing.isEmpty() && counts(function.body()).isEmpty()) {
      return after;
    }
    Stmt body = concerning(function.body());
    counts(body).forEach((annotation, count) -> missing.merge(annotation, -count, Integer::sum));
    for (Stmt.For loop : Statements.loops(before)) {
      for (Annotation annotation : loop.annotations()) {
        if (missing.getOrDefault(annotation, 0) > 0) {
          throw refuse(nest, loop, annotation, "would be no more");
        }
      }
    }
    requireMeaning(body, List.of(), nest, after);
    return body == function.body() ? after : with(after, function, body);
  }

  /// That loops can have what they are asked for.
  ///
  /// @param around the statements around a statement, the outermost first
  private static void requireMeaning(Stmt statement, List<Stmt> around, Nest nest, Module after) {
    if (statement instanceof Stmt.For loop) {
      for (Annotation annotation : loop.annotations()) {
        Optional<String> fault = fault(annotation, loop, around, after);
        if (fault.isPresent()) {
          Stmt.For carrier = carrier(nest.function().body(), annotation, nest);
          throw refuse(nest, carrier, annotation, "then " + fault.get());
        }
      }
    }
    List<Stmt> inside = new ArrayList<>(around);
    inside.add(statement);
    statement.children().forEach(child -> requireMeaning(child, inside, nest, after));
  }

  private static Module with(Module module, Function function, Stmt body) {
    List<Function> functions = new ArrayList<>(module.functions());
    functions.set(
        module.placeOf(function.name()), new Function(function.name(), body, function.origin()));
    return module.withFunctions(functions);
  }

  private static RefusedStepException refuse(
      Nest nest, Stmt.For loop, Annotation annotation, String why) {
    String asked = LoopPrinter.print(annotation);
    return switch (annotation) {
      case Annotation.Prefetch _ ->
          nest.refuse(
              Reason.ANNOTATED,
              loop,
              "is asked to `%s`, and %s".formatted(asked, why),
              "annotate what the step makes of it, after the step");
      case Annotation.Mma _ ->
          nest.refuse(
              Reason.ANNOTATED,
              loop,
              "is the instruction `%s`, and %s".formatted(asked, why),
              "take this step before `tensorize`");
    };
  }

  /// How often each stands at a loop.
  private static Map<Annotation, Integer> counts(Stmt statement) {
    Map<Annotation, Integer> counts = new HashMap<>();
    for (Stmt.For loop : Statements.loops(statement)) {
      loop.annotations().forEach(annotation -> counts.merge(annotation, 1, Integer::sum));
    }
    return counts;
  }

  /// The statement, whose loops have the annotations that are about what they read.
  static Stmt concerning(Stmt statement) {
    Stmt mapped = statement.mapChildren(Annotations::concerning);
    if (!(mapped instanceof Stmt.For loop)) {
      return mapped;
    }
    List<Annotation> own =
        loop.annotations().stream().filter(each -> concerns(each, loop)).toList();
    return own.equals(loop.annotations()) ? loop : loop.with(own);
  }

  private static boolean concerns(Annotation annotation, Stmt.For loop) {
    return switch (annotation) {
      case Annotation.Prefetch(String buffer, int _) ->
          !NestedRead.of(loop.body(), buffer).isEmpty();
      case Annotation.Mma _ -> true;
    };
  }

  /// A loop that had an annotation, or what was to have one.
  private static Stmt.For carrier(Stmt before, Annotation annotation, Nest nest) {
    return Statements.loops(before).stream()
        .filter(loop -> loop.annotations().contains(annotation))
        .findFirst()
        .orElseThrow(
            () ->
                nest.refuse(
                    Reason.ANNOTATED,
                    "a loop that comes in is asked to `%s`"
                        .formatted(LoopPrinter.print(annotation))));
  }

  private static Optional<String> fault(
      Annotation annotation, Stmt.For loop, List<Stmt> around, Module module) {
    return switch (annotation) {
      case Annotation.Prefetch prefetch -> {
        boolean isGlobal =
            module.allBuffers().stream()
                .map(Buffer::name)
                .anyMatch(name -> name.equals(prefetch.buffer()));
        yield isGlobal ? prefetch.faultOn(loop) : Optional.of("is about no global memory any more");
      }
      case Annotation.Mma _ -> WarpProduct.faultOn(around, loop).map(WarpProduct.Fault::text);
    };
  }
}
