package org.einkorn.ir.verify;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Runs rules. Where something nests too deep nothing else is said: other rules could not look at
/// it.
final class Verification {
  private Verification() {}

  static <S extends Subject> List<Finding> run(S subject, List<Rule<? super S>> rules) {
    Set<Finding> findings = new LinkedHashSet<>();
    check(CommonRules.NESTING_LIMITED, subject, findings);
    if (findings.isEmpty()) {
      rules.forEach(rule -> check(rule, subject, findings));
    }
    return List.copyOf(findings);
  }

  private static <S> void check(Rule<S> rule, S subject, Set<Finding> findings) {
    rule.check()
        .run(
            subject,
            (place, message) ->
                findings.add(new Finding(rule.name(), place.words(), message, place.origin())));
  }

  static List<? extends Rule<?>> catalogue(List<? extends Rule<?>> rules) {
    List<Rule<?>> all = new ArrayList<>(rules);
    all.addFirst(CommonRules.NESTING_LIMITED);
    return List.copyOf(all);
  }
}
