package org.einkorn.ir.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.schedule.LoopName;
import org.einkorn.ir.schedule.Step;

/// Reads the samples of a trace, and the numbers of its steps, which may be names of samples.
final class SampleParser {
  private final TokenReader in;
  private final TraceParser steps;

  SampleParser(TokenReader in, TraceParser steps) {
    this.in = in;
    this.steps = steps;
  }

  /// `-tile i innermost 16 is _, 8`
  Step tile(Token first, List<String> names) {
    in.expect("-");
    in.expect("tile");
    LoopName loop = steps.loop();
    in.expect("innermost");
    long innermost = number();
    Optional<List<Optional<Long>>> decision = Optional.empty();
    if (in.accept("is")) {
      List<Optional<Long>> factors = new ArrayList<>();
      do {
        factors.add(in.accept("_") ? Optional.empty() : Optional.of(number()));
      } while (in.accept(","));
      decision = Optional.of(factors);
    }
    Optional<List<Optional<Long>>> decided = decision;
    return in.node(first, () -> new Step.SampleTile(names, loop, innermost, decided));
  }

  /// `-choice 8, 16 weights 1, 2 is 16`, or `-location b is i`
  Step named(Token first, String name) {
    in.expect("-");
    if (in.accept("location")) {
      String block = steps.name("the name of a block");
      Optional<LoopName> loop = in.accept("is") ? Optional.of(steps.loop()) : Optional.empty();
      return in.node(first, () -> new Step.SampleLocation(name, block, loop));
    }
    if (!in.accept("choice")) {
      throw in.expected("`choice` or `location`");
    }
    List<Long> values = new ArrayList<>();
    do {
      values.add(signed());
    } while (in.accept(","));
    List<Long> weights = new ArrayList<>();
    if (in.accept("weights")) {
      do {
        weights.add(number());
      } while (in.accept(","));
      if (weights.size() != values.size()) {
        throw in.expected("as many weights as numbers before it");
      }
    }
    Optional<Long> decision = in.accept("is") ? Optional.of(signed()) : Optional.empty();
    return in.node(
        first,
        () -> {
          List<Step.Choice> choices = new ArrayList<>();
          for (int number = 0; number < values.size(); number++) {
            choices.add(
                new Step.Choice(values.get(number), weights.isEmpty() ? 1 : weights.get(number)));
          }
          return new Step.SampleChoice(name, choices, decision);
        });
  }

  /// A number, or the name of one that a sample decides.
  IndexExpr amount() {
    Token token = in.peek();
    if (token.kind() == Token.Kind.INTEGER) {
      return IndexExpr.of(number());
    }
    String name = steps.name("a number or the name of a sample");
    return in.node(token, () -> new IndexExpr.Variable(name));
  }

  long number() {
    return in.expectNumber();
  }

  private long signed() {
    return in.accept("-") ? -number() : number();
  }
}
