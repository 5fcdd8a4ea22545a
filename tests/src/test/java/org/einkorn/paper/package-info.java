/// What the paper on tensor logic (Domingos, arXiv 2510.12269) claims, measured. That its equations
/// run, the examples under `examples/paper` show.
@NullMarked
package org.einkorn.paper;

import org.jspecify.annotations.NullMarked;
