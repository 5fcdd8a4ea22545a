package org.einkorn.ir.loop;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.runtime.DType;

/// A statement of a loop nest.
public sealed interface Stmt {
  /// The statements directly inside of this one, in text order.
  default List<Stmt> children() {
    return switch (this) {
      case For loop -> List.of(loop.body());
      case Block block ->
          block.init().map(init -> List.of(init, block.body())).orElse(List.of(block.body()));
      case Sequence(List<Stmt> statements) -> statements;
      case Allocate(Buffer _, Stmt body) -> List.of(body);
      case If(List<Guard> _, Stmt body) -> List.of(body);
      case When(Scalar _, Stmt body) -> List.of(body);
      case While(Scalar _, Stmt body) -> List.of(body);
      case Store _ -> List.of();
    };
  }

  /// The statement with others directly inside of it; itself where they are the same.
  default Stmt mapChildren(UnaryOperator<Stmt> map) {
    return switch (this) {
      case For loop -> {
        Stmt inside = map.apply(loop.body());
        yield inside == loop.body() ? this : loop.with(inside);
      }
      case Block block -> {
        Optional<Stmt> init = block.init().map(map);
        Stmt inside = map.apply(block.body());
        boolean isSame =
            inside == block.body()
                && (init.isEmpty() || init.orElseThrow() == block.init().orElseThrow());
        yield isSame ? block : block.with(init, inside);
      }
      case Sequence(List<Stmt> statements) -> {
        boolean isSame = true;
        List<Stmt> others = new ArrayList<>();
        for (Stmt each : statements) {
          Stmt other = map.apply(each);
          isSame &= other == each;
          others.add(other);
        }
        yield isSame ? this : new Sequence(others);
      }
      case Allocate(var buffer, Stmt body) -> {
        Stmt inside = map.apply(body);
        yield inside == body ? this : new Allocate(buffer, inside);
      }
      case If(var guards, Stmt body) -> {
        Stmt inside = map.apply(body);
        yield inside == body ? this : new If(guards, inside);
      }
      case When(var condition, Stmt body) -> {
        Stmt inside = map.apply(body);
        yield inside == body ? this : new When(condition, inside);
      }
      case While(var condition, Stmt body) -> {
        Stmt inside = map.apply(body);
        yield inside == body ? this : new While(condition, inside);
      }
      case Store store -> store;
    };
  }

  /// The statement with other expressions of its own, not of the statements inside of it; the
  /// regions of a block stay.
  default Stmt mapOwn(UnaryOperator<IndexExpr> indices, UnaryOperator<Scalar> scalars) {
    return switch (this) {
      case For loop -> loop.with(indices.apply(loop.extent()), loop.body());
      case Block block ->
          new Block(
              block.name(),
              block.iters().stream()
                  .map(
                      iter ->
                          new BlockIter(
                              iter.kind(),
                              iter.variable(),
                              indices.apply(iter.extent()),
                              indices.apply(iter.binding())))
                  .toList(),
              mapGuards(block.guards(), indices),
              block.reads(),
              block.writes(),
              block.init(),
              block.body());
      case If(List<Guard> guards, Stmt body) -> new If(mapGuards(guards, indices), body);
      case When(Scalar condition, Stmt body) -> new When(scalars.apply(condition), body);
      case While(Scalar condition, Stmt body) -> new While(scalars.apply(condition), body);
      case Store(String buffer, List<IndexExpr> positions, Scalar value) ->
          new Store(buffer, positions.stream().map(indices).toList(), scalars.apply(value));
      case Sequence _, Allocate _ -> this;
    };
  }

  private static List<Guard> mapGuards(List<Guard> guards, UnaryOperator<IndexExpr> indices) {
    return guards.stream()
        .map(guard -> new Guard(indices.apply(guard.index()), indices.apply(guard.extent())))
        .toList();
  }

  /// `body` for each `variable` from 0 to `extent − 1`.
  ///
  /// @param annotations what is asked of the code for the loop: one thing of each buffer, and one
  ///   instruction for all rounds
  record For(
      LoopKind kind, String variable, IndexExpr extent, List<Annotation> annotations, Stmt body)
      implements Stmt {
    public For {
      var unused = new IndexExpr.Variable(variable);
      annotations = List.copyOf(annotations);
      requireOnce(annotations);
    }

    private static void requireOnce(List<Annotation> annotations) {
      Set<String> subjects = new HashSet<>();
      for (Annotation annotation : annotations) {
        boolean isNew =
            switch (annotation) {
              case Annotation.Prefetch(String buffer, int _) -> subjects.add("buffer " + buffer);
              case Annotation.Mma _ -> subjects.add("instruction");
            };
        if (!isNew) {
          throw new IllegalArgumentException("two annotations about one buffer, or of one kind");
        }
      }
    }

    /// A loop of which nothing more is asked.
    public For(LoopKind kind, String variable, IndexExpr extent, Stmt body) {
      this(kind, variable, extent, List.of(), body);
    }

    /// The loop around another body.
    public For with(Stmt otherBody) {
      return new For(kind, variable, extent, annotations, otherBody);
    }

    /// The loop with another number of rounds, around another body.
    public For with(IndexExpr otherExtent, Stmt otherBody) {
      return new For(kind, variable, otherExtent, annotations, otherBody);
    }

    /// The loop with another name and number of rounds, around another body.
    public For with(String otherVariable, IndexExpr otherExtent, Stmt otherBody) {
      return new For(kind, otherVariable, otherExtent, annotations, otherBody);
    }

    /// The loop of which something else is asked.
    public For with(List<Annotation> otherAnnotations) {
      return new For(kind, variable, extent, otherAnnotations, body);
    }

    /// The loop, whose rounds run in another way.
    public For with(LoopKind otherKind) {
      return new For(otherKind, variable, extent, annotations, body);
    }
  }

