/// What a program costs: the operations it executes, counted before a run and during one.
///
/// # What counts
///
/// - A **multiplication** is a product or a quotient of two values: a join, an operation of an
///   equation, or a combination of a product reduction.
/// - An **addition** is a sum or a difference, and every combination `⊕` of a reduction or a scan,
///   whatever the operation (`min`, `or`, log-sum-exp …) but a product. A reduction starts at the
///   identity, so `n` terms are `n` combinations.
/// - Of complex numbers the operations on their parts count: a product is 4 multiplications and 2
///   additions, a sum 2 additions.
/// - Nothing else counts: comparisons, elementwise `min` and `max`, functions, conversions, and the
///   arithmetic of positions, also of those that come from data.
/// - A guard decides whether anything is executed at a point, and of a `select` one side is. Both
///   sides of `and` and `or` count. Loops are counted as their meaning says, one statement after
///   the other: machine code may do less, where a compiler below finds that a result is known or
///   not needed.
///
/// # Plan and measurement
///
/// ```text
/// Body ----------> OperationCount       // as written: each term over its whole domain
/// Function ------> ModuleCount          // planned: what the scheduled loops will execute
/// Module --------> CountOperations      // measured: loops that count as they run
/// ScalarCost ::= multiplies adds (condition ? ScalarCost : ScalarCost)*
/// Domain     ::= Axis* Guard* condition*
/// ```
///
/// Planned and measured counts are equal, unless the data decide which points or sides are executed
/// (a gathered position in a guard, a `select` on values). Such a plan says that it depends on
/// data, and is a bound from above. Plans are integers of any size; counters are 64 bits wide, and
/// one that overflows ends the run.
@NullMarked
package org.einkorn.passes.cost;

import org.jspecify.annotations.NullMarked;
