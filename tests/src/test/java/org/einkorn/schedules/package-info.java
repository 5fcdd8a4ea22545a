/// Schedules and what they are refused for, as goldens: a file for each primitive.
@NullMarked
package org.einkorn.schedules;

import org.jspecify.annotations.NullMarked;
