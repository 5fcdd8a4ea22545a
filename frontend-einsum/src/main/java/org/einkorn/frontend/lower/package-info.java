/// Trees to equations of `ir.tensor`.
///
/// [ProgramLowering] goes through a program: declarations, then each tensor after those it needs
/// ([Equations]), then queries and files ([Answers]). One equation passes four stages:
/// 1. [Elaborator] resolves names, expands functions ([Expansion], [Structures]) and puts implicit
///    projections in their places ([Uses]). The result is a [Node].
/// 2. [Domain] finds how far each index runs, by unifying extents.
/// 3. [Types] says what each part computes in.
/// 4. [Emitter] makes scalars; projections inside become definitions of their own ([Temporaries]),
///    and products become operands of a join ([Joins]).
///
/// When all equations are through, [Finish] names the sizes, counts the labels and picks the
/// outputs. Errors never stop the walk: a broken tensor is marked as such and complains no more.
@NullMarked
package org.einkorn.frontend.lower;

import org.jspecify.annotations.NullMarked;
