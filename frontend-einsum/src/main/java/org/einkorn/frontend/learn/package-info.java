/// `learn` to programs of equations.
///
/// [LearningFrontend] compiles any program. One that learns becomes several: for each `learn` a
/// [org.einkorn.frontend.Lesson], and the program itself, in which what was learned is an input.
///
/// A lesson is found out in three steps. The program is lowered once as it is, to see which tensors
/// the objective needs and which of these depend on the parameters ([Cone]), and which axes run
/// over the rows of a batch ([BatchAxes]). The others are data: they are computed once, before the
/// first step. Then the equations of the former are lowered again, with the data as inputs of the
/// extents of a batch, and with the equations of the [Optimizer], which is written in Einkorn.
///
/// ```text
/// Lesson = start:Program? step:Program            data, first values; one step
/// start  : inputs                                -> first values of parameters, data
/// step   : parameters, states, data, step number -> next parameters, next states, objective
/// ```
@NullMarked
package org.einkorn.frontend.learn;

import org.jspecify.annotations.NullMarked;
