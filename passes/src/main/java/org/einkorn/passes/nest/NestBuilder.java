package org.einkorn.passes.nest;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Regions;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.loop.Stmt.IterKind;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.passes.rewrite.Digits;
import org.einkorn.runtime.DType;

/// Builds the loop nests of one definition.
///
/// A loop over the axis `i` is called `i.0`; blocks bind the iterator `i` to it, so that
/// expressions keep the user's names. Loops over digits of `i` are called `i.h.0` and `i.l.0`.
public final class NestBuilder {
  private final Definition definition;
  private final Map<String, Buffer> buffers;
  private final Map<String, Buffer> temporaries = new HashMap<>();
  private final Buffer target;
  private final List<Place> places;
  private final List<Outer> outer;
  private final Set<String> axisNames;

  public NestBuilder(Definition definition, Map<String, Buffer> buffers) {
    this(
        definition,
        new Buffer(definition.name(), definition.type(), Buffer.Scope.GLOBAL),
        List.of(),
        buffers,
        List.of(),
        axisNames(definition.body()));
  }

  /// A loop outside of a nest.
  ///
  /// @param axis the definition mentions it without declaring it
  /// @param kind what its rounds have to do with one another, for this definition
  public record Outer(Axis axis, IterKind kind) {}

  /// Where the elements of a definition lie on an axis that the target has beyond its own.
  public record Place(int axis, IndexExpr position) {}

  /// A builder of nests inside of loops.
  ///
  /// @param target the memory that takes the elements, with the definition's own axes and those of
  ///   `places`
  /// @param places in the order of their axes
  /// @param axisNames the names of all axes of the definitions that share those loops
  public NestBuilder(
      Definition definition,
      Buffer target,
      List<Place> places,
      Map<String, Buffer> buffers,
      List<Outer> outer,
      Set<String> axisNames) {
    this.definition = definition;
    this.buffers = buffers;
    this.target = target;
    this.places = List.copyOf(places);
    this.outer = List.copyOf(outer);
    this.axisNames = Set.copyOf(axisNames);
  }

  public Buffer target() {
    return target;
  }

  private Optional<Buffer> buffer(String name) {
    return Optional.ofNullable(temporaries.get(name))
        .or(() -> Optional.ofNullable(buffers.get(name)));
  }

  /// The target itself where it has the type that values are accumulated in, else a temporary.
  public Buffer accumulator(DType type) {
    if (type == definition.type().dtype()) {
      return target;
    }
    Buffer accumulator =
        new Buffer(
            definition.name() + ".acc",
            new TensorType(type, definition.type().extents()),
            Buffer.Scope.GLOBAL);
    temporaries.put(accumulator.name(), accumulator);
    return accumulator;
  }

  /// Whether the term's plain axes run over every element of the target.
  public boolean spansTarget(Contraction term) {
    for (int axis = 0; axis < term.write().size(); axis++) {
      IndexExpr extent = definition.type().extents().get(axis);
      if (!extentOf(term.axes(), term.write().get(axis)).equals(Optional.of(extent))) {
        return false;
      }
    }
    return true;
  }

  /// Whether a map stores every element of the target.
  public boolean coversTarget(Contraction term) {
    return term.guards().isEmpty() && spansTarget(term);
  }

  private static Optional<IndexExpr> extentOf(List<Axis> axes, IndexExpr variable) {
    return axes.stream()
        .filter(axis -> axis.variable().equals(variable))
        .map(Axis::extent)
        .findFirst();
  }

  /// `buffer[…] = identity` for every element, converted from the type of the values.
  public Function fill(Buffer buffer, Projection projection, DType valueType) {
    List<Axis> axes = elementAxes(definition.type());
    List<IndexExpr> indices = placed(buffer, axes.stream().map(Axis::variable).toList());
    Scalar identity =
        Scalar.cast(
            buffer.type().dtype(), Scalar.constant(valueType, projection.identity(valueType)));
    Stmt store = new Stmt.Store(buffer.name(), indices, identity);
    String name = definition.name() + ".fill";
    return function(name, nest(axes, block(name, axes, Set.of(), List.of(), store)));
  }

  /// Whether the identity can be stored in the target. If not, that fails only where an element
  /// keeps it, so it must not be converted before all values are there.
  public boolean identityConverts(Projection projection, DType valueType) {
    DType storage = definition.type().dtype();
    return storage == valueType
        || !storage.isInteger()
        || switch (projection) {
          case SUM, PRODUCT, ANY, ALL, XOR -> true;
          case MAX, MIN, LOG_SUM_EXP -> false;
        };
  }

  /// `target[…] = accumulator[…]`, converted.
  public Function convert(Buffer accumulator) {
    List<Axis> axes = elementAxes(definition.type());
    List<IndexExpr> indices = axes.stream().map(Axis::variable).toList();
    Scalar value = new Scalar.Read(accumulator.name(), accumulator.type().dtype(), indices);
    return function(
        definition.name(),
        nest(axes, block(definition.name(), axes, Set.of(), List.of(), store(indices, value))));
  }

