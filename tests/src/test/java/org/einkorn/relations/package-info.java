/// Relations in files: read, joined with what a program says, and written.
@NullMarked
package org.einkorn.relations;

import org.jspecify.annotations.NullMarked;
