package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.einkorn.ir.loop.Annotation;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.NestedRead;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.schedule.Step;

/// `for i < n { s } → for i < n prefetch B by 8 { s }`
///
/// What is computed stays, as an annotation changes nothing. It has to have a meaning: the rounds
/// run one after the other, and what they read of `B`, global memory, follows from the round alone.
final class PrefetchBuffer implements Primitive<Step.Prefetch> {
  @Override
  public Module apply(Nest nest, Step.Prefetch step) {
    Stmt.For loop = nest.loop(step.loop()).statement();
    String buffer = step.buffer();
    if (nest.module().allBuffers().stream().noneMatch(each -> each.name().equals(buffer))) {
      throw nest.refuse(
          Reason.UNKNOWN_NAME,
          "`%s` is no global memory; there is %s".formatted(buffer, known(nest.module())));
    }
    long distance = nest.number(step.distance());
    if (distance < 1 || distance > Annotation.Prefetch.MOST_ROUNDS) {
      throw nest.refuse(
          distance < 1 ? Reason.FACTOR_NOT_POSITIVE : Reason.TOO_LARGE,
          loop,
          "can read ahead for 1 to %d rounds, not %d"
              .formatted(Annotation.Prefetch.MOST_ROUNDS, distance));
    }
    if (loop.annotations().stream().anyMatch(each -> isAbout(each, buffer))) {
      throw nest.refuse(Reason.MALFORMED, loop, "is asked to prefetch `" + buffer + "` already");
    }
    Annotation.Prefetch annotation = new Annotation.Prefetch(buffer, Math.toIntExact(distance));
    annotation
        .faultOn(loop)
        .ifPresent(
            fault -> {
              throw nest.refuse(reason(loop, buffer), loop, fault);
            });
    List<Annotation> all = new ArrayList<>(loop.annotations());
    all.add(annotation);
    return nest.replace(loop, loop.with(all));
  }

  private static boolean isAbout(Annotation annotation, String buffer) {
    return annotation instanceof Annotation.Prefetch(String other, int _) && other.equals(buffer);
  }

  private static Reason reason(Stmt.For loop, String buffer) {
    if (loop.kind().isAtOnce()) {
      return Reason.NOT_SERIAL;
    }
    return NestedRead.of(loop.body(), buffer).isEmpty()
        ? Reason.NO_MATCH
        : Reason.POSITION_FROM_DATA;
  }

  private static String known(Module module) {
    return module.allBuffers().stream()
        .map(Buffer::name)
        .map(name -> "`" + name + "`")
        .collect(Collectors.joining(", "));
  }
}
