package org.einkorn.passes.rewrite;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.passes.PassContext;
import org.einkorn.passes.trace.Kind;
import org.einkorn.passes.trace.Trace;

/// Applies rules to all definitions of a program until none has anything more to say.
///
/// What a rule gives back is checked here, once for all rules: it defines the same tensor with the
/// same type, reads only what is defined before it, with its type and rank, and invents no name
/// twice. A rule that breaks this, or rules that do not come to an end, are a fault of ours.
public final class Driver {
  /// Rewrites per definition of the program, far above what any program needs.
  private static final int FUEL_PER_DEFINITION = 200;

  private final RuleBook book;
  private final PassContext context;
  private final Site site;
  private final int fuel;
  private int spent;

  private Driver(RuleBook book, Program program, PassContext context) {
    this.book = book;
    this.context = context;
    this.site = Site.of(program, context);
    this.fuel = FUEL_PER_DEFINITION * (program.definitions().size() + 1);
  }

  /// The program after the rules; the same instance where none applies. What was done goes to the
  /// recorder of the context.
  public static Program apply(RuleBook book, Program program, PassContext context) {
    return new Driver(book, program, context).run();
  }

  private Program run() {
    boolean changed = true;
    List<Trace.Refused> refusals = new ArrayList<>();
    while (changed) {
      changed = false;
      refusals.clear();
      for (int place = 0; place < site.count(); place++) {
        Optional<Integer> moved = step(place, refusals);
        while (moved.isPresent()) {
          changed = true;
          place = moved.get();
          moved = step(place, refusals);
        }
      }
    }
    refusals.forEach(context.trace()::record);
    return site.program();
  }

  /// The new place of the definition at a place, if a rule rewrote it.
  private Optional<Integer> step(int place, List<Trace.Refused> refusals) {
    Definition definition = site.at(place);
    List<Trace.Refused> here = new ArrayList<>();
    if (site.isBound(definition)) {
      return Optional.empty();
    }
    for (Rule rule : book.rules()) {
      switch (rule.step().apply(definition, site)) {
        case Outcome.Unchanged() -> {}
        case Outcome.Refused(String why) ->
            here.add(new Trace.Refused(definition.name(), rule.name(), why));
        case Outcome.Rewritten rewritten -> {
          Optional<String> why = forbidden(rewritten.kind());
          if (why.isPresent()) {
            here.add(new Trace.Refused(definition.name(), rule.name(), why.get()));
          } else if (!rewritten.after().equals(List.of(definition))) {
            return Optional.of(accept(place, rule, rewritten));
          }
        }
      }
    }
    refusals.addAll(here);
    return Optional.empty();
  }

  private Optional<String> forbidden(Kind kind) {
    return switch (kind) {
      case EXACT, CONDITIONAL -> Optional.empty();
      case REASSOCIATING ->
          context.mayReassociate()
              ? Optional.empty()
              : Optional.of("it changes the order of floating-point operations");
      case APPROXIMATE -> Optional.of("it changes values, and approximations are not allowed");
    };
  }

  private int accept(int place, Rule rule, Outcome.Rewritten rewritten) {
    Definition definition = site.at(place);
    spent++;
    if (spent > fuel) {
      throw fault(rule, definition, "the rules do not come to an end");
    }
    check(rule, definition, rewritten.after());
    context
        .trace()
        .record(
            new Trace.Applied(
                definition.name(),
                rule.name(),
                rewritten.kind(),
                rewritten.before(),
                rewritten.after(),
                rewritten.because()));
    return site.replace(place, rewritten.after());
  }

  private void check(Rule rule, Definition before, List<Definition> after) {
    Definition last = after.getLast();
    if (!last.name().equals(before.name()) || !last.type().equals(before.type())) {
      throw fault(rule, before, "the result defines `" + last.name() + "` of another type");
    }
    Set<String> fresh = new HashSet<>();
    for (Definition definition : after.subList(0, after.size() - 1)) {
      if (site.type(definition.name()).isPresent() || !fresh.add(definition.name())) {
        throw fault(rule, before, "the name `" + definition.name() + "` is taken");
      }
    }
    for (int number = 0; number < after.size(); number++) {
      checkReads(rule, before, after.get(number), after.subList(0, number));
    }
  }

  private void checkReads(
      Rule rule, Definition before, Definition definition, List<Definition> among) {
    definition
        .body()
        .walk(
            Walk.ofScalars(
                scalar -> {
                  if (scalar instanceof Scalar.Read read) {
                    Optional<TensorType> type =
                        among.stream()
                            .filter(some -> some.name().equals(read.tensor()))
                            .map(Definition::type)
                            .findFirst()
                            .or(() -> site.type(read.tensor()));
                    boolean fits =
                        type.isPresent()
                            && type.get().dtype() == read.type()
                            && type.get().rank() == read.indices().size()
                            && !read.tensor().equals(definition.name());
                    if (!fits) {
                      throw fault(rule, before, "the result can't read `" + read.tensor() + "`");
                    }
                  }
                }));
  }

  private static IllegalStateException fault(Rule rule, Definition definition, String what) {
    return new IllegalStateException(
        "the rule `%s` at `%s`: %s".formatted(rule.name(), definition.name(), what));
  }
}
