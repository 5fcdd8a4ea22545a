/// The text of the IR: printers and parsers of both levels.
///
/// The text is stable and complete: `parse(print(x)).equals(x)` and, for text that a printer made,
/// `print(parse(t)).equals(t)`. [ExprPrinter] writes expressions, [TensorPrinter] and [LoopPrinter]
/// the two levels; [TensorParser] and [LoopParser] read them back. A wrong text is refused with a
/// diagnostic that shows the place.
@NullMarked
package org.einkorn.ir.text;

import org.jspecify.annotations.NullMarked;
