package org.einkorn.ir;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.loop.Annotation;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Growth;
import org.einkorn.ir.loop.Listing;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Regions;
import org.einkorn.ir.loop.Repeat;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.loop.TupleCount;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.runtime.DType;

/// Random programs of both levels that the verifiers accept; one seed gives one program.
///
/// Names are of many scripts, hold primes and dots, and are often words of the grammar. Positions
/// lie inside extents where every symbol is at least 1; arithmetic may trap.
public final class RandomIr {
  private static final List<String> NAMES =
      List.of(
          "X",
          "Y",
          "W",
          "Logit",
          "p'",
          "x''",
          "Y.q0",
          "S.update",
          "σ",
          "Été",
          "矩阵",
          "Ωмега",
          "a_1",
          "_",
          "for",
          "sum",
          "block",
          "min",
          "f32",
          "input",
          "nan",
          "labels",
          "seq",
          "𝔸",
          "in.for",
          "matrice′",
          "join",
          "scan",
          "global",
          "e5",
          "x.y.z");
  private static final List<String> STRINGS =
      List.of(
          "",
          "w.npy",
          "a \"quoted\" one",
          "back\\slash",
          "two\nlines",
          "tab\tbell\u0007",
          "`tick`",
          "Alice",
          "東京",
          "😀",
          "\u202Ereversed",
          "lone \uD800 half",
          "// no comment",
          "a:b c");

  private final RandomGenerator random;
  private final RandomExprs exprs;
  private final Set<String> used = new HashSet<>();

  public RandomIr(long seed) {
    this.random = new SplittableRandom(seed);
    this.exprs = new RandomExprs(random);
  }

  /// A name that this has not given before.
  private String fresh() {
    String stem = exprs.pick(NAMES);
    String name = stem;
    for (int suffix = 0; !used.add(name); suffix++) {
      name = stem + "." + suffix;
    }
    return name;
  }

  private TensorType tensorType() {
    DType dtype =
        exprs.chance(0.5) ? DType.F32 : exprs.pick(Arrays.stream(DType.values()).toList());
    return new TensorType(dtype, exprs.extents(random.nextInt(4)));
  }

  private Optional<String> file() {
    return exprs.chance(0.3) ? Optional.of(exprs.pick(STRINGS)) : Optional.empty();
  }

  /// Inputs for all symbols and some more.
  private List<Signature.Input> inputs() {
    for (int count = random.nextInt(4); count > 0; count--) {
      exprs.symbols.add(fresh());
    }
    List<Signature.Input> inputs = new ArrayList<>();
    for (String symbol : exprs.symbols) {
      IndexExpr extent = IndexExpr.symbol(symbol);
      inputs.add(input(new TensorType(DType.F32, List.of(extent, exprs.extent()))));
    }
    for (int count = random.nextInt(3); count > 0; count--) {
      inputs.add(input(tensorType()));
    }
    return inputs;
  }

  private Signature.Input input(TensorType type) {
    Signature.Role role = exprs.pick(List.of(Signature.Role.values()));
    String name = fresh();
    exprs.tensors.put(name, type);
    return new Signature.Input(role, name, type, file(), content(type));
  }

  private Signature.Content content(TensorType type) {
    return switch (exprs.pick(List.of(0, 0, 0, 1, 2, 3))) {
      case 1 -> new Signature.Content.Tuples(type.extents());
      case 2 -> new Signature.Content.Labels(List.of("Alice", "say \"hi\"", ""));
      case 3 -> new Signature.Content.Positions(7);
      default -> new Signature.Content.Elements();
    };
  }

  private Signature signature(List<Signature.Input> inputs, Map<String, TensorType> results) {
    List<Signature.Output> outputs = new ArrayList<>();
    List<Signature.Query> queries = new ArrayList<>();
    results.forEach(
        (name, type) -> {
          if (exprs.chance(0.5)) {
            outputs.add(new Signature.Output(name, type, file(), tuples(type)));
            if (exprs.chance(0.3)) {
              queries.add(query(name, type));
            }
          }
        });
    return new Signature(exprs.symbols, inputs, outputs, queries);
  }

  private Optional<List<List<String>>> tuples(TensorType type) {
    List<List<String>> axes = new ArrayList<>();
    type.extents().forEach(_ -> axes.add(exprs.chance(0.5) ? List.of() : List.of("no", "yes")));
    return exprs.chance(0.8) ? Optional.empty() : Optional.of(axes);
  }

  private Signature.Query query(String name, TensorType type) {
    List<List<String>> labels = new ArrayList<>();
    for (IndexExpr extent : type.extents()) {
      List<String> positions = new ArrayList<>();
      if (extent instanceof IndexExpr.Constant(long size) && exprs.chance(0.5)) {
        for (long position = 0; position < size; position++) {
          positions.add(exprs.pick(STRINGS) + position);
        }
      }
      labels.add(positions);
    }
    return new Signature.Query(exprs.pick(STRINGS), name, labels);
  }

