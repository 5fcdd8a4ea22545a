@NullMarked
package org.einkorn.ir.source;
import org.jspecify.annotations.NullMarked;
