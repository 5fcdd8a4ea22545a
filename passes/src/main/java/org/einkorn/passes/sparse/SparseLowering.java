package org.einkorn.passes.sparse;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.loop.Usage;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.passes.PassContext;
import org.einkorn.passes.nest.NestBuilder;
import org.einkorn.passes.nest.Numbers;
import org.einkorn.passes.rewrite.Expressions;
import org.einkorn.runtime.DType;

/// The functions of a definition with terms that listed tensors restrict.
///
/// Elements that no loop comes to keep the identity. Where the sums of a term are its innermost
/// loops, each element is finished in a register; else it is combined in memory. The rounds of an
/// outermost loop over an axis of the result are blocks of their own, so that they can run at once;
/// so are [blocks][SparseBlocks] of the rows of an innermost one.
public final class SparseLowering {
  private final Definition definition;
  private final Body.Accumulate body;
  private final NestBuilder builder;
  private final ListStore store;
  private final Map<String, Buffer> buffers;
  private final Set<String> axisNames;
  private final PassContext context;
  private final List<Function> functions = new ArrayList<>();
  private final List<Buffer> made = new ArrayList<>();

  private SparseLowering(
      Definition definition,
      Body.Accumulate body,
      ListStore store,
      Map<String, Buffer> buffers,
      PassContext context) {
    this.definition = definition;
    this.context = context;
    this.body = body;
    this.builder = new NestBuilder(definition, buffers);
    this.store = store;
    this.buffers = buffers;
    this.axisNames = NestBuilder.axisNames(body);
  }

  /// Functions and the memory that they store in.
  public record Lowered(List<Buffer> buffers, List<Function> functions) {
    public Lowered {
      buffers = List.copyOf(buffers);
      functions = List.copyOf(functions);
    }
  }

  /// The functions of a definition; nothing where no listed tensor restricts a term of it.
  ///
  /// @param buffers all memory so far, by name
  /// @param context what is known of sizes and of the machine
  public static Optional<Lowered> lower(
      Definition definition, ListStore store, Map<String, Buffer> buffers, PassContext context) {
    if (!(definition.body() instanceof Body.Accumulate body)) {
      return Optional.empty();
    }
    if (body.terms().stream()
        .noneMatch(term -> SparseNest.suited(definition, body, term, store.lists()).isPresent())) {
      return Optional.empty();
    }
    buffers.put(
        definition.name(), new Buffer(definition.name(), definition.type(), Buffer.Scope.GLOBAL));
    SparseLowering lowering = new SparseLowering(definition, body, store, buffers, context);
    boolean isSuited =
        lowering.builder.identityConverts(body.projection(), body.terms().getFirst().valueType());
    return isSuited ? Optional.of(lowering.run()) : Optional.empty();
  }

  private Optional<SparseTerm> sparse(Contraction term) {
    return SparseNest.suited(definition, body, term, store.lists());
  }

  private Lowered run() {
    if (body.terms().size() == 1) {
      one(sparse(body.terms().getFirst()).orElseThrow());
    } else {
      several();
    }
    return new Lowered(made, functions);
  }

  private DType sumType() {
    return body.projection().accumulator(body.terms().getFirst().valueType());
  }

  private Stmt identity(Buffer buffer, List<IndexExpr> at) {
    DType type = sumType();
    Scalar identity = Scalar.constant(type, body.projection().identity(type));
    return new Stmt.Store(buffer.name(), at, Scalar.cast(buffer.type().dtype(), identity));
  }

  private Function function(String name, Stmt statement) {
    return new Function(name, statement, definition.origin());
  }

  // ------------------------------------------------------------------- several terms

  private void several() {
    Buffer target = builder.target();
    made.add(target);
    Buffer accumulator = builder.accumulator(sumType());
    if (!accumulator.equals(target)) {
      made.add(accumulator);
    }
    functions.add(builder.fill(accumulator, body.projection(), sumType()));
    for (int number = 0; number < body.terms().size(); number++) {
      Optional<SparseTerm> sparse = sparse(body.terms().get(number));
      functions.add(
          sparse.isPresent()
              ? function(
                  definition.name() + ".update" + number,
                  nest(sparse.get(), inMemory(accumulator)).from(0))
              : builder.update(accumulator, body, number));
    }
    if (!accumulator.equals(target)) {
      functions.add(builder.convert(accumulator));
    }
  }

  private SparseNest nest(SparseTerm sparse, SparseNest.Leaf leaf) {
    return new SparseNest(definition, sparse, store, axisNames, leaf);
  }

  private SparseNest.Leaf inMemory(Buffer accumulator) {
    return (depth, nest) -> depth < nest.depth() ? nest.loop(depth) : add(nest, accumulator);
  }

  private Stmt add(SparseNest nest, Buffer accumulator) {
    List<IndexExpr> at = nest.known(nest.term().write());
    DType type = accumulator.type().dtype();
    Scalar before = new Scalar.Read(accumulator.name(), type, at);
    return new Stmt.Store(
        accumulator.name(),
        at,
        new Scalar.Binary(body.projection().combine(), before, Scalar.cast(type, nest.value())));
  }