  // ---- level 1

  public Program program() {
    List<Signature.Input> inputs = inputs();
    Map<String, TensorType> defined = new LinkedHashMap<>();
    List<Definition> definitions = new ArrayList<>();
    for (int count = random.nextInt(6); count > 0; count--) {
      Definition definition = definition();
      definitions.add(definition);
      defined.put(definition.name(), definition.type());
      exprs.tensors.put(definition.name(), definition.type());
    }
    return new Program(exprs.pick(STRINGS), signature(inputs, defined), definitions);
  }

  private Definition definition() {
    DType compute = exprs.computeType();
    List<IndexExpr> extents = exprs.extents(random.nextInt(4));
    TensorType type = new TensorType(exprs.storage(compute), extents);
    List<Projection> projections =
        Arrays.stream(Projection.values())
            .filter(some -> some.combine().domain().contains(compute))
            .toList();
    Projection projection = exprs.pick(projections);
    if (!extents.isEmpty() && exprs.chance(0.2)) {
      List<Axis> axes = axes(extents);
      Scalar operand = exprs.scalar(compute, axes, 3);
      int axis = random.nextInt(axes.size());
      return new Definition(fresh(), type, new Body.Scan(projection, axis, axes, operand));
    }
    List<String> floats =
        exprs.tensors.entrySet().stream()
            .filter(entry -> entry.getValue().dtype().isFloat())
            .map(Map.Entry::getKey)
            .toList();
    if (!floats.isEmpty() && exprs.chance(0.1)) {
      return derivative(exprs.pick(floats));
    }
    List<String> ends = scalars(exprs.tensors);
    if (exprs.chance(0.3) && !ends.isEmpty()) {
      return iteration(exprs.pick(ends));
    }
    List<Contraction> terms = new ArrayList<>();
    for (int count = 1 + random.nextInt(3); count > 0; count--) {
      terms.add(term(compute, extents));
    }
    return new Definition(fresh(), type, new Body.Accumulate(projection, terms));
  }

  /// Of a tensor by itself, along itself.
  private Definition derivative(String tensor) {
    List<IndexExpr> extents = Objects.requireNonNull(exprs.tensors.get(tensor)).extents();
    Body.Derivative.Mode mode =
        exprs.pick(
            Arrays.stream(Body.Derivative.Mode.values())
                .filter(some -> extents.isEmpty() || !some.needsNumber())
                .filter(some -> extents.size() <= 1 || some != Body.Derivative.Mode.ROOT)
                .toList());
    Optional<String> direction = mode.hasDirection() ? Optional.of(tensor) : Optional.empty();
    int order = mode == Body.Derivative.Mode.JET ? 1 + random.nextInt(4) : 1;
    Body.Derivative body = new Body.Derivative(mode, tensor, tensor, direction, order);
    return new Definition(fresh(), new TensorType(DType.F32, body.extents(extents)), body);
  }

  /// The truth values and whole numbers without axes.
  private static List<String> scalars(Map<String, TensorType> tensors) {
    return tensors.entrySet().stream()
        .filter(entry -> entry.getValue().rank() == 0)
        .filter(entry -> isEnd(entry.getValue().dtype()))
        .map(Map.Entry::getKey)
        .toList();
  }

  private static boolean isEnd(DType type) {
    return type == DType.BOOL || type == DType.I64;
  }

  /// Of a tensor by itself.
  private Definition iteration(String end) {
    String start = exprs.pick(List.copyOf(exprs.tensors.keySet()));
    Optional<String> named = Optional.of(end);
    boolean isLimit = Objects.requireNonNull(exprs.tensors.get(end)).dtype() == DType.I64;
    Body.Iterate body =
        isLimit
            ? new Body.Iterate(start, start, Optional.empty(), named)
            : new Body.Iterate(start, start, named, Optional.empty());
    return new Definition(fresh(), Objects.requireNonNull(exprs.tensors.get(start)), body);
  }

  private List<Axis> axes(List<IndexExpr> extents) {
    return extents.stream().map(extent -> new Axis(fresh(), extent)).toList();
  }

