/// What a program costs, counted from its equations: operations, bytes, memory.
@NullMarked
package org.einkorn.passes.cost;

import org.jspecify.annotations.NullMarked;