  private static List<Axis> elementAxes(TensorType type) {
    List<Axis> axes = new ArrayList<>();
    for (int axis = 0; axis < type.rank(); axis++) {
      axes.add(new Axis("axis" + axis, type.extents().get(axis)));
    }
    return axes;
  }

  /// An elementwise equation, stored in the target or in its accumulator. Where it reads nothing of
  /// an axis but digits to one base, there is a loop for each digit instead of a division for each
  /// element.
  public Function map(Buffer buffer, Contraction term) {
    Set<String> taken = new HashSet<>(axisNames);
    outer.forEach(loop -> taken.add(loop.axis.name()));
    List<Axis> axes = new ArrayList<>();
    Contraction apart = term;
    for (Axis axis : spatialFirst(term)) {
      Optional<Digits> digits = Digits.ofAll(axis, apart, taken);
      if (digits.isPresent()) {
        apart = digits.get().apply(apart);
        axes.addAll(List.of(digits.get().high(), digits.get().low()));
      } else {
        axes.add(axis);
      }
    }
    Scalar value = Scalar.cast(buffer.type().dtype(), apart.joined());
    Stmt store = new Stmt.Store(buffer.name(), placed(buffer, apart.write()), value);
    String name = buffer.equals(target) ? definition.name() : definition.name() + ".map";
    return function(name, nest(axes, block(name, axes, Set.of(), apart.guards(), store)));
  }

  /// A reduction that finishes one element at a time, in a register.
  public Function reduction(Projection projection, Contraction term) {
    List<Axis> axes = spatialFirst(term);
    Set<String> reduced = term.reducedAxes();
    List<Axis> spatial = axes.subList(0, axes.size() - reduced.size());
    Register register = new Register(projection.accumulator(term.valueType()));
    Stmt update =
        block(
            definition.name() + ".update",
            axes,
            reduced,
            term.guards(),
            register.combine(projection, term.joined()));
    Stmt body =
        register.around(
            block(
                definition.name() + ".init",
                spatial,
                Set.of(),
                List.of(),
                register.store(projection)),
            nest(axes.subList(spatial.size(), axes.size()), update),
            block(
                definition.name(),
                spatial,
                Set.of(),
                List.of(),
                store(term.write(), register.read())));
    return function(definition.name(), nest(spatial, body));
  }

  /// A prefix reduction: the scanned loop innermost, its running value in a register.
  public Function scan(Body.Scan body) {
    List<Axis> spatial = new ArrayList<>(body.axes());
    Axis scanned = spatial.remove(body.axis());
    List<Axis> all = new ArrayList<>(spatial);
    all.add(scanned);
    List<IndexExpr> write = body.axes().stream().map(Axis::variable).toList();
    Register register = new Register(body.projection().accumulator(body.operand().type()));
    Stmt step =
        new Stmt.Sequence(
            List.of(
                register.combine(body.projection(), body.operand()),
                store(write, register.read())));
    Stmt.Block update =
        block(definition.name(), all, Set.of(scanned.name()), IterKind.SCAN, List.of(), step);
    Stmt nest =
        register.around(
            block(
                definition.name() + ".init",
                spatial,
                Set.of(),
                List.of(),
                register.store(body.projection())),
            nest(List.of(scanned), update));
    return function(definition.name(), nest(spatial, nest));
  }

  /// One term of several, or one that writes through index functions: combines with what lies in
  /// memory; in a register where all that is combined for an element comes one after the other.
  public Function update(Buffer accumulator, Body.Accumulate body, int number) {
    Contraction term = body.terms().get(number);
    List<Axis> axes = spatialFirst(term);
    List<IndexExpr> indices = placed(accumulator, term.write());
    Scalar.Read before = new Scalar.Read(accumulator.name(), accumulator.type().dtype(), indices);
    String name = definition.name() + (body.terms().size() == 1 ? ".update" : ".update" + number);
    boolean isApart =
        term.writesPlainAxes() && !term.reducedAxes().isEmpty() && !reads(term, accumulator.name());
    return function(
        name,
        isApart
            ? updateInRegister(name, body.projection(), term, before)
            : nest(
                axes,
                block(
                    name,
                    axes,
                    term.reducedAxes(),
                    term.guards(),
                    combine(before, body.projection(), term.joined()))));
  }

  private static boolean reads(Contraction term, String tensor) {
    boolean[] found = {false};
    Walk walk =
        Walk.ofScalars(
            part -> found[0] |= part instanceof Scalar.Read read && read.tensor().equals(tensor));
    walk.visit(term.joined());
    for (Guard guard : term.guards()) {
      walk.visit(guard.index());
      walk.visit(guard.extent());
    }
    return found[0];
  }

  /// @param before an element in memory
  private Stmt updateInRegister(
      String name, Projection projection, Contraction term, Scalar.Read before) {
    List<Axis> axes = spatialFirst(term);
    Set<String> reduced = term.reducedAxes();
    List<Axis> spatial = axes.subList(0, axes.size() - reduced.size());
    Register register = new Register(name + ".acc", before.type());
    Stmt body =
        register.around(
            block(name + ".init", spatial, Set.of(), List.of(), register.store(before)),
            nest(
                axes.subList(spatial.size(), axes.size()),
                block(
                    name,
                    axes,
                    reduced,
                    term.guards(),
                    combine(register.read(), projection, term.joined()))),
            block(
                name + ".last",
                spatial,
                Set.of(),
                List.of(),
                new Stmt.Store(before.tensor(), before.indices(), register.read())));
    return nest(spatial, body);
  }

