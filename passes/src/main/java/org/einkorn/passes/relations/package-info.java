/// Relations as what holds, not as tensors of truth values: how rules and monotone fixpoints become
/// loops along tuples.
///
/// A relation lies in memory as a tensor of all its positions, as a list of tuples that data hold,
/// or as a table that grows with its tuples ([TupleTable]); [TableChoice] and [Vastness] decide
/// which, and [Relations] knows it of every relation of a program, and makes the rows and tables
/// that nests ask for.
///
/// ```text
/// Contraction      --RuleNest-->   Stmt           // along the tuples of what it joins
/// Step.Iteration   --SemiNaive-->  Function*, Repeat, TupleCount*
/// ```
///
/// A round of a fixpoint looks only at what the round before changed: that is a [Frontier], a queue
/// of positions for a tensor ([Worklist]), two numbers for a table ([TableFrontier]).
@NullMarked
package org.einkorn.passes.relations;

import org.jspecify.annotations.NullMarked;
