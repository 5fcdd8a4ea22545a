/// The rules of the house as tests: which module may use which, and how sources are laid out.
///
/// [ArchitectureTest] reads the class files of every module, [SourceLayoutTest] reads their
/// sources. The compiler, Error Prone and the formatter hold the rules that concern one file alone.
@NullMarked
package org.einkorn.arch;

import org.jspecify.annotations.NullMarked;
