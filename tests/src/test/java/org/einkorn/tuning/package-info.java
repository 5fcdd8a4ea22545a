/// Schedules found by measuring: each computes the same, and what is written is read back.
@NullMarked
package org.einkorn.tuning;

import org.jspecify.annotations.NullMarked;
