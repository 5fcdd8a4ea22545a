/// The order of the passes, and the driver that runs, times, verifies and prints them.
///
/// ```text
/// Program --normalize passes--> Program --lower--> Module --schedule passes--> Module
/// ```
@NullMarked
package org.einkorn.passes.pipeline;

import org.jspecify.annotations.NullMarked;
