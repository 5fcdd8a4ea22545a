package org.einkorn.backend.llvm;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.einkorn.backend.llvm.binding.Builder;
import org.einkorn.backend.llvm.binding.LoopHint;
import org.einkorn.backend.llvm.binding.Value;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.integer.Assumptions;
import org.einkorn.ir.integer.Condition;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.tensor.Guard;

/// Writes a loop whose rounds are lanes of vectors.
///
/// A loop of a few vectors' length is written side by side, all of it: vectors, shorter vectors for
/// what is left over, and each statement once for each of them. A longer one, or one of unknown
/// length, is a loop over vectors and a loop over the rounds that are left.
///
/// That is not left to LLVM. Its hint to vectorize a loop also allows it to reorder sums, it takes
/// innermost loops only, and it may decline.
final class LaneLoop {
  /// As many vectors as are written side by side, where the loop is no longer.
  private static final int MOST_VECTORS = 8;

  /// As many vectors, with those that are shorter than the others.
  static final int MOST_PIECES = 14;

  /// As many vectors as a long loop takes in a round, where the body is small.
  private static final int VECTORS_AT_ONCE = 4;

  private static final int SMALL_PARTS = 48;
  private static final long MOST_PARTS = 1 << 16;

  private final Code code;
  private final Builder builder;
  private final ExpressionLowering expressions;
  private final Control control;
  private final Stmt.For loop;
  private final LaneCheck.Lanes lanes;
  private final int width;

  LaneLoop(
      Code code,
      ExpressionLowering expressions,
      Control control,
      Stmt.For loop,
      LaneCheck.Lanes lanes) {
    this.code = code;
    this.builder = code.builder;
    this.expressions = expressions;
    this.control = control;
    this.loop = loop.with(GuardHoisting.hoisted(loop.body()));
    this.lanes = lanes;
    this.width = Math.max(2, code.traits.vectorBytes() / lanes.widestBytes());
  }

  /// Some rounds side by side.
  ///
  /// @param offset the number of the first, from the first of all
  private record Piece(LaneExpressions expressions, int offset) {}

  /// @param round writes one round that is no vector
  void write(Scope scope, BiConsumer<Value, Scope> round) {
    long parts = Unrolling.parts(loop.body());
    if (loop.extent() instanceof IndexExpr.Constant(long extent)
        && extent <= (long) MOST_VECTORS * width
        && fits(pieces((int) Math.max(extent, 0)), extent, parts)) {
      if (extent > 0) {
        body(pieces((int) extent), code.i64(0), scope);
      }
      return;
    }
    Value end = expressions.index(loop.extent(), scope);
    Value begin = code.i64(0);
    if (parts <= SMALL_PARTS && fits(List.of(), (long) VECTORS_AT_ONCE * width, 0)) {
      begin = vectors(VECTORS_AT_ONCE * width, begin, end, scope);
    }
    if (fits(List.of(), width, 0)) {
      begin = vectors(width, begin, end, scope);
    }
    control.loop(
        loop.variable(),
        begin,
        end,
        List.of(LoopHint.MUST_PROGRESS, LoopHint.NOT_VECTORIZED),
        number -> round.accept(number, scope.inner()));
  }

  private boolean fits(List<Piece> pieces, long rounds, long parts) {
    return lanes.ownBytes() * rounds <= Buffer.MAX_LOCAL_BYTES
        && (parts == 0 || parts <= MOST_PARTS / Math.max(1, pieces.size()));
  }

  private List<Piece> pieces(int extent) {
    List<Piece> pieces = new ArrayList<>();
    int offset = 0;
    for (int count = width; count >= 1; count /= 2) {
      LaneExpressions each = new LaneExpressions(code, expressions, control, count);
      while (extent - offset >= count) {
        pieces.add(new Piece(each, offset));
        offset += count;
      }
    }
    return pieces;
  }

  /// Writes a loop over vectors; the first round after it.
  private Value vectors(int step, Value begin, Value end, Scope scope) {
    Value last = builder.subtract(end, code.i64(step));
    control.loop(
        loop.variable(),
        begin,
        last,
        step,
        List.of(LoopHint.MUST_PROGRESS, LoopHint.NOT_VECTORIZED),
        first -> body(pieces(step), first, scope));
    Value left = builder.subtract(end, begin);
    Value done = builder.multiply(builder.divide(positive(left), code.i64(step)), code.i64(step));
    return builder.add(begin, done);
  }

  private Value positive(Value number) {
    return code.intrinsic("llvm.smax", code.i64, number, code.i64(0));
  }

