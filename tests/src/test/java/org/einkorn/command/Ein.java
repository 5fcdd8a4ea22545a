package org.einkorn.command;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.einkorn.cli.Main;

/// One call of the command, in this process.
///
/// @param code the exit code
/// @param out what it printed
/// @param err what it said on standard error
record Ein(int code, String out, String err) {
  static Ein run(Object... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    String[] texts = new String[arguments.length];
    for (int number = 0; number < texts.length; number++) {
      texts[number] = arguments[number].toString();
    }
    int code =
        Main.run(
            texts,
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    return new Ein(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /// This call, which must have ended well.
  Ein require() {
    if (code != 0) {
      throw new AssertionError("exit code " + code + "\n" + err + out);
    }
    return this;
  }
}
