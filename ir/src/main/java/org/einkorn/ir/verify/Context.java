package org.einkorn.ir.verify;

import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.ir.tensor.TensorType;
import org.jspecify.annotations.Nullable;

/// What surrounds an expression.
///
/// @param ranges the variables in scope and their extents, outermost first
/// @param tensors the tensors that may be read here
/// @param condition what may keep the expression from being evaluated
/// @param frames the statements around it, outermost first; none at level 1
record Context(
    Place place,
    SequencedMap<String, IndexExpr> ranges,
    Map<String, TensorType> tensors,
    Condition condition,
    List<Frame> frames) {

  Context {
    frames = List.copyOf(frames);
  }

  /// What an expression may wait for.
  enum Condition {
    /// It is evaluated in every round.
    ALWAYS,
    /// A guard leaves rounds out.
    GUARDED,
    /// A `select` may choose the other side.
    SELECTED
  }

  /// A map with one more name. A module has many tensors, and a function allocates often.
  private static final class OneMore extends AbstractMap<String, TensorType> {
    private final String name;
    private final TensorType type;
    private final Map<String, TensorType> others;

    OneMore(String name, TensorType type, Map<String, TensorType> others) {
      this.name = name;
      this.type = type;
      this.others = others;
    }

    @Override
    public @Nullable TensorType get(@Nullable Object key) {
      return name.equals(key) ? type : others.get(key);
    }

    @Override
    public boolean containsKey(@Nullable Object key) {
      return name.equals(key) || others.containsKey(key);
    }

    @Override
    public Set<Map.Entry<String, TensorType>> entrySet() {
      Map<String, TensorType> all = new LinkedHashMap<>(others);
      all.put(name, type);
      return all.entrySet();
    }
  }

  /// A statement that surrounds others.
  sealed interface Frame {
    record Loop(Stmt.For loop) implements Frame {}

    record Block(Stmt.Block block) implements Frame {}

    /// Where all of these hold.
    record Guards(List<Guard> guards) implements Frame {
      public Guards {
        guards = List.copyOf(guards);
      }
    }

    /// Where, or as long as, the data say so.
    record Data(Scalar condition) implements Frame {}

    /// @param number tells apart buffers of one name
    record Memory(Buffer buffer, int number) implements Frame {}
  }

  static Context of(Place place, Map<String, TensorType> tensors) {
    return new Context(
        place, new LinkedHashMap<>(), Map.copyOf(tensors), Condition.ALWAYS, List.of());
  }

  Context at(Place other) {
    return new Context(other, ranges, tensors, condition, frames);
  }

  Context under(Condition other) {
    Condition stronger = condition.compareTo(other) < 0 ? other : condition;
    return new Context(place, ranges, tensors, stronger, frames);
  }

  boolean isConditional() {
    return condition != Condition.ALWAYS;
  }

  /// This where `name` can be accessed too.
  Context and(String name, TensorType type) {
    return new Context(place, ranges, new OneMore(name, type, tensors), condition, frames);
  }

  Context with(String variable, IndexExpr extent) {
    SequencedMap<String, IndexExpr> more = new LinkedHashMap<>(ranges);
    more.putLast(variable, extent);
    return new Context(
        place, Collections.unmodifiableSequencedMap(more), tensors, condition, frames);
  }

  Context inside(Frame frame) {
    List<Frame> more = new ArrayList<>(frames);
    more.add(frame);
    Context inside = new Context(place, ranges, tensors, condition, more);
    return frame instanceof Frame.Memory(Buffer buffer, int number)
        ? inside.and(buffer.name(), buffer.type())
        : inside;
  }
}
