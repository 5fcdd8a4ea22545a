/// Tests of the LLVM backend, most of them against the interpreter.
@NullMarked
package org.einkorn.backend.llvm;

import org.jspecify.annotations.NullMarked;
