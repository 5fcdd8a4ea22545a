/// Rewrites of equations that make later passes simpler and change no bit of any result.
@NullMarked
package org.einkorn.passes.normalize;

import org.jspecify.annotations.NullMarked;
