/// Schedules that are found by measuring.
///
/// A [Tuner] takes the loops of a program, and for each function that the model schedules, or that
/// a script has samples for (see [org.einkorn.passes.tune.Space]), looks for a faster schedule: a
/// [Search] proposes points of the space, a [Bench] runs them, and a [CostModel], which learns from
/// what was measured, ranks those that were not. The result is a script that a user commits, and a
/// [Database] of measurements that the next search begins with.
///
/// No schedule can make a program wrong, since each of its steps is proved; what a point computes
/// is compared with the loops as they were lowered all the same, and a point that differs is thrown
/// away and said to be.
@NullMarked
package org.einkorn.tune;

import org.jspecify.annotations.NullMarked;
