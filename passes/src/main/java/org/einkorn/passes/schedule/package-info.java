/// Schedules: which loops run in parallel, and in what order and shape.
///
/// [ParallelizeOuterLoops] is the schedule of what has none. A [Schedule] is one that somebody
/// writes, or a model or a search (`org.einkorn.passes.tune`): steps on one function of a module,
/// each of which is proved to change no bit of what the function computes, for all sizes, or is
/// refused.
///
/// ```java
/// Schedule schedule =
///     Schedule.of(module, "C")
///         .split("j", List.of("jo", "ji"), IndexExpr.of(8))
///         .reorder("jo", "k", "ji")
///         .vectorize("ji")
///         .parallel("i");
/// TracePrinter.print(schedule.trace());
/// ```
///
/// ```text
/// schedule C {
///   (jo, ji) = split j by 8
///   reorder jo k ji
///   vectorize ji
///   parallel i
/// }
/// ```
///
/// The calls, the [trace][org.einkorn.ir.schedule.Trace] and the script are the same thing:
/// [Schedule#replay] makes the same function from the trace again, or says which step does not
/// apply any more.
///
/// # Refusals
///
/// A [Refusal] has a [Reason], and its text shows the function with the loop or block underlined,
/// the two accesses of a dependence, and steps of the same kind that would be applied:
///
/// ```text
/// refused[dependence]: `parallel k`, step 1 of the schedule of `C`
///   |
///   | function C {
///   |   for i < n {
///   |     for k < d {
///   |     ^^^^^^^^^ its rounds need one another
///   …
///   = dependence: block `C` stores `C[i]`, and in a later round of `k` block `C` reads `C[i]`
///   = legal here: `parallel i`
/// ```
///
/// # What is proved
///
/// | step | the same is computed because |
/// |---|---|
/// | split, fuse, partition, add-unit-loop, unroll | the same rounds run in the same order: a statement about integers alone, asked of [org.einkorn.ir.integer]; what is not proved becomes a guard, a `min` or a `max`, or the step is refused |
/// | reorder | no two rounds that touch one element, one of them to store, change places |
/// | parallel, vectorize | no two rounds of the loop touch one element, one of them to store; positions from data, one of which may fail first, are the same in all lanes (`Faults`) |
/// | join | what moves has nothing to do with the functions between, and runs as often as before |
/// | compute-at, reverse-compute-at | a round of one nest belongs to the box that a round of a loop of the other accesses ([Tile]): it may run in each such round if it does the same again, and runs in its only one otherwise |
/// | compute-inline, reverse-compute-inline | a value stands for the element that was it, and nothing changes what it is made of before |
/// | set-scope | each round stores what it reads, in a box of a size that is known |
/// | cache-write, cache-inplace, reindex | what is copied is all there (`Coverage`), and nobody else stores it meanwhile |
/// | storage-align | positions stay as they are, in larger extents |
/// | rolling-buffer | what shares a place is touched by rounds that do not overlap |
/// | double-buffer | a round reads what it stored itself (`OwnRounds`), and what fills the memory for it needs nothing that it comes before (`FilledRound`) |
/// | annotate | an annotation computes nothing |
/// | decompose-padding | each element is stored once, and nothing touches it before |
/// | transform-block-layout | the map of the points has an inverse (`BlockMap`), and dependent ones keep their order (`MappedOrder`) |
/// | blockize | iterators are what the loops are that they are bound to |
/// | pad-einsum | a sum that is never −0 stays what it is where +0 is added (`PaddedSum`) |
///
/// Dependences come from the accesses themselves (`AccessCollector`), not from what blocks declare
/// of their regions or iterators; only that iterators lie in their extents and that the order must
/// stay (`scan`, `opaque`) is believed. Accesses are over loops, since the iterators of blocks are
/// replaced by what they are bound to. `init` happens where all reduce iterators are 0, and is an
/// access with that condition. Memory that is allocated in a round is another one in each. What is
/// not proved is a dependence; so sums are never reordered.
///
/// After each step the annotations of loops are counted (`Annotations`), and the rules of
/// [org.einkorn.ir.verify] are asked once more.
///
/// # Samples
///
/// A sample changes no loop: `Samples` draws its decision where it has none, by the seed of the
/// schedule, and refuses one that is not possible; `Variables` keeps what it has decided, and puts
/// that in the place of names before a later step is applied. The trace keeps the steps as they are
/// written, and the decisions.
///
/// # A new primitive
///
/// A record of [org.einkorn.ir.schedule.Step] with its text, a `Primitive` whose documentation is
/// the equation and the reason why it holds, a line in `Schedule`, candidates in `Alternatives`, a
/// file of goldens, and a case of `RandomSteps`. Where it has loops or numbers, `Variables`
/// resolves them.
@NullMarked
package org.einkorn.passes.schedule;

import org.jspecify.annotations.NullMarked;
