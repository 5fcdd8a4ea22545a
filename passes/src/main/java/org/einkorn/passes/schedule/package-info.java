/// Schedules: which loops run in parallel, and in what order and shape.
@NullMarked
package org.einkorn.passes.schedule;

import org.jspecify.annotations.NullMarked;
