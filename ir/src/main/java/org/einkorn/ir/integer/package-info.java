/// Reasoning about index expressions: what they are equal to, between what they lie, what holds.
@NullMarked
package org.einkorn.ir.integer;

import org.jspecify.annotations.NullMarked;
