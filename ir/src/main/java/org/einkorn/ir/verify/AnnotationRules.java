package org.einkorn.ir.verify;

import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.einkorn.ir.loop.Annotation;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Stmt;

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
                  fault(annotation, loop, global)
                      .ifPresent(
                          fault ->
                              report.find(
                                  site.context().place(),
                                  "loop `%s` has `%s %s` and %s"
                                      .formatted(
                                          loop.variable(),
                                          annotation.word(),
                                          annotation.buffer(),
                                          fault)));
                }
              }
            }
          });

  private static Optional<String> fault(Annotation annotation, Stmt.For loop, Set<String> global) {
    return global.contains(annotation.buffer())
        ? annotation.faultOn(loop)
        : Optional.of("there is no such global memory");
  }
}
