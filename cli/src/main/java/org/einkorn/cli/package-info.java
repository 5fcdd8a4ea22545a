/// The command `ein`: one class for each subcommand.
///
/// [Main] parses the command line and turns failures into messages and exit codes; [Session] holds
/// what every command needs: streams and colors. [RunningOptions], [CompilingOptions],
/// [ReadingOptions] and [MessageOptions] are the options that commands share; a command has those
/// that it acts on. The commands call the embedded API and nothing below it, so that nothing works
/// in one door and not in another.
///
/// ```text
/// exit code ::= 0 done | 1 the program or its data are wrong | 2 wrong usage
///             | 3 a limit was hit | 70 a fault of the compiler's own
/// ```
@NullMarked
package org.einkorn.cli;

import org.jspecify.annotations.NullMarked;
