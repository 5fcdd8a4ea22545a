package org.einkorn.ir.verify;

import java.util.ArrayList;
import java.util.List;
import org.einkorn.ir.tensor.Program;

/// Checks programs of equations.
public final class TensorVerifier {
  private static final List<Rule<? super Subject.Equations>> RULES = rules();

  private TensorVerifier() {}

  private static List<Rule<? super Subject.Equations>> rules() {
    List<Rule<? super Subject.Equations>> rules = new ArrayList<>(SignatureRules.ALL);
    rules.addAll(CommonRules.ALL);
    rules.addAll(TensorRules.ALL);
    rules.addAll(SlicingRules.ALL);
    return List.copyOf(rules);
  }

  /// Everything that is wrong with a program; empty where all rules hold.
  public static List<Finding> verify(Program program) {
    return Verification.run(TensorFacts.of(program), RULES);
  }

  /// The rules, with their names and what they say.
  public static List<? extends Rule<?>> catalogue() {
    return Verification.catalogue(RULES);
  }
}
