package org.einkorn.passes.lower;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Growth;
import org.einkorn.ir.loop.Listing;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Repeat;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.loop.TupleCount;
import org.einkorn.ir.loop.Usage;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.EvaluationOrder;
import org.einkorn.ir.tensor.Fixpoint;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.ir.tensor.Slicing;
import org.einkorn.ir.tensor.Step;
import org.einkorn.passes.PassContext;
import org.einkorn.passes.nest.NestBuilder;
import org.einkorn.passes.relations.Relations;
import org.einkorn.passes.relations.RuleNest;
import org.einkorn.passes.relations.SemiNaive;
import org.einkorn.passes.relations.TableChoice;
import org.einkorn.passes.relations.TupleTable;
import org.einkorn.passes.relations.Vastness;
import org.einkorn.passes.sparse.ListStore;
import org.einkorn.passes.sparse.Listed;
import org.einkorn.passes.sparse.SparseLowering;
import org.einkorn.runtime.DType;

/// Lowers a program of equations to loop nests.
public final class LowerToLoops {
  private final Map<String, Buffer> buffers = new LinkedHashMap<>();
  private final List<Buffer> made = new ArrayList<>();
  private final List<Function> functions = new ArrayList<>();
  private final List<Repeat> repeats = new ArrayList<>();
  private final List<Growth> growths = new ArrayList<>();
  private final List<TupleCount> tupleCounts = new ArrayList<>();

  /// The outputs that are relations which data hold, and handed out as lists.
  private final List<Listing> listed = new ArrayList<>();

  private final Program program;
  private final PassContext context;
  private final List<Step> steps;
  private final TableChoice tables;
  private final Relations relations;
  private final ListStore lists;

  /// The definitions of relations that are lists of tuples, and before which function each stands.
  private final List<Deferred> deferred = new ArrayList<>();

  private record Deferred(Definition definition, int place) {}

  /// @param axes those of the indexes that nests will ask of tables, by table
  private LowerToLoops(Program program, PassContext context, Map<String, Set<List<Integer>>> axes) {
    Vastness extents = Vastness.of(program.signature(), context);
    this.program = program;
    this.context = context;
    this.steps = EvaluationOrder.stepsOf(program);
    this.tables = TableChoice.of(program, steps, extents);
    this.relations = new Relations(extents, axes);
    this.lists = ListStore.of(program);
  }

  /// The loops of a program; complex numbers are pairs of real ones in them.
  public static Module lower(Program program) {
    return lower(program, PassContext.defaults());
  }

  /// The loops of a program, given what the context knows of sizes.
  public static Module lower(Program program, PassContext context) {
    LowerToLoops lowering = new LowerToLoops(program, context, Map.of());
    Module module = lowering.run();
    Map<String, Set<List<Integer>>> asked = lowering.relations.indexes();
    if (!asked.isEmpty()) {
      // What puts tuples into a table is written before it is known which indexes that must keep.
      module = new LowerToLoops(program, context, asked).run();
    }
    return SplitComplex.apply(module);
  }

  private Module run() {
    for (Signature.Input input : program.signature().inputs()) {
      buffers.put(input.name(), new Buffer(input.name(), input.type(), Buffer.Scope.GLOBAL));
      if (input.type().dtype() == DType.BOOL) {
        relations.addTensor(input.name(), input.type());
      }
    }
    FoldedStorage storage = FoldedStorage.of(program, steps);
    Set<String> sliced = new HashSet<>();
    for (Step step : steps) {
      lower(step, program, storage, sliced);
    }
    deferred.reversed().forEach(this::storeIfRead);
    made.addAll(relations.buffers());
    growths.addAll(relations.growths());
    List<Listing> listings = new ArrayList<>();
    for (Signature.Output output : program.signature().outputs()) {
      if (tables.isTable(output.name())) {
        listings.add(relations.table(output.name()).orElseThrow().listing(output.name()));
      }
      listed.stream()
          .filter(listing -> listing.relation().equals(output.name()))
          .forEach(listings::add);
    }
    return new Module(
        program.name(),
        program.signature(),
        made,
        functions,
        repeats,
        growths,
        tupleCounts,
        listings);
  }

  private void lower(Step step, Program program, FoldedStorage storage, Set<String> sliced) {
    switch (step) {
      case Step.Compute(Definition definition) -> {
        Optional<Slicing> slicing = beginningAt(program, definition);
        if (slicing.isPresent()) {
          sliced.addAll(slicing.get().definitions());
          lower(new SliceGroup(slicing.get(), group(program, slicing.get(), storage)));
        } else if (!sliced.contains(definition.name())) {
          compute(storage.stored(definition));
        }
      }
      case Step.Recurrence recurrence -> lower(recurrence, program, storage);
      case Step.Iteration iteration -> lower(iteration, program, storage, sliced);
    }
  }

