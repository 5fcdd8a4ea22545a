package org.einkorn.passes.lower;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.loop.Stmt.IterKind;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.ir.tensor.Landing;
import org.einkorn.ir.tensor.Step;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.passes.nest.NestBuilder;
import org.einkorn.passes.rewrite.Substitution;

/// The nests of a recurrence: loops over its rounds, and in each round one nest or a few for what a
/// member computes at its position.
///
/// Of `H[t + 1, i] = Σ over j of W[i, j] · H[t, j]` a round is `H[i] = Σ over j of W[i, j] · H[t −
/// 1, j]`, written at the position `t` of the memory of `H`.
final class RoundNests {
  private final Lowering lowering;
  private final FoldedStorage storage;
  private final Set<String> axisNames = new HashSet<>();

  /// The names of symbols, and of axes that no loop over rounds takes the place of.
  private final Set<String> ownNames = new HashSet<>();

  private final List<Round> open = new ArrayList<>();

  /// What makes nests of a definition.
  interface Lowering {
    /// Functions that run one after the other.
    ///
    /// @param isMap whether values are stored as they are, combined with nothing
    List<Function> lower(Definition definition, NestBuilder nest, boolean isMap);
  }

  /// A loop over rounds that surrounds what is being lowered.
  private record Round(Step.Recurrence recurrence, Axis axis) {}

  /// @param lowering makes the functions of a definition, which run one after the other
  RoundNests(Lowering lowering, FoldedStorage storage) {
    this.lowering = lowering;
    this.storage = storage;
  }

  /// The function of a recurrence that stands by itself.
  ///
  /// @param buffers all memory, by name, that of the members too
  Function function(Step.Recurrence recurrence, Set<String> symbols, Map<String, Buffer> buffers) {
    axisNames.addAll(symbols);
    ownNames.addAll(symbols);
    note(recurrence, new HashMap<>());
    return new Function(
        recurrence.name(),
        loop(recurrence, buffers),
        recurrence.members().getLast().definition().origin());
  }

  /// Notes the names of all axes.
  ///
  /// @param taken the axes of each definition that recurrences outside run along
  private void note(Step.Recurrence recurrence, Map<String, Set<Integer>> taken) {
    for (Step.Member member : recurrence.members()) {
      taken.computeIfAbsent(member.definition().name(), _ -> new HashSet<>()).add(member.axis());
      // The axes of loops over elements are called so.
      for (int axis = 0; axis < member.definition().type().rank(); axis++) {
        axisNames.add("axis" + axis);
        ownNames.add("axis" + axis);
      }
    }
    for (Step step : recurrence.steps()) {
      switch (step) {
        case Step.Compute(Definition definition) -> {
          axisNames.addAll(NestBuilder.axisNames(definition.body()));
          Set<Integer> axes = taken.getOrDefault(definition.name(), Set.of());
          ownNames.addAll(ownAxes(definition.body(), axes));
        }
        case Step.Recurrence inner -> note(inner, taken);
        case Step.Iteration inner -> throw notInside(inner);
      }
    }
  }

  private static Set<String> ownAxes(Body body, Set<Integer> taken) {
    Set<String> names = new HashSet<>();
    switch (body) {
      case Body.Accumulate(var projection, List<Contraction> terms) -> {
        for (Contraction term : terms) {
          Set<String> own = new HashSet<>();
          term.axes().forEach(axis -> own.add(axis.name()));
          for (int axis : taken) {
            if (Landing.of(term.write().get(axis)) instanceof Landing.Moving moving) {
              own.remove(moving.variable());
            }
          }
          names.addAll(own);
        }
      }
      case Body.Scan scan -> {
        for (int axis = 0; axis < scan.axes().size(); axis++) {
          if (!taken.contains(axis)) {
            names.add(scan.axes().get(axis).name());
          }
        }
      }
      case Body.Derivative _, Body.Iterate _ -> throw notByElement(body);
    }
    return names;
  }

  private Stmt loop(Step.Recurrence recurrence, Map<String, Buffer> buffers) {
    Axis axis = new Axis(roundName(recurrence), recurrence.rounds());
    open.add(new Round(recurrence, axis));
    List<Stmt> inside = new ArrayList<>();
    for (Step step : recurrence.steps()) {
      switch (step) {
        case Step.Compute(Definition definition) -> compute(definition, buffers, inside);
        case Step.Recurrence inner -> inside.add(loop(inner, buffers));
        case Step.Iteration inner -> throw notInside(inner);
      }
    }
    open.removeLast();
    return new Stmt.For(
        Stmt.LoopOrder.SERIAL,
        NestBuilder.loopName(axis, axisNames),
        axis.extent(),
        new Stmt.Sequence(inside));
  }

  /// The user's name for the position, where nothing else in the nests has it; else `step`, or the
  /// first of `step1`, `step2`, … that is free.
  private String roundName(Step.Recurrence recurrence) {
    List<String> wanted = new ArrayList<>();
    for (Step.Member member : recurrence.members()) {
      if (member.definition().body() instanceof Body.Accumulate body) {
        body.terms().stream()
            .map(term -> Landing.of(term.write().get(member.axis())))
            .forEach(
                landing -> {
                  if (landing instanceof Landing.Moving(String variable, long _)) {
                    wanted.add(variable);
                  }
                });
      }
    }
    wanted.add("step");
    String name =
        wanted.stream()
            .filter(some -> !ownNames.contains(some) && isFree(some))
            .findFirst()
            .orElse("step");
    for (int number = 1; ownNames.contains(name) || !isFree(name); number++) {
      name = "step" + number;
    }
    return name;
  }

