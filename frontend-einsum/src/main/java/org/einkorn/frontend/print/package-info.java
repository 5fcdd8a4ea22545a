/// Equations of `ir.tensor` as programs of the Einkorn language.
///
/// What comes out is fully explicit: every tensor is declared with its type and extents, every
/// projection names its indices and how far they run, every conversion is written. Compiled again
/// it gives a program with the same results. [ScalarText] prints values and positions,
/// [DefinitionText] one definition, [Renaming] makes legal names.
@NullMarked
package org.einkorn.frontend.print;

import org.jspecify.annotations.NullMarked;
