/// The pages of the documentation, run as they are read.
///
/// `README.md`, `docs/*.md` and `docs/errors/*.md` hold fenced blocks; each is run by its info
/// string, top to bottom, in one folder for each page:
///
/// | info | what happens |
/// |---|---|
/// | `ein` | a program: it compiles, or, with a `text` block right after it, a run prints that text |
/// | `ir` | text of the IR: it is read back, or, with a `text` block right after it, prints that text |
/// | `java` | the body of a method, with imports before it: it compiles and runs, and prints the `text` right after it; of an exception, the message is printed |
/// | `console` | commands after `$`, each followed by what it prints; `./ein` is called in this process, others by a shell |
/// | `sh` | commands without their output, which must succeed; Maven itself is not called |
/// | others | a file |
///
/// Where the paragraph before a block ends in the name of a file in backticks and a colon, the
/// block is that file, and nothing else happens to it until a command uses it. The folder has
/// `examples` in it, as a checkout does.
///
/// A line `…` among the lines of an output stands for any lines. A comment `<!-- not run: WHY -->`
/// before a block leaves it alone; the number of these is limited. With `-Dgolden=update` what the
/// blocks print is written into the pages.
@NullMarked
package org.einkorn.docs;

import org.jspecify.annotations.NullMarked;
