/// The programs of the folder `examples`: their outputs, and their agreement on all targets.
@NullMarked
package org.einkorn.examples;

import org.jspecify.annotations.NullMarked;
