/// The embedded API: what a caller may do wrong, and that options given late are obeyed.
@NullMarked
package org.einkorn.embedded;

import org.jspecify.annotations.NullMarked;
