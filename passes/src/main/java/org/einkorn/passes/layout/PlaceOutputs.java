package org.einkorn.passes.layout;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.passes.rewrite.Expressions;

/// Rewrites loops so that they write outputs where they lie, between memory that is not theirs.
///
/// An equation over the memory tensor of a part would define what lies between the elements too,
/// and loops made from it would overwrite that. Loops over the output itself say which elements
/// they store; here each position becomes the position in memory, and nothing else changes.
public final class PlaceOutputs {
  private final Map<String, Storage> storages;
  private final Map<String, TensorType> types = new HashMap<>();

  /// How many axes each output has for its user: memory of complex numbers has one more, which lies
  /// as it is.
  private final Map<String, Integer> ranks = new HashMap<>();

  private PlaceOutputs(Map<String, Storage> storages) {
    this.storages = Map.copyOf(storages);
  }

  /// The loops over the memory tensors of outputs, under the names of the outputs.
  ///
  /// @param storages how outputs lie; others are dense
  public static Module of(Module module, Map<String, Storage> storages) {
    boolean isDense = storages.values().stream().allMatch(Storage.Dense.class::isInstance);
    return isDense ? module : new PlaceOutputs(storages).rewrite(module);
  }

  private Module rewrite(Module module) {
    module.signature().outputs().forEach(out -> ranks.put(out.name(), out.type().rank()));
    for (Buffer buffer : module.buffers()) {
      if (!(storage(buffer.name()) instanceof Storage.Dense)) {
        types.put(buffer.name(), buffer.type());
      }
    }
    Signature signature = module.signature();
    List<Signature.Output> outputs =
        signature.outputs().stream().map(out -> out.with(placed(out.name(), out.type()))).toList();
    return module.with(
        new Signature(signature.symbols(), signature.inputs(), outputs, signature.queries()),
        module.buffers().stream()
            .map(
                buffer ->
                    new Buffer(buffer.name(), placed(buffer.name(), buffer.type()), buffer.scope()))
            .toList(),
        module.functions().stream()
            .map(
                function ->
                    new Function(function.name(), rewrite(function.body()), function.origin()))
            .toList());
  }

  private Storage storage(String name) {
    return storages.getOrDefault(name, new Storage.Dense());
  }

  private TensorType placed(String name, TensorType type) {
    if (!types.containsKey(name)) {
      return type;
    }
    int rank = ranks.getOrDefault(name, type.rank());
    List<IndexExpr> extents =
        new ArrayList<>(storage(name).extents(type.extents().subList(0, rank)));
    extents.addAll(type.extents().subList(rank, type.rank()));
    return new TensorType(type.dtype(), extents);
  }

  private Stmt rewrite(Stmt statement) {
    return switch (statement) {
      case Stmt.For loop ->
          loop.with(Expressions.replace(loop.extent(), this::read), rewrite(loop.body()));
      case Stmt.Block block ->
          new Stmt.Block(
              block.name(),
              block.iters().stream().map(this::rewrite).toList(),
              rewrite(block.guards()),
              block.reads().stream().map(this::rewrite).toList(),
              block.writes().stream().map(this::rewrite).toList(),
              block.init().map(this::rewrite),
              rewrite(block.body()));
      case Stmt.Sequence(List<Stmt> statements) ->
          new Stmt.Sequence(statements.stream().map(this::rewrite).toList());
      case Stmt.Allocate(var buffer, Stmt body) -> new Stmt.Allocate(buffer, rewrite(body));
      case Stmt.If(List<Guard> guards, Stmt body) -> new Stmt.If(rewrite(guards), rewrite(body));
      case Stmt.When(Scalar condition, Stmt body) ->
          new Stmt.When(Expressions.replace(condition, this::read), rewrite(body));
      case Stmt.While(Scalar condition, Stmt body) ->
          new Stmt.While(Expressions.replace(condition, this::read), rewrite(body));
      case Stmt.Store(String buffer, List<IndexExpr> indices, Scalar value) ->
          new Stmt.Store(
              buffer,
              position(
                  buffer,
                  indices.stream().map(index -> Expressions.replace(index, this::read)).toList()),
              Expressions.replace(value, this::read));
    };
  }

  private Stmt.BlockIter rewrite(Stmt.BlockIter iter) {
    return new Stmt.BlockIter(
        iter.kind(),
        iter.variable(),
        iter.extent(),
        Expressions.replace(iter.binding(), this::read));
  }

  private List<Guard> rewrite(List<Guard> guards) {
    return guards.stream()
        .map(guard -> new Guard(Expressions.replace(guard.index(), this::read), guard.extent()))
        .toList();
  }

  private Scalar read(Scalar.Read read) {
    return new Scalar.Read(read.tensor(), read.type(), position(read.tensor(), read.indices()));
  }

  private List<IndexExpr> position(String name, List<IndexExpr> at) {
    TensorType type = types.get(name);
    if (type == null) {
      return at;
    }
    int rank = ranks.getOrDefault(name, type.rank());
    List<IndexExpr> position =
        new ArrayList<>(
            storage(name).position(type.extents().subList(0, rank), at.subList(0, rank)));
    position.addAll(at.subList(rank, at.size()));
    return position;
  }

  /// A region of one element stays one; any other becomes all of the memory tensor.
  private Stmt.Region rewrite(Stmt.Region region) {
    TensorType type = types.get(region.buffer());
    if (type == null) {
      return region;
    }
    boolean isElement =
        region.ranges().stream().allMatch(range -> range.extent().equals(IndexExpr.Constant.ONE));
    List<Stmt.Range> ranges =
        isElement
            ? position(region.buffer(), region.ranges().stream().map(Stmt.Range::start).toList())
                .stream()
                .map(start -> new Stmt.Range(start, IndexExpr.Constant.ONE))
                .toList()
            : placed(region.buffer(), type).extents().stream()
                .map(extent -> new Stmt.Range(IndexExpr.Constant.ZERO, extent))
                .toList();
    return new Stmt.Region(region.buffer(), ranges);
  }
}
