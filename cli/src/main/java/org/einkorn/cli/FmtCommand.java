package org.einkorn.cli;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.einkorn.Einkorn;
import org.einkorn.runtime.io.OutputFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `ein fmt FILE…`
@Command(name = "fmt", mixinStandardHelpOptions = true, description = "Formats programs in place.")
final class FmtCommand implements Callable<Integer> {
  private final Session session;

  @Parameters(arity = "1..*", paramLabel = "FILE", description = "The programs.")
  List<Path> files = new ArrayList<>();

  @Option(
      names = "--check",
      description = "Changes nothing; names the files that are not formatted and exits with 1.")
  boolean isCheck;

  FmtCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    // All are read and formatted before the first is written: a wrong program changes no file.
    List<String> sources = new ArrayList<>();
    List<String> formatted = new ArrayList<>();
    for (Path file : files) {
      String source = Einkorn.readText(file);
      sources.add(source);
      formatted.add(Einkorn.format(file.toString(), source));
    }
    boolean isClean = true;
    for (int number = 0; number < files.size(); number++) {
      if (!sources.get(number).equals(formatted.get(number))) {
        isClean = false;
        if (isCheck) {
          session.out().println(files.get(number) + " is not formatted");
        } else {
          OutputFile.write(
              files.get(number), formatted.get(number).getBytes(StandardCharsets.UTF_8));
        }
      }
    }
    return isCheck && !isClean ? 1 : 0;
  }
}
