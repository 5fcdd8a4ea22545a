package org.einkorn.passes.normalize;

import org.einkorn.ir.tensor.Program;
import org.einkorn.passes.Pass;
import org.einkorn.passes.rewrite.Driver;
import org.einkorn.passes.rewrite.RuleBook;

/// Brings equations into their normal form: it does not matter how a user split them.
public final class Normalize {
  /// The rules, in the order they are tried.
  public static final RuleBook BOOK =
      RuleBook.of(
          SimplifyOperands.DROP_NEUTRAL,
          SimplifyOperands.FOLD_CONSTANTS,
          InlineRenamings.RULE,
          EliminateDeltas.RULE,
          SimplifyOperands.DROP_FREE_AXES,
          Distribute.FACTOR,
          ShareEqualDefinitions.RULE,
          Denest.RULE);

  public static final Pass<Program> PASS =
      new Pass<>(
          "normalize",
          "merges nested contractions and simplifies equations",
          (program, context) -> Driver.apply(BOOK, program, context));

  private Normalize() {}
}
