/// Places in source text, and the errors that point at them.
///
/// Whatever reads text (the language, the einsum string, the textual IR) wraps it in a
/// [SourceFile]. Nodes built from it keep an [Origin]: where they were written, if that is known. A
/// complaint about the text is a [Diagnostic], which is data; the words around it, the snippet and
/// the colors belong to [DiagnosticRenderer] alone, so that every part of the compiler complains in
/// one voice.
///
/// ```text
/// SourceFile = name text
/// Span       = SourceFile start end              half-open, in UTF-16 units of the text
/// Origin     = Span | unknown                    equal to every other origin
/// Label      = Span text
/// Diagnostic = code severity title primary:Label? secondary:Label* notes:text* help:text?
/// ```
///
/// Raising an error reads as a sentence:
///
/// ```java
/// diagnostics.add(
///     Diagnostic.error("E0102", "axis `k` has two extents")
///         .at(second, "`k` is 3 here, from `A: f32[2, 3]`")
///         .and(first, "`k` is 4 here, from `B: f32[4, 5]`")
///         .help("write `B[j,k]` if B is stored transposed"));
/// ```
///
/// Codes: `E` or `W` and four digits. The first two digits name the part that complains: `00`
/// syntax, `01` and above are given out by the parts themselves.
@NullMarked
package org.einkorn.ir.source;

import org.jspecify.annotations.NullMarked;
