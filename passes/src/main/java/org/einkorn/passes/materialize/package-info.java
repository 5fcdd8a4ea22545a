/// What is stored of that which equations could compute again and again.
@NullMarked
package org.einkorn.passes.materialize;

import org.jspecify.annotations.NullMarked;