  private boolean isFree(String name) {
    return open.stream().noneMatch(round -> round.axis.name().equals(name));
  }

  private void compute(Definition definition, Map<String, Buffer> buffers, List<Stmt> inside) {
    Map<Integer, IndexExpr> at = new LinkedHashMap<>();
    List<Guard> guards = new ArrayList<>();
    for (Round round : open) {
      for (Step.Member member : round.recurrence.members()) {
        if (member.definition().name().equals(definition.name())) {
          IndexExpr position = round.recurrence.position(member, round.axis.variable());
          at.put(member.axis(), position);
          Guard isThere = new Guard(position, member.extent());
          if (!holds(isThere, guards)) {
            guards.add(isThere);
          }
        }
      }
    }
    List<NestBuilder.Place> places = new ArrayList<>();
    at.forEach(
        (axis, position) ->
            places.add(
                new NestBuilder.Place(axis, storage.position(definition.name(), axis, position))));
    places.sort(Comparator.comparingInt(NestBuilder.Place::axis));
    Definition slice = slice(storage.stored(definition), at, guards);
    NestBuilder nest =
        new NestBuilder(
            slice,
            storage.buffer(definition),
            places,
            buffers,
            open.stream().map(round -> new NestBuilder.Outer(round.axis, IterKind.OPAQUE)).toList(),
            axisNames);
    // A value that is written to `t + 1` is combined with the identity, though no round shows it.
    boolean isMap = definition.body() instanceof Body.Accumulate body && body.isMap();
    List<Stmt> nests = lowering.lower(slice, nest, isMap).stream().map(Function::body).toList();
    // The guards speak of loops over rounds alone, which are outside of all blocks.
    inside.addAll(guards.isEmpty() ? nests : List.of(new Stmt.If(loops(guards), sequence(nests))));
  }

  private static Stmt sequence(List<Stmt> statements) {
    return statements.size() == 1 ? statements.getFirst() : new Stmt.Sequence(statements);
  }

  private List<Guard> loops(List<Guard> guards) {
    Map<String, IndexExpr> names = new HashMap<>();
    for (Round round : open) {
      names.put(round.axis.name(), IndexExpr.variable(NestBuilder.loopName(round.axis, axisNames)));
    }
    return new Substitution(names).guards(guards);
  }

  /// Whether a position of the open rounds is inside for sure.
  private boolean holds(Guard guard, List<Guard> known) {
    return known.contains(guard)
        || open.stream()
            .anyMatch(
                round ->
                    guard.index().equals(round.axis.variable())
                        && guard.extent().equals(round.axis.extent()));
  }

  /// What a definition computes at some positions of some axes, without those axes.
  private Definition slice(Definition definition, Map<Integer, IndexExpr> at, List<Guard> guards) {
    TensorType type =
        new TensorType(definition.type().dtype(), without(definition.type().extents(), at));
    Body body =
        switch (definition.body()) {
          case Body.Accumulate(var projection, List<Contraction> terms) ->
              new Body.Accumulate(
                  projection, terms.stream().map(term -> slice(term, at, guards)).toList());
          case Body.Scan scan -> slice(scan, at);
          case Body.Derivative _, Body.Iterate _ -> throw notByElement(definition.body());
        };
    return new Definition(definition.name(), type, body, definition.origin());
  }

  private static IllegalStateException notByElement(Body body) {
    return new IllegalStateException("no part of a recurrence: " + body);
  }

  private static IllegalStateException notInside(Step.Iteration iteration) {
    return new IllegalStateException("an iteration in a recurrence: " + iteration.name());
  }

  private static <T> List<T> without(List<T> all, Map<Integer, IndexExpr> at) {
    List<T> rest = new ArrayList<>();
    for (int axis = 0; axis < all.size(); axis++) {
      if (!at.containsKey(axis)) {
        rest.add(all.get(axis));
      }
    }
    return rest;
  }

  private Contraction slice(Contraction term, Map<Integer, IndexExpr> at, List<Guard> known) {
    Map<String, IndexExpr> values = new HashMap<>();
    Set<Guard> guards = new LinkedHashSet<>();
    at.forEach(
        (axis, position) -> {
          IndexExpr write = term.write().get(axis);
          if (Landing.of(write) instanceof Landing.Moving(String variable, long shift)
              && !values.containsKey(variable)) {
            values.put(variable, position.plus(-shift));
          } else {
            IndexExpr landing = new Substitution(values).apply(write);
            guards.add(new Guard(position.minus(landing), IndexExpr.Constant.ONE));
          }
        });
    Substitution substitution = new Substitution(values);
    List<Axis> axes = new ArrayList<>();
    for (Axis axis : term.axes()) {
      IndexExpr value = values.get(axis.name());
      if (value == null) {
        axes.add(axis);
      } else {
        guards.add(new Guard(value, axis.extent()));
      }
    }
    guards.addAll(substitution.guards(term.guards()));
    guards.removeIf(guard -> holds(guard, known));
    return new Contraction(
        axes,
        List.copyOf(guards),
        substitution.positions(without(term.write(), at)),
        term.join(),
        substitution.operands(term.operands()));
  }

  private static Body slice(Body.Scan scan, Map<Integer, IndexExpr> at) {
    Map<String, IndexExpr> values = new HashMap<>();
    at.forEach((axis, position) -> values.put(scan.axes().get(axis).name(), position));
    List<Axis> axes = without(scan.axes(), at);
    Scalar operand = new Substitution(values).apply(scan.operand());
    return new Body.Scan(
        scan.projection(), axes.indexOf(scan.axes().get(scan.axis())), axes, operand);
  }
}
