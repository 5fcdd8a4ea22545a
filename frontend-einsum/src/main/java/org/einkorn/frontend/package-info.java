/// Text to equations: the entry points of the frontend.
///
/// `lower.Frontend` compiles a program, `einsum.EinsumFrontend` an einsum string. Both take what is
/// known of the data ([Known]) and give a program of `ir.tensor` with its diagnostics ([Compiled]).
@NullMarked
package org.einkorn.frontend;

import org.jspecify.annotations.NullMarked;
