package org.einkorn.passes.schedule;

import java.util.Locale;

/// Why a step is refused.
public enum Reason {
  /// No loop or block has this name.
  UNKNOWN_NAME,
  /// Several loops or blocks have this name.
  AMBIGUOUS_NAME,
  /// Something else has the name that a new loop is to have.
  NAME_TAKEN,
  /// The step says something twice, or something else that can't be meant.
  MALFORMED,
  /// The rounds of the loop do not run one after the other.
  NOT_SERIAL,
  /// The loops do not stand in one another, with nothing beside them.
  NOT_NESTED,
  /// The extent of a loop depends on another one that is to be inside of it.
  EXTENT_DEPENDS,
  /// An extent may divide by zero at its new place, or comes from data.
  EXTENT_MAY_FAIL,
  /// A factor or a point is not known outside of the loop, or may divide by zero.
  NOT_KNOWN_OUTSIDE,
  /// A factor may be zero or less.
  FACTOR_NOT_POSITIVE,
  /// The new loops may have fewer rounds than the old one.
  ROUNDS_MISSING,
  /// One of the two parts has no rounds, or all of them.
  PART_EMPTY,
  /// The number of rounds is not known.
  EXTENT_UNKNOWN,
  /// The result would be larger than is reasonable, or numbers leave 64 bits.
  TOO_LARGE,
  /// An iterator of a block says that its order must stay.
  ORDERED_ITERATOR,
  /// A position comes from data: which of two faults comes first would change.
  POSITION_FROM_DATA,
  /// A loop that runs as long as the data say so may never end.
  MAY_NOT_END,
  /// Rounds need one another.
  DEPENDENCE,
  /// What happens in the first round may happen in others.
  NOT_FIRST_ROUND,
  /// Memory holds another type than the step is for.
  WRONG_TYPE,
  /// Memory may hold numbers that are none of the type.
  MAY_OVERFLOW,
  /// What is there is not what the step replaces, or does not map to what it asks for.
  NO_MATCH,
  /// The decision of a sample is none that it has.
  NOT_A_CHOICE,
  /// Memory that others see has no layout to choose.
  NOT_TEMPORARY,
  /// What is to come first runs later.
  NOT_BEFORE,
  /// Functions run another number of times.
  OTHER_ROUNDS,
  /// Data can end what moves with a fault, which would come elsewhere or not at all.
  MAY_FAIL,
  /// Elements that something needs would not be stored.
  NOT_COVERED,
  /// Some elements may never be stored, so that there is nothing to copy.
  NOT_ALL_STORED,
  /// What is asked of the code for a loop would be lost, or have no meaning there.
  ANNOTATED,
  /// The result breaks a rule of the IR.
  BREAKS_RULE;

  /// `name-taken`
  public String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