  private void compute(Definition definition) {
    if (tables.isStart(definition.name()) || isDeferred(definition) || lowerSparse(definition)) {
      return;
    }
    if (tables.isTable(definition.name())) {
      TupleTable table = relations.addTable(definition.name(), definition.type());
      fill(table, definition, definition.name());
      return;
    }
    addBuffer(new Buffer(definition.name(), definition.type(), Buffer.Scope.GLOBAL));
    if (isAlongTuples(definition)) {
      alongTuples(definition, new NestBuilder(definition, buffers));
    } else {
      lower(definition, new NestBuilder(definition, buffers));
    }
    noteRelation(definition);
  }

  private void noteRelation(Definition definition) {
    if (definition.type().dtype() == DType.BOOL) {
      relations.addTensor(definition.name(), definition.type());
    }
  }

  /// Puts all that a definition says into a table.
  private void fill(TupleTable table, Definition definition, String name) {
    List<Stmt> all = new ArrayList<>(List.of(table.clear()));
    for (Contraction term : ((Body.Accumulate) definition.body()).terms()) {
      RuleNest.Sink sink = (at, _) -> table.insert(at);
      all.add(RuleNest.of(term, relations, tables, sink).emit());
    }
    functions.addAll(relations.takeFunctions());
    functions.add(new Function(name, new Stmt.Sequence(all), definition.origin()));
  }

  /// Whether nests go along the tuples of relations that a definition reads.
  private boolean isAlongTuples(Definition definition) {
    return tables.readsTable(definition)
        || definition.body() instanceof Body.Accumulate(Projection projection, var terms)
            && projection == Projection.ANY
            && definition.type().dtype() == DType.BOOL
            && terms.stream().allMatch(Contraction::isConjunction)
            && terms.stream()
                .flatMap(term -> term.operands().stream())
                .anyMatch(
                    operand ->
                        operand instanceof Scalar.Read read
                            && relations.list(read.tensor()).isPresent());
  }

  /// The elements of a definition, combined as they come along the tuples of relations.
  private void alongTuples(Definition definition, NestBuilder nest) {
    Body.Accumulate body = (Body.Accumulate) definition.body();
    DType type = body.projection().accumulator(body.terms().getFirst().valueType());
    Buffer accumulator = accumulator(nest, type);
    functions.add(nest.fill(accumulator, body.projection(), type));
    List<Stmt> all = new ArrayList<>();
    for (Contraction term : body.terms()) {
      RuleNest.Sink sink =
          (at, value) -> {
            Scalar before = new Scalar.Read(accumulator.name(), type, at);
            Scalar after =
                new Scalar.Binary(body.projection().combine(), before, Scalar.cast(type, value));
            return new Stmt.Store(accumulator.name(), at, after);
          };
      all.add(RuleNest.of(term, relations, tables, sink).emit());
    }
    functions.addAll(relations.takeFunctions());
    functions.add(
        new Function(definition.name() + ".update", new Stmt.Sequence(all), definition.origin()));
    if (!accumulator.equals(nest.target())) {
      functions.add(nest.convert(accumulator));
    }
  }

  /// Lowers a definition that listed tensors restrict, if it is one.
  private boolean lowerSparse(Definition definition) {
    if (tables.isTable(definition.name()) || tables.readsTable(definition)) {
      return false;
    }
    Optional<SparseLowering.Lowered> lowered =
        SparseLowering.lower(definition, lists, buffers, context);
    lowered.ifPresent(
        some -> {
          some.buffers().forEach(this::addBuffer);
          functions.addAll(some.functions());
          noteRelation(definition);
        });
    return lowered.isPresent();
  }

  /// Whether a definition is a list, which is stored as a tensor only if something reads it as one.
  private boolean isDeferred(Definition definition) {
    boolean isKept =
        !tables.isListedOutput(definition) && program.signature().hasOutput(definition.name());
    Optional<Listed.Entries> relation = Listed.tuples(definition);
    boolean isList = lists.isList(definition);
    if (isList || relation.isPresent() && !isKept) {
      deferred.add(new Deferred(definition, functions.size()));
    }
    if (isKept || relation.isEmpty() && !isList) {
      return false;
    }
    relation.ifPresent(relations::addList);
    buffers.put(
        definition.name(), new Buffer(definition.name(), definition.type(), Buffer.Scope.GLOBAL));
    if (tables.isListedOutput(definition)) {
      listed.add(relations.tableOf(relation.orElseThrow()).listing(definition.name()));
      functions.addAll(relations.takeFunctions());
    }
    return true;
  }

