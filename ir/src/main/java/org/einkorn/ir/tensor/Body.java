package org.einkorn.ir.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;

/// How the elements of a defined tensor come about.
public sealed interface Body {
  /// Visits every expression of this body in text order.
  default void walk(Walk walk) {
    switch (this) {
      case Accumulate(var projection, List<Contraction> terms) -> {
        for (Contraction term : terms) {
          term.guards().forEach(guard -> walk.visit(guard.index()));
          term.write().forEach(walk::visit);
          term.operands().forEach(walk::visit);
        }
      }
      case Scan scan -> walk.visit(scan.operand());
      case Derivative _, Iterate _ -> {}
    }
  }

  /// The body with other positions and operands; extents, and the tensors that it names, stay.
  default Body mapParts(UnaryOperator<IndexExpr> positions, UnaryOperator<Scalar> values) {
    return switch (this) {
      case Accumulate(var projection, List<Contraction> terms) ->
          new Accumulate(
              projection, terms.stream().map(term -> term.mapParts(positions, values)).toList());
      case Scan(var projection, int axis, var axes, Scalar operand) ->
          new Scan(projection, axis, axes, values.apply(operand));
      case Derivative _, Iterate _ -> this;
    };
  }

  /// Elements start at the projection's identity; each term adds to them, in order.
  record Accumulate(Projection projection, List<Contraction> terms) implements Body {
    public Accumulate {
      terms = List.copyOf(terms);
      if (terms.isEmpty()) {
        throw new IllegalArgumentException("a definition needs a term");
      }
      var type = terms.getFirst().valueType();
      for (Contraction term : terms) {
        if (term.valueType() != type) {
          throw new IllegalArgumentException("terms of " + type + " and " + term.valueType());
        }
        if (term.write().size() != terms.getFirst().write().size()) {
          throw new IllegalArgumentException("terms of different rank");
        }
      }
      projection.identity(type);
    }

    /// Whether this is an elementwise equation: one term that writes each element at most once, so
    /// that nothing is combined and the value is stored as it is.
    public boolean isMap() {
      Contraction term = terms.getFirst();
      return terms.size() == 1 && term.writesPlainAxes() && term.reducedAxes().isEmpty();
    }
  }

  /// The prefix reduction `T[…, i, …] = ⊕ over k ≤ i of operand[…, k, …]` along `axis`.
  ///
  /// @param axis the position of the scanned axis in `axes`
  /// @param axes the axes of the target, in order
  /// @param operand the value at one point, of a compute type
  record Scan(Projection projection, int axis, List<Axis> axes, Scalar operand) implements Body {
    public Scan {
      axes = List.copyOf(axes);
      if (axis < 0 || axis >= axes.size()) {
        throw new IllegalArgumentException("no axis " + axis + " of " + axes.size());
      }
      projection.identity(operand.type());
    }
  }

  /// The outcome of an iteration: the tensor is `start`, and then, round by round, `next`, which
  /// depends on it. All are tensors of one type.
  ///
  /// In each round everything that depends on the tensor, and that it depends on, is computed for
  /// its value. If `until` holds then, that value is the outcome; if there were `limit` rounds, it
  /// is too, but where an `until` is given, that is a failure of the run. Tensors that need each
  /// other have the same `until` and `limit`, and go on to the next round together.
  ///
  /// @param until a truth value without axes; without it `limit` rounds are made
  /// @param limit an `i64` without axes; without it there may be any number of rounds
  record Iterate(String start, String next, Optional<String> until, Optional<String> limit)
      implements Body {
    /// As many rounds as there may be where nothing else says how many.
    public static final long MOST_ROUNDS = 1_000_000;

    public Iterate {
      if (until.isEmpty() && limit.isEmpty()) {
        throw new IllegalArgumentException("an iteration without an end");
      }
    }

    /// The tensors that it names, in order.
    public List<String> tensors() {
      List<String> tensors = new ArrayList<>(List.of(start, next));
      until.ifPresent(tensors::add);
      limit.ifPresent(tensors::add);
      return List.copyOf(tensors);
    }
  }

