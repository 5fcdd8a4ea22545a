package org.einkorn.ir.verify;

import java.util.ArrayList;
import java.util.List;
import org.einkorn.ir.loop.Module;

/// Checks programs of loop nests.
public final class LoopVerifier {
  private static final List<Rule<? super Subject.Nests>> RULES = rules();

  private LoopVerifier() {}

  private static List<Rule<? super Subject.Nests>> rules() {
    List<Rule<? super Subject.Nests>> rules = new ArrayList<>(SignatureRules.ALL);
    rules.addAll(CommonRules.ALL);
    rules.addAll(NestRules.ALL);
    rules.addAll(MemoryRules.ALL);
    rules.addAll(GridRules.ALL);
    rules.add(AnnotationRules.FIT);
    rules.add(AnnotationRules.PRODUCTS);
    rules.add(RepeatRules.FIT);
    rules.add(GrowthRules.FIT);
    rules.add(TupleCountRules.FIT);
    rules.add(ListingRules.FIT);
    return List.copyOf(rules);
  }

  /// Everything that is wrong with a module; empty where all rules hold.
  public static List<Finding> verify(Module module) {
    return Verification.run(NestFacts.of(module), RULES);
  }

  /// The rules, with their names and what they say.
  public static List<? extends Rule<?>> catalogue() {
    return Verification.catalogue(RULES);
  }
}