  private Contraction term(DType compute, List<IndexExpr> extents) {
    List<Axis> axes = new ArrayList<>(axes(extents));
    List<IndexExpr> write = new ArrayList<>();
    for (Axis axis : axes) {
      write.add(
          exprs.chance(0.8)
              ? axis.variable()
              : new IndexExpr.FloorMod(exprs.index(axes, 2), axis.extent()));
    }
    axes.addAll(axes(exprs.extents(random.nextInt(3))));
    List<Guard> guards = new ArrayList<>();
    while (exprs.chance(0.3)) {
      guards.add(new Guard(exprs.index(axes, 2), exprs.extent()));
    }
    List<BinaryOp> joins =
        Arrays.stream(BinaryOp.values())
            .filter(op -> op.domain().contains(compute) && op.result(compute) == compute)
            .toList();
    List<Scalar> operands = new ArrayList<>();
    for (int count = 1 + random.nextInt(4); count > 0; count--) {
      operands.add(exprs.scalar(compute, axes, random.nextInt(4)));
    }
    return new Contraction(axes, guards, write, exprs.pick(joins), operands);
  }

  // ---- level 2

  public Module module() {
    exprs.isReal = true;
    List<Signature.Input> inputs = inputs();
    // Loops see complex numbers as two real ones.
    inputs.forEach(input -> exprs.tensors.put(input.name(), input.type().parts()));
    Map<String, TensorType> results = new LinkedHashMap<>();
    List<Buffer> buffers = new ArrayList<>();
    List<Function> functions = new ArrayList<>();
    for (int count = random.nextInt(5); count > 0; count--) {
      DType compute = exprs.computeType();
      TensorType type = new TensorType(exprs.storage(compute), exprs.extents(random.nextInt(4)));
      String name = fresh();
      results.put(name, type);
      buffers.add(new Buffer(name, type, Buffer.Scope.GLOBAL));
      functions.add(new Function(name, nest(name, type)));
      exprs.tensors.put(name, type);
    }
    List<Repeat> repeats = new ArrayList<>();
    List<String> ends = scalars(results);
    if (!ends.isEmpty() && exprs.chance(0.5)) {
      String name = exprs.pick(functions).name();
      String end = exprs.pick(ends);
      boolean isLimit = Objects.requireNonNull(results.get(end)).dtype() == DType.I64;
      Optional<String> test = exprs.chance(0.5) ? Optional.of(name) : Optional.empty();
      Optional<String> until = isLimit ? Optional.empty() : Optional.of(end);
      Optional<String> limit = isLimit ? Optional.of(end) : Optional.empty();
      repeats.add(new Repeat(name, test, name, until, limit));
    }
    List<Growth> growths = new ArrayList<>();
    if (exprs.chance(0.3)) {
      String places = fresh();
      TensorType type = new TensorType(DType.I64, List.of(IndexExpr.symbol(places)));
      growths.add(new Growth(places, fresh()));
      buffers.add(new Buffer(growths.getFirst().buffer(), type, Buffer.Scope.GLOBAL));
    }
    List<TupleCount> counts = new ArrayList<>();
    if (exprs.chance(0.3)) {
      String number = fresh();
      TensorType type = new TensorType(DType.I64, List.of());
      buffers.add(new Buffer(number, type, Buffer.Scope.GLOBAL));
      counts.add(new TupleCount(fresh(), new Scalar.Read(number, DType.I64, List.of())));
    }
    Signature signature = signature(inputs, results);
    List<Listing> listings = new ArrayList<>();
    if (exprs.chance(0.3)) {
      Listing listing = new Listing(fresh(), fresh(), fresh());
      listings.add(listing);
      signature = listed(listing, signature, buffers);
    }
    return new Module(
        exprs.pick(STRINGS), signature, buffers, functions, repeats, growths, counts, listings);
  }

  /// The signature with an output that is a list, which gets its memory.
  private static Signature listed(Listing listing, Signature signature, List<Buffer> buffers) {
    List<IndexExpr> extents = List.of(IndexExpr.of(1L << 40), IndexExpr.of(3));
    TensorType tuples = new TensorType(DType.I64, List.of(IndexExpr.of(5), IndexExpr.of(2)));
    buffers.add(new Buffer(listing.tuples(), tuples, Buffer.Scope.GLOBAL));
    TensorType number = new TensorType(DType.I64, List.of());
    buffers.add(new Buffer(listing.count(), number, Buffer.Scope.GLOBAL));
    List<Signature.Output> outputs = new ArrayList<>(signature.outputs());
    TensorType type = new TensorType(DType.BOOL, extents);
    outputs.add(new Signature.Output(listing.relation(), type, Optional.empty()));
    return new Signature(signature.symbols(), signature.inputs(), outputs, signature.queries());
  }

  /// Loops over all elements of a buffer that store each of them.
  private Stmt nest(String buffer, TensorType type) {
    List<Axis> loops = axes(type.extents());
    Stmt body = exprs.chance(0.5) ? reduction(buffer, type, loops) : map(buffer, type, loops);
    for (int axis = loops.size() - 1; axis >= 0; axis--) {
      Axis loop = loops.get(axis);
      body =
          annotated(
              new Stmt.For(
                  exprs.pick(List.of(Stmt.LoopOrder.values())), loop.name(), loop.extent(), body));
    }
    return body;
  }