  // ------------------------------------------------------------------------- one term

  private void one(SparseTerm sparse) {
    Contraction term = sparse.term();
    Set<String> reduced = term.reducedAxes();
    int elements = term.axes().size() - reduced.size();
    Optional<Listed.Sampled> byEntry =
        store
            .lists()
            .of(definition.name())
            .filter(list -> store.isByEntry(list.name()))
            .map(Listed.Sampled.class::cast);
    Buffer target = byEntry.map(ListStore::valuesOf).orElse(builder.target());
    made.add(target);
    if (SparseNest.finishesElements(sparse)) {
      finished(sparse, elements, target, byEntry);
    } else if (byEntry.isPresent()) {
      throw new IllegalStateException("`" + definition.name() + "` is not finished by element");
    } else {
      combined(sparse, target);
    }
  }

  private void finished(
      SparseTerm sparse, int elements, Buffer target, Optional<Listed.Sampled> byEntry) {
    DType sum = sumType();
    String register = definition.name() + ".acc";
    Projection plus = body.projection();
    Scalar total = new Scalar.Read(register, sum, List.of());
    SparseNest.Leaf leaf =
        new SparseNest.Leaf() {
          private boolean isOpen = false;

          @Override
          public Stmt at(int depth, SparseNest nest) {
            if (depth == elements && !isOpen) {
              isOpen = true;
              List<IndexExpr> at =
                  byEntry
                      .map(sampled -> List.of(nest.entryOf(sampled)))
                      .orElseGet(() -> nest.known(nest.term().write()));
              DType type = target.type().dtype();
              if (body.isMap()) {
                return new Stmt.Store(target.name(), at, Scalar.cast(type, nest.value()));
              }
              Stmt inside = depth == nest.depth() ? combine(nest) : nest.loop(depth);
              return Numbers.register(
                  register,
                  sum,
                  Numbers.set(register, Scalar.constant(sum, plus.identity(sum))),
                  inside,
                  new Stmt.Store(target.name(), at, Scalar.cast(type, total)));
            }
            return depth == nest.depth() ? combine(nest) : nest.loop(depth);
          }

          private Stmt combine(SparseNest nest) {
            return Numbers.set(
                register, new Scalar.Binary(plus.combine(), total, Scalar.cast(sum, nest.value())));
          }
        };
    boolean findsAll = findsAll(sparse, elements) && byEntry.isEmpty();
    if (byEntry.isPresent()) {
      IndexExpr entry = IndexExpr.variable("entry.0");
      functions.add(
          function(
              definition.name() + ".fill",
              Numbers.loop(
                  "entry.0",
                  target.type().extents().getFirst(),
                  identity(target, List.of(entry)))));
      functions.add(function(definition.name(), nest(sparse, leaf).from(0)));
    } else if (isByRounds(sparse)) {
      functions.add(
          rounds(
              sparse,
              leaf,
              findsAll ? List.of() : List.of(each(sparse, target, at -> identity(target, at))),
              List.of()));
    } else {
      if (!findsAll) {
        functions.add(builder.fill(target, plus, sum));
      }
      functions.add(function(definition.name(), nest(sparse, leaf).from(0)));
    }
  }

  /// Whether the loops come to every element.
  private boolean findsAll(SparseTerm sparse, int elements) {
    Contraction term = sparse.term();
    Set<String> outer = new HashSet<>();
    term.axes().subList(0, elements).forEach(axis -> outer.add(axis.name()));
    boolean isRestricted =
        !SparseNest.loops(sparse).subList(0, elements).stream()
                .allMatch(SparseNest.Loop.FULL::equals)
            || term.guards().stream()
                .anyMatch(
                    guard ->
                        outer.containsAll(
                            Expressions.variables(new Scalar.Position(guard.index()))))
            || sparse.conditions().stream()
                .anyMatch(condition -> outer.containsAll(Expressions.variables(condition)));
    return !isRestricted && builder.spansTarget(term);
  }

  private void combined(SparseTerm sparse, Buffer target) {
    Buffer inBlocks = SparseBlocks.accumulator(definition.name(), target, sumType());
    Optional<SparseBlocks> blocks =
        sparse.term().writesPlainAxes()
                && builder.spansTarget(sparse.term())
                && isFree(inBlocks, target)
            ? SparseBlocks.of(sparse, inBlocks, buffers, context)
            : Optional.empty();
    if (blocks.isPresent()) {
      made.add(inBlocks);
      functions.add(function(definition.name(), inBlocks(blocks.get(), inBlocks, target)));
      return;
    }
    Buffer accumulator = builder.accumulator(sumType());
    boolean converts = !accumulator.equals(target);
    if (converts) {
      made.add(accumulator);
      buffers.put(accumulator.name(), accumulator);
    }
    if (isByRounds(sparse)) {
      Stmt fill = each(sparse, accumulator, at -> identity(accumulator, at));
      Stmt convert = each(sparse, target, at -> converted(accumulator, target, at));
      functions.add(
          rounds(
              sparse,
              inMemory(accumulator),
              List.of(fill),
              converts ? List.of(convert) : List.of()));
      return;
    }
    functions.add(builder.fill(accumulator, body.projection(), sumType()));
    String name = definition.name() + (converts ? ".update" : "");
    functions.add(function(name, nest(sparse, inMemory(accumulator)).from(0)));
    if (converts) {
      functions.add(builder.convert(accumulator));
    }
  }

