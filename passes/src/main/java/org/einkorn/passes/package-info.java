/// What happens to a program between the frontend and a backend, one package for each step.
///
/// A [Pass] rewrites a whole program at one of the two levels of the IR. The packages below hold
/// the passes; `pipeline` knows their order and runs them, and nothing here knows `pipeline`.
@NullMarked
package org.einkorn.passes;

import org.jspecify.annotations.NullMarked;