  /// A derivative of one tensor with respect to another, both of the program and defined before.
  ///
  /// This is a request: `passes.differentiate` replaces it by equations, right after the frontend.
  /// Elements of `variable` count as independent, even if it is defined by equations. The result is
  /// of the type that `variable` computes in, or for [Mode#JVP] and [Mode#JET] the one of
  /// `function`.
  ///
  /// @param function what is differentiated
  /// @param variable with respect to what
  /// @param direction a tensor of the shape of `variable` (`jvp`, `hvp`, `jet`) or of `function`
  ///   (`vjp`)
  /// @param order of the highest derivative of a jet; 1 for all others
  record Derivative(
      Mode mode, String function, String variable, Optional<String> direction, int order)
      implements Body {
    /// The highest order of a jet.
    public static final int MOST = 64;

    public Derivative {
      if (order < 1 || order > MOST || (order > 1 && mode != Mode.JET)) {
        throw new IllegalArgumentException(mode.text() + " of order " + order);
      }
      if (direction.isPresent() != mode.hasDirection()) {
        throw new IllegalArgumentException(
            mode.text() + (mode.hasDirection() ? " needs a direction" : " takes no direction"));
      }
    }

    /// A derivative that is no jet, or a jet of order 1.
    public Derivative(Mode mode, String function, String variable, Optional<String> direction) {
      this(mode, function, variable, direction, 1);
    }

    /// Whether the result has the type and the shape of the function; else it has the variable's.
    public boolean isLikeFunction() {
      return mode == Mode.JVP || mode == Mode.JET;
    }

    /// The extents of the result, of which `like` are those of the function or of the variable; a
    /// jet has an axis for the orders in front.
    public List<IndexExpr> extents(List<IndexExpr> like) {
      List<IndexExpr> extents = new ArrayList<>(like);
      if (mode == Mode.JET) {
        extents.addFirst(IndexExpr.of(order + 1));
      }
      return List.copyOf(extents);
    }

    /// The tensors that the request names, in order.
    public List<String> tensors() {
      List<String> tensors = new ArrayList<>(List.of(function, variable));
      direction.ifPresent(tensors::add);
      return List.copyOf(tensors);
    }

    /// Which derivative.
    public enum Mode {
      /// Of a number with respect to each element of the variable.
      GRADIENT("grad"),
      /// Of each element of the function, along the direction: the Jacobian times a vector.
      JVP("jvp"),
      /// The transposed Jacobian times a vector.
      VJP("vjp"),
      /// The matrix of second derivatives of a number, times a vector.
      HVP("hvp"),
      /// All derivatives of each element of the function along the direction, from its value, order
      /// 0, to the order of the request.
      JET("jet"),
      /// The value of the variable, as a root of the function, which has its shape and at most one
      /// axis: its derivative is the one that the function stays 0 with (the implicit function
      /// theorem), however the variable was computed.
      ROOT("root");

      private final String text;

      Mode(String text) {
        this.text = text;
      }

      /// The name in the language and in IR text.
      public String text() {
        return text;
      }

      /// Whether a third tensor says along what, or by what the result is weighted.
      public boolean hasDirection() {
        return this != GRADIENT && this != ROOT;
      }

      /// Whether the function must be a number.
      public boolean needsNumber() {
        return this == GRADIENT || this == HVP;
      }

      /// Whether the direction has the shape of the variable; else it has that of the function.
      public boolean isAlongVariable() {
        return this == JVP || this == HVP || this == JET;
      }

      /// The mode with this name, if there is one.
      public static Optional<Mode> of(String text) {
        for (Mode mode : values()) {
          if (mode.text.equals(text)) {
            return Optional.of(mode);
          }
        }
        return Optional.empty();
      }
    }
  }
}
