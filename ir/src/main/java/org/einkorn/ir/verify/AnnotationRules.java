package org.einkorn.ir.verify;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.einkorn.ir.loop.Annotation;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.text.LoopPrinter;
import org.einkorn.ir.warp.WarpProduct;

/// Rules about what is asked of the code for a loop.
final class AnnotationRules {
  private AnnotationRules() {}

  static final Rule<Subject.Nests> FIT =
      new Rule<>(
          "annotations-fit",
          "What a loop prefetches is global memory that its rounds read at positions that are no"
              + " data, and its rounds run one after the other.",
          (subject, report) -> {
            Set<String> global =
                subject.module().allBuffers().stream()
                    .map(Buffer::name)
                    .collect(Collectors.toSet());
            for (NestFacts.Site site : subject.nests().sites()) {
              if (site.statement() instanceof Stmt.For loop) {
                for (Annotation annotation : loop.annotations()) {
                  if (annotation instanceof Annotation.Prefetch prefetch) {
                    fault(prefetch, loop, global)
                        .ifPresent(
                            fault ->
                                report.find(
                                    site.context().place(),
                                    "loop `%s` has `%s %s` and %s"
                                        .formatted(
                                            loop.variable(),
                                            prefetch.word(),
                                            prefetch.buffer(),
                                            fault)));
                  }
                }
              }
            }
          });

  private static Optional<String> fault(
      Annotation.Prefetch prefetch, Stmt.For loop, Set<String> global) {
    return global.contains(prefetch.buffer())
        ? prefetch.faultOn(loop)
        : Optional.of("there is no such global memory");
  }

  static final Rule<Subject.Nests> PRODUCTS =
      new Rule<>(
          "warp-products",
          "A loop with `mma` is, for each lane of a warp, its share of a product of matrices of"
              + " that shape.",
          (subject, report) -> {
            for (NestFacts.Sites function : subject.nests().functions()) {
              if (function.sites().stream().anyMatch(site -> isProduct(site.statement()))) {
                products(function.function().body(), List.of(), function.place(), report);
              }
            }
          });

  private static boolean isProduct(Stmt statement) {
    return statement instanceof Stmt.For loop
        && loop.annotations().stream().anyMatch(each -> each instanceof Annotation.Mma);
  }

  private static void products(Stmt statement, List<Stmt> around, Place place, Rule.Report report) {
    if (around.size() > LoopPrinter.MAX_DEPTH) {
      // What nests deeper is found by another rule.
      return;
    }
    if (statement instanceof Stmt.For loop) {
      WarpProduct.faultOn(around, loop)
          .ifPresent(
              fault ->
                  report.find(
                      place,
                      "loop `%s` has `mma` and %s".formatted(loop.variable(), fault.text())));
    }
    List<Stmt> inside = new ArrayList<>(around);
    inside.add(statement);
    Place inner =
        statement instanceof Stmt.Block block ? place.in("block `" + block.name() + "`") : place;
    statement.children().forEach(child -> products(child, inside, inner, report));
  }
}
