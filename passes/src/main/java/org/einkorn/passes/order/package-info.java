/// In which order a product of many tensors is contracted, two at a time.
///
/// Two parts. The search knows nothing of the IR: a [Network] is a hypergraph whose operands carry
/// integer indices, and a [ContractionPlan] says which two tensors to contract next, again and
/// again, until the result is left. [OrderContractions] is the pass around it: it asks [OrderLaws]
/// whether a contraction may be split, makes a [TermNetwork] of it, and lets [StepBuilder] write
/// the plan as definitions, in slices where memory is limited. Which order is taken decides whether
/// a contraction takes microseconds or longer than anyone will wait.
///
/// ```text
/// Contraction --TermNetwork--> Network --ContractionOrder.search--> ContractionPlan
///             --StepBuilder--> Definition*, Contraction
///
/// Network         ::= operands (a list of indices each), output (indices), extents (one an index)
/// ContractionPlan ::= network, steps, slices, cost
/// Step            ::= left, right      the operands are 0…n-1, step k makes tensor n+k
/// ```
///
/// **Meaning.** A step multiplies two tensors and sums at once every index that no other tensor and
/// no output needs, those that only one of the two carries included. Its cost is the product of the
/// extents of all indices of the two. A *sliced* index is looped over outside: the whole sequence
/// of steps runs once for each combination of values of the slices, with those extents 1, and the
/// results are added (or, for indices of the output, put side by side).
@NullMarked
package org.einkorn.passes.order;

import org.jspecify.annotations.NullMarked;
