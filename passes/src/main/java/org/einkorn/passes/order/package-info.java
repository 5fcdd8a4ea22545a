/// In which order a product of many tensors is contracted, two at a time.
///
/// Two parts. The search knows nothing of the IR: a [Network] is a hypergraph whose operands carry
/// integer indices, and a [ContractionPlan] says which two tensors to contract next, again and
/// again, until the result is left. [OrderContractions] is the pass around it: it asks [OrderLaws]
/// whether a contraction may be split, makes a [TermNetwork] of it, and lets [StepBuilder] write
/// the plan as definitions, in slices where memory is limited; [AxisOrder] says how their
/// temporaries lie. Which order is taken decides whether a contraction takes microseconds or longer
/// than anyone will wait.
///
/// ```text
/// Contraction --TermNetwork--> Network --ContractionOrder.search--> ContractionPlan
///             --StepBuilder--> Definition*, Contraction
///
/// Network         ::= operands (a list of indices each), output (indices), extents (one an index)
/// ContractionPlan ::= network, steps, slices, whether it is the best of all, cost
/// Step            ::= left, right      the operands are 0…n-1, step k makes tensor n+k
/// ```
///
/// **Meaning.** A step multiplies two tensors and sums at once every index that no other tensor and
/// no output needs, those that only one of the two carries included. Its cost is the product of the
/// extents of all indices of the two. A *sliced* index is looped over outside: the whole sequence
/// of steps runs once for each combination of values of the slices, with those extents 1, and the
/// results are added (or, for indices of the output, put side by side).
///
/// **The search.** [SubsetSearch] tries all trees over few tensors, [IntervalSearch] all whose
/// leaves stand in a given order, and [BoundedSearch] all that may be as cheap as one known; the
/// first is also what [Reconfiguration] puts pieces of larger trees together with. [GreedySearch]
/// and [Bisection] make trees, [Annealing] improves them, [TrialSearch] decides which to do next,
/// and [LimitedSearch] slices what takes too much memory. All of them price steps by [Pricing] and
/// see the network as a [Hypergraph]: bits instead of extents, so that nothing overflows. What a
/// plan costs is then counted anew, exactly, by [PlanCost].
@NullMarked
package org.einkorn.passes.order;

import org.jspecify.annotations.NullMarked;
