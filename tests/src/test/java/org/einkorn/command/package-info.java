/// The command `ein`, called as a user calls it: output, messages, exit codes, files.
@NullMarked
package org.einkorn.command;

import org.jspecify.annotations.NullMarked;
