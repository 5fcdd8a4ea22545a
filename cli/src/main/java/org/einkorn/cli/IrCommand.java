package org.einkorn.cli;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.einkorn.Options;
import org.einkorn.Program;
import org.einkorn.Stage;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `ein ir FILE --stage S [--passes P,P] [--print-after PASS|all] [--verify-each] [--from S]
/// [--json]`
@Command(
    name = "ir",
    mixinStandardHelpOptions = true,
    description = "Prints a program at a stage of the compiler; reads such text back.")
final class IrCommand implements Callable<Integer> {
  private final Session session;

  @Mixin CompilingOptions compiling = new CompilingOptions();

  @Mixin ReadingOptions reading = new ReadingOptions();

  @Mixin MessageOptions messages = new MessageOptions();

  @Parameters(index = "0", paramLabel = "FILE", description = "The program.")
  Path file = Path.of("");

  @Parameters(
      index = "1..*",
      paramLabel = "NAME=VALUE",
      description = "An input, for its type and rank.")
  List<String> inputs = new ArrayList<>();

  @Option(
      names = "--stage",
      required = true,
      paramLabel = "S",
      description = "ast, equations, tensor, loops, scheduled, bytecode, llvm or asm.")
  String stage = "";

  @Option(
      names = "--from",
      paramLabel = "S",
      description = "The stage that FILE is the text of; Einkorn source if not given.")
  @Nullable String from;

  @Option(
      names = "--passes",
      split = ",",
      paramLabel = "P",
      description = "Runs only these passes.")
  @Nullable List<String> passes;

  @Option(
      names = "--print-after",
      paramLabel = "PASS",
      description = "Prints the program after a pass as well; all for each.")
  List<String> printAfter = new ArrayList<>();

  @Option(
      names = "--verify-each",
      arity = "0..1",
      fallbackValue = "structure",
      paramLabel = "HOW",
      description = "Checks the program after each pass; exec runs it on the interpreter too.")
  @Nullable String verify;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description =
          "The seed of the data that --verify-each=exec runs on, and of what the samples of a"
              + " --schedule decide; 0 if not given.")
  @Nullable Long seed;

  @Option(names = "--json", description = "Prints the text inside JSON.")
  boolean isJson;

  IrCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    messages.applyTo(session);
    compiling.applyTo(session, messages);
    Stage wanted = Programs.stage(stage);
    Set<String> dumps = new LinkedHashSet<>(printAfter);
    requirePasses(dumps);
    if (compiling.schedule != null && wanted.compareTo(Stage.SCHEDULED) < 0) {
      throw new UsageException(
          "--schedule is for the stage scheduled and those after it; nothing is scheduled at the"
              + " stage "
              + wanted.text());
    }
    try (Arena arena = Arena.ofShared()) {
      Program program = Programs.open(file, from, List.of(), options());
      Program bound = Bindings.bind(program, Bindings.split(inputs), arena);
      Programs.warn(session, bound, messages);
      String text = messages.time(session, wanted.text(), () -> print(bound, wanted, dumps));
      session
          .out()
          .println(
              isJson
                  ? Json.print(Json.ordered("schema", 1, "stage", wanted.text(), "text", text))
                  : text.stripTrailing());
      return 0;
    }
  }

  private static String print(Program program, Stage stage, Set<String> dumps) {
    try {
      return program.ir(stage, dumps);
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
  }

  private Options options() {
    Options options = reading.applyTo(compiling.applyTo(Options.defaults()));
    if (seed != null) {
      if (!"exec".equals(verify) && !compiling.hasOpenSamples()) {
        throw new UsageException(
            "--seed is for --verify-each=exec, which makes random data, and for samples of a"
                + " --schedule that have no decision");
      }
      options = options.withSeed(seed);
    }
    if (passes != null) {
      requirePasses(Set.copyOf(passes));
      options = options.withPasses(new LinkedHashSet<>(passes));
    }
    if (verify == null) {
      return options;
    }
    return options.withVerification(
        switch (verify) {
          case "structure" -> Options.Verification.STRUCTURE;
          case "exec" -> Options.Verification.EXECUTION;
          default ->
              throw new UsageException(
                  "--verify-each is `structure` or `exec`, not `" + verify + "`");
        });
  }

  private static void requirePasses(Set<String> names) {
    List<String> known = Program.passNames();
    for (String name : names) {
      if (!known.contains(name) && !name.equals("all")) {
        throw new UsageException(
            "no pass is called `" + name + "`; there are " + String.join(", ", known));
      }
    }
  }
}