  /// A unit of scheduling, isolated from its surroundings by its iterators.
  record Block(
      String name,
      List<BlockIter> iters,
      List<Guard> guards,
      List<Region> reads,
      List<Region> writes,
      Optional<Stmt> init,
      Stmt body)
      implements Stmt {
    public Block {
      var unused = new IndexExpr.Variable(name);
      iters = List.copyOf(iters);
      guards = List.copyOf(guards);
      reads = List.copyOf(reads);
      writes = List.copyOf(writes);
    }

    /// The block around other statements.
    public Block with(Optional<Stmt> otherInit, Stmt otherBody) {
      return new Block(name, iters, guards, reads, writes, otherInit, otherBody);
    }
  }

  /// Statements one after the other.
  record Sequence(List<Stmt> statements) implements Stmt {
    public Sequence {
      statements = List.copyOf(statements);
    }
  }

  /// Memory that lives while `body` runs; its elements are undefined until they are stored.
  record Allocate(Buffer buffer, Stmt body) implements Stmt {}

  /// `body` where every guard holds.
  record If(List<Guard> guards, Stmt body) implements Stmt {
    public If {
      guards = List.copyOf(guards);
    }
  }

  /// `body` where the data say so.
  ///
  /// @param condition a `bool`
  record When(Scalar condition, Stmt body) implements Stmt {
    public When {
      if (condition.type() != DType.BOOL) {
        throw new IllegalArgumentException("a condition of " + condition.type());
      }
    }
  }

  /// `body` again and again as long as the data say so.
  ///
  /// @param condition a `bool`
  record While(Scalar condition, Stmt body) implements Stmt {
    public While {
      if (condition.type() != DType.BOOL) {
        throw new IllegalArgumentException("a condition of " + condition.type());
      }
    }
  }

  /// `buffer[indices] = value`; the value has the buffer's storage type.
  record Store(String buffer, List<IndexExpr> indices, Scalar value) implements Stmt {
    public Store {
      var unused = new IndexExpr.Variable(buffer);
      indices = List.copyOf(indices);
    }
  }

  /// How the iterations of a loop run.
  sealed interface LoopKind permits LoopOrder, GridAxis {
    /// All kinds.
    static List<LoopKind> all() {
      return Stream.<LoopKind>concat(
              Arrays.stream(LoopOrder.values()), Arrays.stream(GridAxis.values()))
          .toList();
    }

    /// The word before the variable: `for parallel i < n`.
    String text();

    /// Whether rounds run at once, or in any order: then none may need another.
    boolean isAtOnce();

    /// Whether rounds run on threads, of a CPU or of a grid.
    default boolean isOnThreads() {
      return isAtOnce() && this != LoopOrder.VECTORIZED;
    }
  }

  /// How a CPU runs the iterations of a loop.
  enum LoopOrder implements LoopKind {
    /// One after the other.
    SERIAL,
    /// In any order, on any thread.
    PARALLEL,
    /// As lanes of vector instructions.
    VECTORIZED,
    /// Written out.
    UNROLLED;

    @Override
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }

    @Override
    public boolean isAtOnce() {
      return this == PARALLEL || this == VECTORIZED;
    }
  }

  /// What the iterations of a block's iterator have to do with one another.
  enum IterKind {
    /// Each writes elements of its own.
    SPATIAL,
    /// All combine into the same elements by an associative operation.
    REDUCE,
    /// Each needs the one before it.
    SCAN,
    /// Unknown: the order must stay.
    OPAQUE;

    public String text() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /// An iterator of a block: `0 ≤ variable < extent`, equal to `binding` over the loops outside.
  record BlockIter(IterKind kind, String variable, IndexExpr extent, IndexExpr binding) {
    public BlockIter {
      var unused = new IndexExpr.Variable(variable);
    }
  }

  /// A box of elements of a buffer that a block touches.
  record Region(String buffer, List<Range> ranges) {
    public Region {
      ranges = List.copyOf(ranges);
    }
  }

  /// `start … start + extent − 1` on one axis.
  record Range(IndexExpr start, IndexExpr extent) {}
}
