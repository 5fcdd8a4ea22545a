package org.einkorn.docs;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.einkorn.cli.Main;
import org.junit.jupiter.api.Assumptions;

/// Runs the commands of a page as if it were typed in a folder.
///
/// @param folder where the commands find and leave their files
record Shell(Path folder) {
  private static final int COMMAND_NOT_FOUND = 127;
  private static final Pattern WORD = Pattern.compile("'([^']*)'|(\\S)");
  private static final Pattern FILE =
      Pattern.compile("((?:[\\p{L}_][\\w']*=)?)([\\w-][\\w./-]*\\.[A-Za-z][\\w]*(?::[\\w-]+)?)");

  /// What a command did.
  ///
  /// @param code its exit code
  /// @param text what it printed, on standard output and standard error
  record Done(int code, String text) {}

  /// Runs one command line.
  Done run(String command) throws IOException, InterruptedException {
    List<String> words = split(command);
    int arrow = words.indexOf(">");
    if (!words.getFirst().equals("./ein")) {
      return runOutside(command);
    }
    List<String> arguments = words.subList(1, arrow < 0 ? words.size() : arrow);
    Done done = ein(arguments);
    if (arrow < 0) {
      return done;
    }
    Files.writeString(folder.resolve(words.get(arrow + 1)), done.text());
    return new Done(done.code(), "");
  }

  /// Runs `ein` in this process; names of files are those of the folder.
  Done ein(List<String> arguments) {
    String[] texts = new String[arguments.size()];
    for (int number = 0; number < texts.length; number++) {
      Matcher file = FILE.matcher(arguments.get(number));
      texts[number] =
          file.matches() ? file.group(1) + folder.resolve(file.group(2)) : arguments.get(number);
    }
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(printed, true, StandardCharsets.UTF_8);
    int code = Main.run(texts, stream, stream);
    stream.flush();
    return new Done(code, withoutFolder(printed.toString(StandardCharsets.UTF_8)));
  }

  /// A text that speaks of files as the page does.
  String withoutFolder(String text) {
    return text.replace(folder + "/", "");
  }

  private Done runOutside(String command) throws IOException, InterruptedException {
    Path output = Files.createTempFile("command", ".txt");
    Process process =
        new ProcessBuilder("sh", "-c", command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    int code = process.waitFor();
    Assumptions.assumeTrue(code != COMMAND_NOT_FOUND, "skipped: no command for " + command);
    String text = Files.readString(output);
    Files.delete(output);
    return new Done(code, text);
  }

  /// The words of a command; single quotes hold blanks.
  private static List<String> split(String command) {
    List<String> words = new ArrayList<>();
    for (int at = 0; at < command.length(); ) {
      if (command.charAt(at) == ' ') {
        at++;
        continue;
      }
      StringBuilder word = new StringBuilder();
      Matcher piece = WORD.matcher(command).region(at, command.length());
      while (piece.lookingAt()) {
        word.append(piece.group(1) == null ? piece.group(2) : piece.group(1));
        at = piece.end();
        piece.region(at, command.length());
      }
      words.add(word.toString());
    }
    return words;
  }
}