  private void body(List<Piece> pieces, Value first, Scope scope) {
    List<Scope> scopes = new ArrayList<>();
    for (Piece piece : pieces) {
      Scope each = scope.inner();
      each.bind(loop.variable(), builder.addIndex(first, code.i64(piece.offset())), loop.extent());
      scopes.add(each);
    }
    List<Optional<Value>> all = Collections.nCopies(pieces.size(), Optional.empty());
    new Body(pieces).execute(loop.body(), new At(LaneNames.of(loop), scopes, all));
    pieces.stream().map(Piece::expressions).distinct().forEach(LaneExpressions::end);
  }

  /// The names at a statement.
  ///
  /// @param scopes what each piece's first lane has
  /// @param masks the lanes of each piece for which it runs, if not for all
  private record At(LaneNames names, List<Scope> scopes, List<Optional<Value>> masks) {
    At {
      scopes = List.copyOf(scopes);
      masks = List.copyOf(masks);
    }

    /// Names that are the same in all lanes have their value in each scope.
    Scope any() {
      return scopes.getFirst();
    }

    At inner(LaneNames more) {
      return new At(more, scopes.stream().map(Scope::inner).toList(), masks);
    }

    LaneExpressions.Place at(int piece) {
      return new LaneExpressions.Place(names, scopes.get(piece), masks.get(piece));
    }
  }

  /// The statements inside, all pieces side by side.
  private final class Body {
    private final List<Piece> pieces;

    Body(List<Piece> pieces) {
      this.pieces = pieces;
    }

    void execute(Stmt statement, At at) {
      switch (statement) {
        case Stmt.For inside -> loop(inside, at);
        case Stmt.Block block -> block(block, at);
        case Stmt.Sequence(List<Stmt> statements) -> statements.forEach(each -> execute(each, at));
        case Stmt.Allocate(Buffer buffer, Stmt body) -> {
          At inner = at.inner(at.names.with(buffer));
          List<Code.Array> arrays = new ArrayList<>();
          for (int piece = 0; piece < pieces.size(); piece++) {
            arrays.add(pieces.get(piece).expressions.allocate(buffer, inner.scopes.get(piece)));
          }
          execute(body, inner);
          arrays.forEach(code::endArray);
        }
        case Stmt.If(List<Guard> guards, Stmt body) ->
            guarded(guards, at, canHoldForAll(guards, at), inner -> execute(body, inner));
        case Stmt.When(Scalar condition, Stmt body) -> {
          if (at.names.varies(condition)) {
            chosen(
                (each, place) -> each.chosen(condition, place),
                at,
                true,
                inner -> execute(body, inner));
          } else {
            control.when(expressions.scalar(condition, at.any()), () -> execute(body, at));
          }
        }
        case Stmt.While _ -> throw new IllegalStateException("lanes that go different ways");
        case Stmt.Store store -> store(store, at);
      }
    }

    private void store(Stmt.Store store, At at) {
      LaneExpressions.Place first = at.at(0);
      int elementBytes = store.value().type().byteSize();
      boolean isStreamed = at.any().place(store.buffer()).isStreamed();
      List<StreamingStores.Lanes> streamed = new ArrayList<>();
      for (int piece = 0; piece < pieces.size(); piece++) {
        LaneExpressions.Place place = first.in(at.scopes.get(piece), at.masks.get(piece));
        LaneExpressions each = pieces.get(piece).expressions;
        if (isStreamed && each.lanes() == width && place.mask().isEmpty()) {
          Value value = each.stored(store.value(), place);
          streamed.add(new StreamingStores.Lanes(each.address(store, place), value));
        } else {
          each.store(store, place);
        }
      }
      if (!streamed.isEmpty()) {
        new StreamingStores(code, control).write(streamed, width * elementBytes, elementBytes);
      }
    }

    private void guarded(List<Guard> guards, At at, boolean canHoldForAll, Consumer<At> body) {
      List<Guard> varying = new ArrayList<>();
      List<Guard> same = new ArrayList<>();
      for (Guard guard : guards) {
        boolean varies = at.names.varies(guard.index()) || at.names.varies(guard.extent());
        (varies ? varying : same).add(guard);
      }
      if (varying.isEmpty()) {
        control.guarded(same, at.any(), () -> body.accept(at));
      } else if (guards.stream().anyMatch(Guard::fetches)) {
        chosen((each, place) -> each.guarded(guards, place), at, canHoldForAll, body);
      } else {
        control.guarded(
            same,
            at.any(),
            () -> chosen((each, place) -> each.guarded(varying, place), at, canHoldForAll, body));
      }
    }

    /// Whether conditions may hold in every round of the loop; the last tile of an axis, say, is
    /// not full where full ones are in a loop of their own.
    private boolean canHoldForAll(List<Guard> guards, At at) {
      int count = pieces.stream().mapToInt(piece -> piece.expressions.lanes()).sum();
      if (!(loop.extent() instanceof IndexExpr.Constant(long extent)) || count != extent) {
        return true;
      }
      IndexExpr last = IndexExpr.of(extent - 1);
      return guards.stream().noneMatch(guard -> !guard.fetches() && fails(guard, last, at.names));
    }

