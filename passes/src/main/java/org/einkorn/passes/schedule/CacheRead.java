package org.einkorn.passes.schedule;

import java.util.List;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.schedule.Step;

/// `s → for i < n { P[i] = B[i] } s`, where `s` reads `P` for `B`.
///
/// The function does not store `B`, so the copy holds the same elements as long as it runs. All of
/// `B` is stored before ([Coverage]), so that there is something to copy. The copy is temporary
/// memory of the module, as large as `B`, and can be laid out as the loops read it: see
/// [TransformLayout].
final class CacheRead implements Primitive<Step.CacheRead> {
  @Override
  public Module apply(Nest nest, Step.CacheRead step) {
    Buffer source = Copies.global(step.buffer(), nest);
    Copies.requireFree(step.name(), nest);
    Stmt body = nest.function().body();
    Accesses accesses = Accesses.renaming(step.buffer(), step.name());
    if (!accesses.isAccessed(body)) {
      throw nest.refuse(Reason.UNKNOWN_NAME, "`" + step.buffer() + "` is not read here");
    }
    requireCopyable(source, nest);
    Buffer copy = new Buffer(step.name(), source.type(), Buffer.Scope.GLOBAL);
    return Copies.around(
        copy,
        List.of(Copies.whole(copy.name(), copy, source, nest)),
        accesses.deep(body),
        List.of(),
        nest);
  }

  /// Refuses what changes as the function runs, and what may not be there as it begins.
  static void requireCopyable(Buffer source, Nest nest) {
    if (Copies.isStored(source.name(), nest.function().body())) {
      throw nest.refuse(
          Reason.DEPENDENCE, "`" + source.name() + "` is stored by this function too");
    }
    boolean isInput = !nest.module().buffers().contains(source);
    if (!isInput
        && nest.module().functions().stream()
            .noneMatch(
                function ->
                    nest.uses().isStored(function, source.name())
                        && storesWhateverData(function.body(), source.name()))) {
      throw nest.refuse(
          Reason.POSITION_FROM_DATA,
          "which elements of `" + source.name() + "` are stored depends on data");
    }
    Copies.requireStoredBefore(source, nest);
  }

  /// Whether a buffer is stored at positions, and under conditions, that do not come from data.
  private static boolean storesWhateverData(Stmt statement, String buffer) {
    if (Statements.indices(statement).stream().anyMatch(Walk::fetches)) {
      return false;
    }
    return switch (statement) {
      case Stmt.When _, Stmt.While _ -> false;
      case Stmt.Store store -> store.buffer().equals(buffer);
      case Stmt.For _, Stmt.Block _, Stmt.Sequence _, Stmt.Allocate _, Stmt.If _ ->
          statement.children().stream().anyMatch(each -> storesWhateverData(each, buffer));
    };
  }
}
