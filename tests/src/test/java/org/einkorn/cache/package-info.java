/// Compiled code that is kept: the same answers, and nothing executed that is not what was stored.
@NullMarked
package org.einkorn.cache;

import org.jspecify.annotations.NullMarked;