    private boolean fails(Guard guard, IndexExpr last, LaneNames names) {
      IndexExpr index = names.meaning(guard.index());
      IndexExpr extent = names.meaning(guard.extent());
      if (!symbols(index).containsAll(symbols(extent))) {
        return false;
      }
      Set<String> others = new HashSet<>(Walk.variables(index));
      others.addAll(Walk.variables(extent));
      Assumptions scope = Assumptions.NONE.between(loop.variable(), last, last);
      for (String other : others) {
        if (!other.equals(loop.variable())) {
          IndexExpr variable = IndexExpr.variable(other);
          scope = scope.and(Condition.atMost(IndexExpr.Constant.ZERO, variable));
        }
      }
      return scope.proves(Condition.atMost(extent, index));
    }

    private static Set<String> symbols(IndexExpr expr) {
      Set<String> found = new HashSet<>();
      Walk.ofIndices(
              part -> {
                if (part instanceof IndexExpr.Symbol(String name)) {
                  found.add(name);
                }
              })
          .visit(expr);
      return found;
    }

    /// Writes `body` for some lanes, if there are any, and again for all of them, since that is
    /// what happens but at the ends.
    private void chosen(
        BiFunction<LaneExpressions, LaneExpressions.Place, Value> choice,
        At at,
        boolean canHoldForAll,
        Consumer<At> body) {
      List<Optional<Value>> masks = new ArrayList<>();
      List<Value> any = new ArrayList<>();
      for (int piece = 0; piece < pieces.size(); piece++) {
        LaneExpressions each = pieces.get(piece).expressions;
        Value mask = choice.apply(each, at.at(piece));
        masks.add(Optional.of(mask));
        any.add(each.any(mask));
      }
      Value some = any.stream().reduce(builder::or).orElseThrow();
      At chosen = new At(at.names, at.scopes, masks);
      if (!canHoldForAll || at.masks.stream().anyMatch(Optional::isPresent)) {
        control.when(some, () -> body.accept(chosen));
        return;
      }
      List<Value> all = new ArrayList<>();
      for (int piece = 0; piece < pieces.size(); piece++) {
        all.add(pieces.get(piece).expressions.all(masks.get(piece).orElseThrow()));
      }
      control.choose(
          all.stream().reduce(builder::and).orElseThrow(),
          () -> body.accept(at),
          () -> control.when(some, () -> body.accept(chosen)));
    }

    private void loop(Stmt.For inside, At at) {
      LaneNames names = at.names.insideLoop(inside);
      if (Unrolling.isWrittenOut(inside)
          && inside.extent() instanceof IndexExpr.Constant(long extent)) {
        for (long round = 0; round < extent; round++) {
          round(inside, code.i64(round), at.inner(names));
        }
        return;
      }
      control.loop(
          inside.variable(),
          code.i64(0),
          expressions.index(inside.extent(), at.any()),
          List.of(LoopHint.MUST_PROGRESS),
          round -> round(inside, round, at.inner(names)));
    }

    private void round(Stmt.For inside, Value round, At at) {
      at.scopes.forEach(scope -> scope.bind(inside.variable(), round, inside.extent()));
      if (!inside.annotations().isEmpty()) {
        Prefetching prefetching = new Prefetching(code, expressions, control);
        for (int piece = 0; piece < pieces.size(); piece++) {
          int count = pieces.get(piece).expressions.lanes();
          prefetching.askInLanes(inside, at.scopes.get(piece), at.names, count);
        }
      }
      execute(inside.body(), at);
    }

    private void block(Stmt.Block block, At at) {
      At inner = at.inner(at.names.with(block.iters()));
      List<Value> reduced = new ArrayList<>();
      for (Stmt.BlockIter iter : block.iters()) {
        if (at.names.varies(iter.binding())) {
          for (int piece = 0; piece < pieces.size(); piece++) {
            Value first = expressions.index(iter.binding(), at.scopes.get(piece));
            inner.scopes.get(piece).bind(iter.variable(), first, iter.extent());
          }
          continue;
        }
        Value same = expressions.index(iter.binding(), at.any());
        inner.scopes.forEach(scope -> scope.bind(iter.variable(), same, iter.extent()));
        if (iter.kind() == Stmt.IterKind.REDUCE) {
          reduced.add(same);
        }
      }
      guarded(
          block.guards(),
          inner,
          true,
          some -> {
            block.init().ifPresent(init -> control.atStart(reduced, () -> execute(init, some)));
            execute(block.body(), some);
          });
    }
  }
}