  /// Whether there is memory to combine in. Under a limit there is none where a result is combined
  /// in its own.
  private boolean isFree(Buffer accumulator, Buffer target) {
    return !accumulator.type().equals(target.type()) || context.memoryLimitBytes().isEmpty();
  }

  private Stmt inBlocks(SparseBlocks blocks, Buffer accumulator, Buffer target) {
    return blocks.loops(
        accumulator,
        axisNames,
        at -> identity(accumulator, at),
        rows -> {
          SparseNest.Leaf leaf =
              (depth, nest) -> {
                if (depth == nest.depth()) {
                  return add(nest, accumulator);
                }
                return depth == nest.depth() - 1 ? rows.at(depth, nest) : nest.loop(depth);
              };
          return nest(blocks.sparse(), leaf).from(0);
        },
        at -> converted(accumulator, target, at));
  }

  private static Stmt converted(Buffer accumulator, Buffer target, List<IndexExpr> at) {
    Scalar sum = new Scalar.Read(accumulator.name(), accumulator.type().dtype(), at);
    return new Stmt.Store(target.name(), at, Scalar.cast(target.type().dtype(), sum));
  }

  // ------------------------------------------------------------------- rounds of a loop

  /// Whether the outermost loop is over all positions of an axis of the result, each of which has
  /// its elements for itself.
  private boolean isByRounds(SparseTerm sparse) {
    Contraction term = sparse.term();
    return term.writesPlainAxes()
        && builder.spansTarget(term)
        && !term.axes().isEmpty()
        && term.write().contains(term.axes().getFirst().variable())
        && SparseNest.loops(sparse).getFirst() == SparseNest.Loop.FULL;
  }

  private Function rounds(
      SparseTerm sparse, SparseNest.Leaf leaf, List<Stmt> before, List<Stmt> after) {
    Axis axis = sparse.term().axes().getFirst();
    SparseNest nest = nest(sparse, leaf);
    nest.bind(axis.name(), axis.variable());
    List<Stmt> inside = new ArrayList<>(before);
    inside.add(nest.from(0));
    inside.addAll(after);
    Stmt round = inside.size() == 1 ? inside.getFirst() : new Stmt.Sequence(inside);
    String loop = NestBuilder.loopName(axis, axisNames);
    Stmt.BlockIter iter =
        new Stmt.BlockIter(
            Stmt.IterKind.SPATIAL, axis.name(), axis.extent(), IndexExpr.variable(loop));
    int own = sparse.term().write().indexOf(axis.variable());
    Map<String, Buffer> all = new LinkedHashMap<>(buffers);
    store.allBuffers().forEach(buffer -> all.put(buffer.name(), buffer));
    made.forEach(buffer -> all.put(buffer.name(), buffer));
    Usage usage = Usage.of(round);
    List<Stmt.Region> reads = new ArrayList<>();
    List<Stmt.Region> writes = new ArrayList<>();
    for (Buffer buffer : all.values()) {
      boolean isOwn = made.contains(buffer);
      Stmt.Region region = region(buffer, isOwn ? own : -1, axis);
      if (usage.reads(buffer.name())) {
        reads.add(region);
      }
      if (usage.writes(buffer.name())) {
        writes.add(region);
      }
    }
    Stmt block =
        new Stmt.Block(
            definition.name(), List.of(iter), List.of(), reads, writes, Optional.empty(), round);
    return function(definition.name(), Numbers.loop(loop, axis.extent(), block));
  }

  private static Stmt.Region region(Buffer buffer, int own, Axis axis) {
    List<IndexExpr> extents = buffer.type().extents();
    return new Stmt.Region(
        buffer.name(),
        IntStream.range(0, extents.size())
            .mapToObj(
                number ->
                    number == own
                        ? new Stmt.Range(axis.variable(), IndexExpr.Constant.ONE)
                        : new Stmt.Range(IndexExpr.Constant.ZERO, extents.get(number)))
            .toList());
  }

  /// What is done at one element.
  private interface AtElement {
    Stmt of(List<IndexExpr> at);
  }

  /// All elements of a round.
  private static Stmt each(SparseTerm sparse, Buffer buffer, AtElement what) {
    Axis axis = sparse.term().axes().getFirst();
    int own = sparse.term().write().indexOf(axis.variable());
    List<IndexExpr> at = new ArrayList<>();
    for (int number = 0; number < buffer.type().rank(); number++) {
      at.add(number == own ? axis.variable() : IndexExpr.variable("axis" + number + ".all"));
    }
    Stmt inside = what.of(at);
    for (int number = buffer.type().rank() - 1; number >= 0; number--) {
      if (number != own) {
        inside =
            Numbers.loop("axis" + number + ".all", buffer.type().extents().get(number), inside);
      }
    }
    return inside;
  }
}