  /// Now and then something is asked for that the rounds read.
  private Stmt.For annotated(Stmt.For loop) {
    List<Annotation> annotations = new ArrayList<>();
    for (String tensor : exprs.tensors.keySet()) {
      Annotation.Prefetch prefetch =
          new Annotation.Prefetch(tensor, exprs.pick(List.of(1, 8, 1024)));
      if (exprs.chance(0.5) && prefetch.faultOn(loop).isEmpty()) {
        annotations.add(prefetch);
      }
    }
    return loop.with(annotations);
  }

  /// A block that stores one element in each round of the loops.
  private Stmt map(String buffer, TensorType type, List<Axis> loops) {
    List<Axis> iters = axes(type.extents());
    DType compute = type.dtype().compute();
    Scalar value = Scalar.cast(type.dtype(), exprs.scalar(compute, iters, 3));
    Stmt store = new Stmt.Store(buffer, iters.stream().map(Axis::variable).toList(), value);
    List<Guard> guards = new ArrayList<>();
    if (exprs.chance(0.3)) {
      guards.add(new Guard(exprs.index(iters, 2), exprs.extent()));
    }
    if (exprs.chance(0.2)) {
      store = new Stmt.If(guards, new Stmt.Sequence(List.of(store)));
      guards = List.of();
    }
    if (exprs.chance(0.2)) {
      store = new Stmt.When(exprs.scalar(DType.BOOL, iters, 2), new Stmt.Sequence(List.of(store)));
    }
    return block(bind(iters, loops), guards, store, Optional.empty(), Map.of(buffer, type));
  }

  /// A register that a block accumulates into, and a block that stores it.
  private Stmt reduction(String buffer, TensorType type, List<Axis> loops) {
    DType compute = type.dtype().compute();
    String register = fresh();
    TensorType one = new TensorType(compute, List.of());
    Axis reduced = new Axis(fresh(), exprs.extent());
    List<Axis> iters = new ArrayList<>(axes(type.extents()));
    iters.add(new Axis(fresh(), reduced.extent()));
    Scalar old = new Scalar.Read(register, compute, List.of());
    BinaryOp combine = compute == DType.BOOL ? BinaryOp.OR : BinaryOp.ADD;
    Scalar next = new Scalar.Binary(combine, old, exprs.scalar(compute, iters, 2));
    List<Stmt.BlockIter> bound = new ArrayList<>(bind(iters.subList(0, loops.size()), loops));
    bound.add(
        new Stmt.BlockIter(
            Stmt.IterKind.REDUCE, iters.getLast().name(), reduced.extent(), reduced.variable()));
    Stmt start = new Stmt.Store(register, List.of(), exprs.literal(compute));
    Stmt update = new Stmt.Store(register, List.of(), next);
    Map<String, TensorType> both = Map.of(buffer, type, register, one);
    boolean inBlock = exprs.chance(0.5);
    Stmt updates =
        block(bound, List.of(), update, inBlock ? Optional.of(start) : Optional.empty(), both);
    Stmt loop = new Stmt.For(Stmt.LoopOrder.SERIAL, reduced.name(), reduced.extent(), updates);
    List<Axis> outer = axes(type.extents());
    Stmt store =
        new Stmt.Store(
            buffer, outer.stream().map(Axis::variable).toList(), Scalar.cast(type.dtype(), old));
    Stmt writes = block(bind(outer, loops), List.of(), store, Optional.empty(), both);
    List<Stmt> steps = inBlock ? List.of(loop, writes) : List.of(start, loop, writes);
    Buffer memory = new Buffer(register, one, Buffer.Scope.REGISTER);
    return new Stmt.Allocate(memory, new Stmt.Sequence(steps));
  }

  private static List<Stmt.BlockIter> bind(List<Axis> iters, List<Axis> loops) {
    List<Stmt.BlockIter> bound = new ArrayList<>();
    for (int axis = 0; axis < iters.size(); axis++) {
      Axis iter = iters.get(axis);
      bound.add(
          new Stmt.BlockIter(
              Stmt.IterKind.SPATIAL, iter.name(), iter.extent(), loops.get(axis).variable()));
    }
    return bound;
  }

  private Stmt block(
      List<Stmt.BlockIter> iters,
      List<Guard> guards,
      Stmt body,
      Optional<Stmt> init,
      Map<String, TensorType> further) {
    Map<String, TensorType> types = new LinkedHashMap<>(exprs.tensors);
    types.putAll(further);
    Regions.Access access =
        Regions.of(
            body,
            guards,
            name ->
                Optional.ofNullable(types.get(name))
                    .map(type -> new Buffer(name, type, Buffer.Scope.GLOBAL)));
    return new Stmt.Block(fresh(), iters, guards, access.reads(), access.writes(), init, body);
  }
}
