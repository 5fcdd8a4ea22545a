/// Learning: optimizers against updates written by hand, and `learn` on all targets.
@NullMarked
package org.einkorn.learning;

import org.jspecify.annotations.NullMarked;
