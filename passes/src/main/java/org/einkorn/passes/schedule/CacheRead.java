package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.schedule.Step;
import org.einkorn.runtime.DType;

/// `s → for i < n { P[i] = B[i] } s`, where `s` reads `P` for `B`.
///
/// The function does not store `B`, so the copy holds the same elements as long as it runs. The
/// copy is temporary memory of the module, as large as `B`, and can be laid out as the loops read
/// it: see [TransformLayout].
final class CacheRead implements Primitive<Step.CacheRead> {
  @Override
  public Module apply(Nest nest, Step.CacheRead step) {
    Buffer source = source(nest, step);
    requireFree(nest, step.name());
    Stmt body = nest.function().body();
    Accesses accesses = Accesses.renaming(step.buffer(), step.name());
    if (!accesses.isAccessed(body)) {
      throw nest.refuse(Reason.UNKNOWN_NAME, "`" + step.buffer() + "` is not read here");
    }
    Statements.forEach(
        body,
        each -> {
          if (each instanceof Stmt.Store store && store.buffer().equals(step.buffer())) {
            throw nest.refuse(
                Reason.DEPENDENCE, "`" + step.buffer() + "` is stored by this function too");
          }
        });
    requireStored(nest, step.buffer());
    Buffer copy = new Buffer(step.name(), source.type(), Buffer.Scope.GLOBAL);
    List<Buffer> buffers = new ArrayList<>(nest.module().buffers());
    buffers.add(copy);
    List<Stmt> all = new ArrayList<>();
    all.add(copying(source, copy, nest));
    Stmt rest = accesses.deep(body);
    all.addAll(rest instanceof Stmt.Sequence(List<Stmt> parts) ? parts : List.of(rest));
    return nest.with(buffers, new Stmt.Sequence(all));
  }

  private static Buffer source(Nest nest, Step.CacheRead step) {
    return nest.module().allBuffers().stream()
        .filter(each -> each.name().equals(step.buffer()))
        .findFirst()
        .orElseThrow(
            () ->
                nest.refuse(
                    Reason.UNKNOWN_NAME,
                    "`" + step.buffer() + "` is neither an input nor a buffer of the module"));
  }

  private static void requireStored(Nest nest, String buffer) {
    Module module = nest.module();
    boolean isInput = module.buffers().stream().noneMatch(each -> each.name().equals(buffer));
    if (!isInput
        && module.functions().stream()
            .noneMatch(function -> storesWhateverData(function.body(), buffer))) {
      throw nest.refuse(
          Reason.POSITION_FROM_DATA,
          "which elements of `" + buffer + "` are stored depends on data");
    }
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
          Statements.children(statement).stream()
              .anyMatch(each -> storesWhateverData(each, buffer));
    };
  }

  private static void requireFree(Nest nest, String name) {
    Set<String> taken = nest.names();
    nest.module().allBuffers().forEach(buffer -> taken.add(buffer.name()));
    nest.module().signature().outputs().forEach(output -> taken.add(output.name()));
    nest.module()
        .functions()
        .forEach(
            function ->
                Statements.forEach(
                    function.body(),
                    each -> {
                      if (each instanceof Stmt.Allocate(Buffer buffer, Stmt _)) {
                        taken.add(buffer.name());
                      }
                    }));
    if (taken.contains(name)) {
      throw nest.refuse(Reason.NAME_TAKEN, "`" + name + "` is the name of something else");
    }
  }

  /// `for P.0 < n { block P(spatial P.0v < n = P.0) { P[P.0v] = B[P.0v] } }`
  private static Stmt copying(Buffer source, Buffer copy, Nest nest) {
    List<Stmt.BlockIter> iters = new ArrayList<>();
    List<IndexExpr> here = new ArrayList<>();
    List<String> loops = new ArrayList<>();
    for (int axis = 0; axis < copy.type().rank(); axis++) {
      String loop = copy.name() + "." + axis;
      String iterator = loop + "v";
      nest.requireFree(List.of(loop, iterator), List.of());
      loops.add(loop);
      iters.add(
          new Stmt.BlockIter(
              Stmt.IterKind.SPATIAL,
              iterator,
              copy.type().extents().get(axis),
              IndexExpr.variable(loop)));
      here.add(IndexExpr.variable(iterator));
    }
    DType type = copy.type().dtype();
    Scalar value = new Scalar.Read(source.name(), type, here);
    Stmt.Region read = element(source.name(), here);
    Stmt.Region written = element(copy.name(), here);
    Stmt nested =
        new Stmt.Block(
            copy.name(),
            iters,
            List.of(),
            List.of(read),
            List.of(written),
            Optional.empty(),
            new Stmt.Store(copy.name(), here, value));
    for (int axis = loops.size() - 1; axis >= 0; axis--) {
      nested =
          new Stmt.For(
              Stmt.LoopKind.SERIAL, loops.get(axis), copy.type().extents().get(axis), nested);
    }
    return nested;
  }

  private static Stmt.Region element(String buffer, List<IndexExpr> here) {
    return new Stmt.Region(
        buffer, here.stream().map(index -> new Stmt.Range(index, IndexExpr.Constant.ONE)).toList());
  }
}