  /// Stores a list as a tensor if something reads it as one, and sorts it if something goes through
  /// it.
  private void storeIfRead(Deferred list) {
    String name = list.definition.name();
    boolean isStored = made.stream().anyMatch(buffer -> buffer.name().equals(name));
    boolean isRead = functions.stream().anyMatch(each -> Usage.of(each.body()).reads(name));
    List<Function> before = List.copyOf(functions);
    functions.clear();
    if (isRead && !isStored) {
      listed.removeIf(listing -> listing.relation().equals(name));
      made.add(new Buffer(name, list.definition.type(), Buffer.Scope.GLOBAL));
      lower(list.definition, new NestBuilder(list.definition, buffers));
    }
    made.addAll(lists.buffers(list.definition));
    functions.addAll(lists.functions(list.definition));
    functions.addAll(0, before.subList(0, list.place));
    functions.addAll(before.subList(list.place, before.size()));
  }

  /// States and what is computed of them in each round: functions that repeat. What only the next
  /// round needs comes after the test for the end.
  private void lower(
      Step.Iteration iteration, Program program, FoldedStorage storage, Set<String> sliced) {
    for (Definition state : iteration.states()) {
      if (tables.isTable(state.name())) {
        TupleTable table = relations.addTable(state.name(), state.type());
        fill(table, definition(Step.Iteration.start(state)), state.name() + ".first");
      } else {
        addBuffer(new Buffer(state.name(), state.type(), Buffer.Scope.GLOBAL));
        copy(Step.Iteration.start(state), state, ".first");
      }
    }
    if (Fixpoint.isMonotone(iteration)) {
      SemiNaive.Lowered rounds = SemiNaive.lower(iteration, relations);
      rounds.buffers().forEach(this::addBuffer);
      functions.addAll(rounds.functions());
      repeats.add(rounds.repeat());
      tupleCounts.addAll(rounds.tupleCounts());
      iteration.states().stream()
          .filter(state -> !tables.isTable(state.name()))
          .forEach(this::noteRelation);
      return;
    }
    List<Step> ofTest = iteration.beforeTest(program);
    int first = functions.size();
    iteration.steps().stream()
        .filter(ofTest::contains)
        .forEach(step -> lower(step, program, storage, sliced));
    Optional<String> test =
        functions.size() == first ? Optional.empty() : Optional.of(functions.getLast().name());
    iteration.steps().stream()
        .filter(step -> !ofTest.contains(step))
        .forEach(step -> lower(step, program, storage, sliced));
    for (Definition state : iteration.states()) {
      copy(Step.Iteration.next(state), state, ".advance");
    }
    repeats.add(
        new Repeat(
            functions.get(first).name(),
            test,
            functions.getLast().name(),
            iteration.until(),
            iteration.limit()));
  }

