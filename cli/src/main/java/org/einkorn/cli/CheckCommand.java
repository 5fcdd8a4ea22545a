package org.einkorn.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.einkorn.Options;
import org.einkorn.ir.source.Diagnostic;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `ein check FILE…`
@Command(
    name = "check",
    mixinStandardHelpOptions = true,
    description = "Says what is wrong with programs, without running them.")
final class CheckCommand implements Callable<Integer> {
  private final Session session;

  @Mixin ReadingOptions reading = new ReadingOptions();

  @Mixin MessageOptions messages = new MessageOptions();

  @Parameters(arity = "1..*", paramLabel = "FILE", description = "The programs.")
  List<Path> files = new ArrayList<>();

  @Option(names = "--json", description = "Prints the diagnostics as JSON.")
  boolean isJson;

  CheckCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    messages.applyTo(session);
    List<Diagnostic> all = new ArrayList<>();
    for (Path file : files) {
      all.addAll(messages.time(session, "check " + file, () -> check(file)));
    }
    boolean isWrong = all.stream().anyMatch(Diagnostic::isError);
    if (isJson) {
      session
          .out()
          .println(
              Json.print(
                  Json.ordered("schema", 1, "diagnostics", all.stream().map(Json::of).toList())));
    } else if (!all.isEmpty()) {
      session.err().println(session.renderer().renderAll(all).stripTrailing());
    }
    return isWrong ? 1 : 0;
  }

  private List<Diagnostic> check(Path file) {
    Options options = reading.applyTo(Options.defaults());
    return Programs.open(file, null, List.of(), options).diagnostics().stream()
        .filter(diagnostic -> diagnostic.isError() || !messages.quiet)
        .toList();
  }
}
