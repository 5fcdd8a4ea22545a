/// The embedded API, as a caller meets it: what it says of wrong use.
///
/// That it works, and works without LLVM and native access, is tested by `examples/embedded`, a
/// project of its own that the build of `einkorn` runs.
@NullMarked
package org.einkorn.api;

import org.jspecify.annotations.NullMarked;
