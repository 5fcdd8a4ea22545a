package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Repeat;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.schedule.Step;

/// `function P { p } … function R { r } → … function R { p r }`
///
/// `p` runs later: after all functions between. None of them touches what `p` stores, or stores
/// what `p` touches. It runs as often as before: a repetition has both functions, before its test
/// or after it, or none of the two; one that stands between has an end that `p` does not decide. A
/// fault is told of by the name of its function, so `p` can have none.
///
/// What a schedule of `P` did before stays; later steps are those of `R`.
final class JoinFunction implements Primitive<Step.Join> {
  @Override
  public Module apply(Nest nest, Step.Join step) {
    Module module = nest.module();
    int into = module.placeOf(nest.function().name());
    int place = place(nest, step.function());
    if (place >= into) {
      throw nest.refuse(
          Reason.NOT_BEFORE, "`" + step.function() + "` does not run before this function");
    }
    Function joined = module.functions().get(place);
    if (Faults.mayFail(joined.body())) {
      throw nest.refuse(
          Reason.MAY_FAIL,
          "data can end `%s` with a fault, which would be one of `%s`"
              .formatted(joined.name(), nest.function().name()));
    }
    requireFreeNames(nest, joined);
    requireApart(nest, joined, module.functions().subList(place + 1, into));
    List<Repeat> repeats = repeats(nest, place, into);
    List<Function> functions = new ArrayList<>(module.functions());
    Stmt body = new Stmt.Sequence(List.of(joined.body(), nest.function().body()));
    functions.set(
        into,
        new Function(nest.function().name(), Statements.flattened(body), nest.function().origin()));
    functions.remove(place);
    return module.withFunctions(functions, repeats);
  }

  private static int place(Nest nest, String function) {
    List<String> names = nest.module().functions().stream().map(Function::name).toList();
    int place = names.indexOf(function);
    if (place < 0) {
      throw nest.refuse(
          Reason.UNKNOWN_NAME,
          "there is no function `"
              + function
              + "`; functions: "
              + names.stream().map(name -> "`" + name + "`").collect(Collectors.joining(", ")));
    }
    return place;
  }

  /// Loops of one name can stand beside one another; nothing else can have a name that is taken.
  private static void requireFreeNames(Nest nest, Function joined) {
    Names mine = Names.of(nest.function().body());
    Names others = Names.of(joined.body());
    Optional<String> taken = first(mine.blocks(), others.blocks());
    taken = taken.or(() -> first(mine.allocations(), others.allocations()));
    taken = taken.or(() -> first(mine.loops(), others.iterators()));
    taken = taken.or(() -> first(mine.iterators(), others.loops()));
    Set<String> sampled = nest.schedule().sampled();
    taken = taken.or(() -> first(sampled, others.loops()));
    taken = taken.or(() -> first(sampled, others.iterators()));
    if (taken.isPresent()) {
      throw nest.refuse(
          Reason.NAME_TAKEN,
          "`%s` is a name in `%s` and in `%s`"
              .formatted(taken.get(), joined.name(), nest.function().name()));
    }
  }

  private static Optional<String> first(Set<String> one, Set<String> other) {
    return one.stream().filter(other::contains).findFirst();
  }

  private record Names(
      Set<String> blocks, Set<String> allocations, Set<String> loops, Set<String> iterators) {
    static Names of(Stmt body) {
      Names names =
          new Names(
              new LinkedHashSet<>(),
              new LinkedHashSet<>(),
              new LinkedHashSet<>(),
              new LinkedHashSet<>());
      Statements.forEach(
          body,
          each -> {
            switch (each) {
              case Stmt.Block block -> {
                names.blocks().add(block.name());
                block.iters().forEach(iter -> names.iterators().add(iter.variable()));
              }
              case Stmt.Allocate allocation -> names.allocations().add(allocation.buffer().name());
              case Stmt.For loop -> names.loops().add(loop.variable());
              case Stmt.Sequence _, Stmt.If _, Stmt.When _, Stmt.While _, Stmt.Store _ -> {}
            }
          });
      return names;
    }
  }

  private static void requireApart(Nest nest, Function joined, List<Function> between) {
    Touched moved = Touched.of(joined.body());
    for (Function function : between) {
      Optional<String> shared = moved.shared(Touched.of(function.body()));
      if (shared.isPresent()) {
        throw nest.refuse(
            Reason.DEPENDENCE,
            "function `%s`, which runs between, needs `%s` as it is in its place"
                .formatted(function.name(), shared.get()),
            "join `" + function.name() + "` first");
      }
    }
  }

  /// The repetitions without the function.
  private static List<Repeat> repeats(Nest nest, int place, int into) {
    Module module = nest.module();
    Touched moved = Touched.of(module.functions().get(place).body());
    List<Repeat> repeats = new ArrayList<>();
    for (Repeat repeat : module.repeats()) {
      int first = module.placeOf(repeat.first());
      int last = module.placeOf(repeat.last());
      int tested = repeat.test().map(module::placeOf).orElse(first - 1);
      boolean isIn = first <= place && place <= last;
      if (isIn != (first <= into && into <= last)
          || isIn && (place <= tested) != (into <= tested)) {
        throw nest.refuse(
            Reason.OTHER_ROUNDS,
            "`%s` runs another number of times: it is in another part of a repetition"
                .formatted(module.functions().get(place).name()));
      }
      if (!isIn
          && place < first
          && last < into
          && repeat.buffers().stream().anyMatch(moved::touches)) {
        throw nest.refuse(
            Reason.DEPENDENCE, "a repetition between ends as what is stored here says");
      }
      repeats.add(
          first == place
              ? new Repeat(
                  module.functions().get(place + 1).name(),
                  repeat.test(),
                  repeat.last(),
                  repeat.until(),
                  repeat.limit())
              : repeat);
    }
    return repeats;
  }
}
