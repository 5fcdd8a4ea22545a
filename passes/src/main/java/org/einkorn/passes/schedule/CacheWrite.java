package org.einkorn.passes.schedule;

import java.util.List;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.schedule.Step;

/// `s → s for i < n { C[i] = T[i] }`, where `s` has `T` for `C`.
///
/// The function stores all of `C`, whatever the data and sizes are ([Coverage]): so each element of
/// `T` is there to be copied in the end, and is what `C` held then. What `s` reads of `T` it has
/// stored itself, or stored as it ran last: no other function stores `C`, if `s` reads it.
final class CacheWrite implements Primitive<Step.CacheWrite> {
  @Override
  public Module apply(Nest nest, Step.CacheWrite step) {
    Buffer target = Copies.stored(step.buffer(), nest);
    Copies.requireFree(step.name(), nest);
    Stmt body = nest.function().body();
    requireOwn(target.name(), nest);
    if (!Coverage.isWhole(body, target)) {
      throw nest.refuse(
          Reason.NOT_ALL_STORED,
          "this function may leave elements of `" + target.name() + "` as they are",
          "copy them as it begins, if they are stored by then: `"
              + step.name()
              + " = cache-inplace "
              + target.name()
              + "`");
    }
    Buffer copy = new Buffer(step.name(), target.type(), Buffer.Scope.GLOBAL);
    return Copies.around(
        copy,
        List.of(),
        Accesses.renaming(target.name(), copy.name()).deep(body),
        List.of(Copies.whole(copy.name(), target, copy, nest)),
        nest);
  }

  private static void requireOwn(String buffer, Nest nest) {
    if (!isRead(buffer, nest.function().body())) {
      return;
    }
    for (Function function : nest.module().functions()) {
      if (!function.name().equals(nest.function().name())
          && Copies.isStored(buffer, function.body())) {
        throw nest.refuse(
            Reason.DEPENDENCE,
            "`%s` is read here, and function `%s` stores it too"
                .formatted(buffer, function.name()));
      }
    }
  }

  private static boolean isRead(String buffer, Stmt body) {
    return AccessCollector.of(body, List.of()).stream()
        .anyMatch(access -> !access.isStore() && access.buffer().equals(buffer));
  }
}
