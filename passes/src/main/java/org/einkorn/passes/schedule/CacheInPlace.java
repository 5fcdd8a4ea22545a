package org.einkorn.passes.schedule;

import java.util.List;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.schedule.Step;

/// `s → for i < n { T[i] = C[i] } s for i < n { C[i] = T[i] }`, where `s` has `T` for `C`.
///
/// All of `C` is stored before the function begins ([Coverage]), so it is there to be copied; `T`
/// holds what `C` held at every place of `s`, and `C` holds it after the function.
final class CacheInPlace implements Primitive<Step.CacheInPlace> {
  @Override
  public Module apply(Nest nest, Step.CacheInPlace step) {
    Buffer buffer = Copies.stored(step.buffer(), nest);
    Copies.requireFree(step.name(), nest);
    Copies.requireStoredBefore(
        buffer,
        nest,
        "if this function stores them all: `%s = cache-write %s`"
            .formatted(step.name(), step.buffer()));
    Stmt body = nest.function().body();
    Buffer copy = new Buffer(step.name(), buffer.type(), Buffer.Scope.GLOBAL);
    return Copies.around(
        copy,
        List.of(Copies.whole(copy.name(), copy, buffer, nest)),
        Accesses.renaming(buffer.name(), copy.name()).deep(body),
        List.of(Copies.whole(copy.name() + ".back", buffer, copy, nest)),
        nest);
  }
}