  private Definition definition(String name) {
    return program.definitions().stream()
        .filter(each -> each.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /// A function that stores the elements of one tensor in another of its type.
  private void copy(String from, Definition to, String suffix) {
    List<Axis> axes = new ArrayList<>();
    for (int axis = 0; axis < to.type().rank(); axis++) {
      axes.add(new Axis("axis" + axis, to.type().extents().get(axis)));
    }
    List<IndexExpr> here = axes.stream().map(Axis::variable).toList();
    DType type = to.type().dtype();
    Scalar value = Scalar.cast(type.compute(), new Scalar.Read(from, type, here));
    BinaryOp join = type == DType.BOOL ? BinaryOp.AND : BinaryOp.MULTIPLY;
    Contraction term = new Contraction(axes, List.of(), here, join, List.of(value));
    Projection projection = type == DType.BOOL ? Projection.ANY : Projection.SUM;
    Definition copy =
        new Definition(
            to.name(), to.type(), new Body.Accumulate(projection, List.of(term)), to.origin());
    NestBuilder nest = new NestBuilder(copy, buffers);
    Function made = nest.map(nest.target(), term);
    functions.add(new Function(to.name() + suffix, made.body(), to.origin()));
  }

  private static List<Definition> group(Program program, Slicing slicing, FoldedStorage storage) {
    return program.definitions().stream()
        .filter(definition -> slicing.definitions().contains(definition.name()))
        .map(storage::stored)
        .toList();
  }

  /// Definitions that need each other: one function.
  private void lower(Step.Recurrence recurrence, Program program, FoldedStorage storage) {
    for (Step.Member member : recurrence.members()) {
      addBuffer(storage.buffer(member.definition()));
    }
    RoundNests nests =
        new RoundNests(
            (definition, nest, isMap) -> {
              int first = functions.size();
              lower(definition, nest, isMap);
              List<Function> made = functions.subList(first, functions.size());
              List<Function> result = List.copyOf(made);
              made.clear();
              return result;
            },
            storage);
    Set<String> symbols = Set.copyOf(program.signature().symbols());
    functions.add(nests.function(recurrence, symbols, buffers));
  }

  private void addBuffer(Buffer buffer) {
    buffers.put(buffer.name(), buffer);
    made.add(buffer);
  }

  private static Optional<Slicing> beginningAt(Program program, Definition definition) {
    return program.slicings().stream()
        .filter(slicing -> slicing.definitions().getFirst().equals(definition.name()))
        .findFirst();
  }

  /// Definitions that run slice by slice: one function, whose loops over the slices hold a nest for
  /// each.
  private void lower(SliceGroup group) {
    List<Stmt> inside = new ArrayList<>();
    for (Definition inner : group.inner()) {
      addBuffer(new Buffer(inner.name(), inner.type(), Buffer.Scope.GLOBAL));
      int first = functions.size();
      lower(inner, group.nest(inner, buffers));
      List<Function> nests = functions.subList(first, functions.size());
      nests.forEach(function -> inside.add(function.body()));
      nests.clear();
    }
    Definition last = group.last();
    addBuffer(new Buffer(last.name(), last.type(), Buffer.Scope.GLOBAL));
    NestBuilder whole = new NestBuilder(last, buffers);
    Body.Accumulate body = group.body();
    DType type = group.isMap() ? body.terms().getFirst().valueType() : group.accumulatorType();
    Buffer target = group.needsAccumulator(whole) ? accumulator(whole, type) : whole.target();
    NestBuilder nest = group.nest(last, buffers);
    if (!(group.isMap() && group.coversTarget(whole)) && !group.finishesElements(whole)) {
      functions.add(whole.fill(target, body.projection(), type));
    }
    inside.add(last(group, whole, nest, target).body());
    functions.add(
        new Function(
            last.name() + ".slices",
            nest.nest(group.axes(), new Stmt.Sequence(inside)),
            last.origin()));
    if (!target.equals(whole.target())) {
      functions.add(whole.convert(target));
    }
  }

  /// What a slice does last.
  ///
  /// @param whole the nest of the whole definition
  private static Function last(
      SliceGroup group, NestBuilder whole, NestBuilder nest, Buffer target) {
    Body.Accumulate body = group.body();
    if (group.finishesElements(whole)) {
      return nest.reduction(body.projection(), body.terms().getFirst());
    }
    return group.isMap() ? nest.map(target, body.terms().getFirst()) : nest.update(target, body, 0);
  }

  private void lower(Definition definition, NestBuilder nest) {
    lower(definition, nest, definition.body() instanceof Body.Accumulate body && body.isMap());
  }

  /// @param isMap whether values are stored as they are, combined with nothing
  private void lower(Definition definition, NestBuilder nest, boolean isMap) {
    switch (definition.body()) {
      case Body.Accumulate body -> {
        if (isMap) {
          map(nest, body);
        } else if (body.terms().size() == 1
            && body.terms().getFirst().writesPlainAxes()
            && nest.spansTarget(body.terms().getFirst())) {
          functions.add(nest.reduction(body.projection(), body.terms().getFirst()));
        } else {
          scatter(nest, body);
        }
      }
      case Body.Scan body -> functions.add(nest.scan(body));
      case Body.Derivative _, Body.Iterate _ ->
          throw new IllegalStateException("`" + definition.name() + "` has no loops");
    }
  }

  /// Stores the values of an elementwise equation; where that leaves elements out, over the
  /// projection's identity.
  private void map(NestBuilder nest, Body.Accumulate body) {
    Contraction term = body.terms().getFirst();
    Buffer target = nest.target();
    if (nest.coversTarget(term)) {
      functions.add(nest.map(target, term));
    } else if (nest.identityConverts(body.projection(), term.valueType())) {
      functions.add(nest.fill(target, body.projection(), term.valueType()));
      functions.add(nest.map(target, term));
    } else {
      Buffer accumulator = accumulator(nest, term.valueType());
      functions.add(nest.fill(accumulator, body.projection(), term.valueType()));
      functions.add(nest.map(accumulator, term));
      functions.add(nest.convert(accumulator));
    }
  }

  /// Fills an accumulator in memory, lets each term add to it, and converts it where its type
  /// differs.
  private void scatter(NestBuilder nest, Body.Accumulate body) {
    DType type = body.projection().accumulator(body.terms().getFirst().valueType());
    Buffer accumulator = accumulator(nest, type);
    functions.add(nest.fill(accumulator, body.projection(), type));
    for (int term = 0; term < body.terms().size(); term++) {
      functions.add(nest.update(accumulator, body, term));
    }
    if (!accumulator.equals(nest.target())) {
      functions.add(nest.convert(accumulator));
    }
  }

  private Buffer accumulator(NestBuilder nest, DType type) {
    Buffer accumulator = nest.accumulator(type);
    if (!accumulator.equals(nest.target())) {
      addBuffer(accumulator);
    }
    return accumulator;
  }
}