  /// Combines an element with a value.
  private static Stmt combine(Scalar.Read element, Projection projection, Scalar value) {
    return new Stmt.Store(
        element.tensor(),
        element.indices(),
        new Scalar.Binary(projection.combine(), element, Scalar.cast(element.type(), value)));
  }

  /// Axes that are written plainly come first, in the order of the target's axes.
  private static List<Axis> spatialFirst(Contraction term) {
    Set<String> reduced = term.reducedAxes();
    List<Axis> ordered = new ArrayList<>();
    for (IndexExpr index : term.write()) {
      for (Axis axis : term.axes()) {
        if (axis.variable().equals(index) && !ordered.contains(axis)) {
          ordered.add(axis);
        }
      }
    }
    for (Axis axis : term.axes()) {
      if (reduced.contains(axis.name())) {
        ordered.add(axis);
      }
    }
    return List.copyOf(ordered);
  }

  private Stmt store(List<IndexExpr> indices, Scalar value) {
    return new Stmt.Store(
        target.name(), placed(target, indices), Scalar.cast(target.type().dtype(), value));
  }

  /// The position in a buffer of an element of the definition.
  private List<IndexExpr> placed(Buffer buffer, List<IndexExpr> own) {
    List<IndexExpr> indices = new ArrayList<>(own);
    if (buffer.equals(target)) {
      places.forEach(place -> indices.add(place.axis, place.position));
    }
    return indices;
  }

  private Stmt.Block block(
      String name, List<Axis> axes, Set<String> reduced, List<Guard> guards, Stmt body) {
    return block(name, axes, reduced, IterKind.REDUCE, guards, body);
  }

  private Stmt.Block block(
      String name,
      List<Axis> axes,
      Set<String> special,
      IterKind specialKind,
      List<Guard> guards,
      Stmt body) {
    List<Stmt.BlockIter> iters = new ArrayList<>();
    for (Outer loop : outer) {
      Axis axis = loop.axis;
      iters.add(
          new Stmt.BlockIter(
              loop.kind, axis.name(), axis.extent(), IndexExpr.variable(loopName(axis))));
    }
    for (Axis axis : axes) {
      iters.add(
          new Stmt.BlockIter(
              special.contains(axis.name()) ? specialKind : IterKind.SPATIAL,
              axis.name(),
              axis.extent(),
              IndexExpr.variable(loopName(axis))));
    }
    Regions.Access access = Regions.of(body, guards, this::buffer);
    return new Stmt.Block(
        name, iters, guards, access.reads(), access.writes(), Optional.empty(), body);
  }

  /// `i.0` for the axis `i`, or the first of `i.1`, `i.2`, … that is no axis of this definition.
  private String loopName(Axis axis) {
    return loopName(axis, axisNames);
  }

  public static String loopName(Axis axis, Set<String> axisNames) {
    int number = 0;
    while (axisNames.contains(axis.name() + "." + number)) {
      number++;
    }
    return axis.name() + "." + number;
  }

  public static Set<String> axisNames(Body body) {
    Set<String> names = new HashSet<>();
    switch (body) {
      case Body.Accumulate(var projection, List<Contraction> terms) ->
          terms.forEach(term -> term.axes().forEach(axis -> names.add(axis.name())));
      case Body.Scan scan -> scan.axes().forEach(axis -> names.add(axis.name()));
      case Body.Derivative _, Body.Iterate _ -> {}
    }
    return names;
  }

  public Stmt nest(List<Axis> axes, Stmt body) {
    Stmt nest = body;
    for (Axis axis : axes.reversed()) {
      nest = new Stmt.For(Stmt.LoopOrder.SERIAL, loopName(axis), axis.extent(), nest);
    }
    return nest;
  }

  private Function function(String name, Stmt body) {
    return new Function(name, body, definition.origin());
  }

  /// The accumulator of one element.
  private final class Register {
    private final Buffer buffer;

    Register(DType type) {
      this(definition.name() + ".acc", type);
    }

    Register(String name, DType type) {
      this.buffer = new Buffer(name, new TensorType(type, List.of()), Buffer.Scope.REGISTER);
      temporaries.put(buffer.name(), buffer);
    }

    Scalar.Read read() {
      return new Scalar.Read(buffer.name(), buffer.type().dtype(), List.of());
    }

    Stmt store(Projection projection) {
      DType type = buffer.type().dtype();
      return store(Scalar.constant(type, projection.identity(type)));
    }

    Stmt store(Scalar value) {
      return new Stmt.Store(buffer.name(), List.of(), value);
    }

    Stmt combine(Projection projection, Scalar value) {
      return NestBuilder.combine(read(), projection, value);
    }

    Stmt around(Stmt... statements) {
      return new Stmt.Allocate(buffer, new Stmt.Sequence(List.of(statements)));
    }
  }
}
