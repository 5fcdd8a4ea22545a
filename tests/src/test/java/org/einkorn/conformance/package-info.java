/// What einsum means, as a table, tried on every backend.
///
/// [EinsumCase] reads the table `conformance/einsum.txt`; [Definition] works out by the definition
/// of einsum alone what each line comes to: it takes the string apart, goes through all values of
/// all indices, and knows nothing of the compiler.
@NullMarked
package org.einkorn.conformance;

import org.jspecify.annotations.NullMarked;
