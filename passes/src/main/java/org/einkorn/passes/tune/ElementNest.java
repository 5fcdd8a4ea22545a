package org.einkorn.passes.tune;

import java.util.List;
import java.util.Optional;
import org.einkorn.ir.loop.Function;
import org.einkorn.passes.PassContext;

/// A function that computes elements of one tensor, in loops over these.
sealed interface ElementNest permits MapNest, ReductionNest {
  /// Its name.
  String function();

  /// The name of the block that stores an element.
  String block();

  /// The loops over elements, the outermost first.
  List<Axis> spatial();

  /// The loops around what is read, the outermost first.
  List<Axis> loops();

  /// What is read, each once, over loops.
  List<Operand> operands();

  /// What is stored.
  Operand output();

  /// The nest of a function, if it is one.
  static Optional<ElementNest> of(Function function, PassContext context) {
    Optional<ElementNest> reduction = ReductionNest.of(function, context).map(nest -> nest);
    return reduction.or(() -> MapNest.of(function, context).map(nest -> nest));
  }
}
