package org.einkorn.passes.rewrite;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// Rules in the order in which they are tried on a definition.
public record RuleBook(List<Rule> rules) {
  public RuleBook {
    rules = List.copyOf(rules);
    Set<String> names = new HashSet<>();
    for (Rule rule : rules) {
      if (!names.add(rule.name())) {
        throw new IllegalArgumentException("two rules are called `" + rule.name() + "`");
      }
    }
  }

  public static RuleBook of(Rule... rules) {
    return new RuleBook(List.of(rules));
  }

  /// These rules, then those.
  public RuleBook plus(RuleBook more) {
    return new RuleBook(Stream.concat(rules.stream(), more.rules.stream()).toList());
  }
}
