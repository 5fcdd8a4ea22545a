package org.einkorn.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.einkorn.ir.target.RefusedException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/// Compiles and runs tensor equations.
@Command(
    name = "ein",
    description = "Compiles tensor equations and runs them.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    footer = {"", "`ein COMMAND --help` says more of a command."})
public final class Main {
  /// Wrong usage, as picocli and this command report it.
  static final int USAGE = 2;

  /// How each command is made, by name, in the order of the help.
  private static final Map<String, Function<Session, Object>> COMMANDS = new LinkedHashMap<>();

  static {
    COMMANDS.put("run", RunCommand::new);
    COMMANDS.put("einsum", EinsumCommand::new);
    COMMANDS.put("compile", CompileCommand::new);
    COMMANDS.put("ir", IrCommand::new);
    COMMANDS.put("explain", ExplainCommand::new);
    COMMANDS.put("tune", TuneCommand::new);
    COMMANDS.put("bench", BenchCommand::new);
    COMMANDS.put("check", CheckCommand::new);
    COMMANDS.put("fmt", FmtCommand::new);
    COMMANDS.put("doctor", DoctorCommand::new);
  }

  /// Commands that are planned, and what does a part of their work today.
  private static final Map<String, String> LATER =
      Map.of(
          "debug", "`ein ir FILE --stage loops --print-after all` prints what each pass made",
          "repl", "`ein run FILE --query 'Q?'` answers questions about a program");

  /// A sum of thousands of terms is a tree as deep, which the compiler walks by recursion. Only
  /// what is used of this is ever taken from the system.
  private static final long STACK_BYTES = 512L << 20;

  private Main() {}

  public static void main(String[] arguments) throws InterruptedException {
    PrintStream out =
        new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
    PrintStream err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
    AtomicInteger code = new AtomicInteger(Failures.FAULT);
    Thread worker = new Thread(null, () -> code.set(run(arguments, out, err)), "ein", STACK_BYTES);
    worker.start();
    worker.join();
    if (out.checkError()) {
      // A full disk, or a reader that has gone: what was printed is not what was computed.
      err.println("ein: standard output could not be written");
      code.compareAndSet(0, Failures.WRONG);
    }
    System.exit(code.get());
  }

  /// Runs one command line.
  ///
  /// @return the exit code
  public static int run(String[] arguments, PrintStream out, PrintStream err) {
    Session session = new Session(out, err);
    Failures failures = new Failures(session, arguments);
    if (arguments.length > 0 && LATER.containsKey(arguments[0])) {
      return failures.report(notInThisVersion(arguments[0]));
    }
    CommandLine line = new CommandLine(new Main());
    addCommands(line, session, arguments.length == 0 ? "" : arguments[0]);
    line.setOut(new PrintWriter(out, true, StandardCharsets.UTF_8));
    line.setErr(new PrintWriter(err, true, StandardCharsets.UTF_8));
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setExecutionStrategy(new CommandLine.RunLast());
    line.setExecutionExceptionHandler((failure, failed, parsed) -> failures.report(failure));
    line.setParameterExceptionHandler(
        (failure, args) -> {
          session.err().println("ein: " + failure.getMessage());
          CommandLine command = failure.getCommandLine();
          session.err().println("try `" + command.getCommandSpec().qualifiedName() + " --help`");
          return USAGE;
        });
    if (arguments.length == 0) {
      line.usage(err);
      return USAGE;
    }
    try {
      return line.execute(withArrows(arguments));
    } catch (Error e) {
      return failures.report(e);
    }
  }

  private static RefusedException notInThisVersion(String command) {
    return new RefusedException(
        "E0911",
        "this version has no command `" + command + "`",
        String.valueOf(LATER.get(command)));
  }

  /// An einsum string such as `->` is no option; with a blank before it, it does not look like one,
  /// and blanks mean nothing in it.
  private static String[] withArrows(String[] arguments) {
    String[] result = arguments.clone();
    if (result[0].equals("einsum") || result[0].equals("explain")) {
      for (int number = 1; number < result.length; number++) {
        if (result[number].startsWith("->") && !result[number - 1].equals("-o")) {
          result[number] = " " + result[number];
        }
      }
    }
    return result;
  }

  /// Adds the command that is called, or all where none is: reading the options of a command off
  /// its annotations takes about as long as compiling a small program.
  private static void addCommands(CommandLine line, Session session, String called) {
    Function<Session, Object> only = COMMANDS.get(called);
    if (only != null) {
      line.addSubcommand(called, only.apply(session));
    } else {
      COMMANDS.forEach((name, command) -> line.addSubcommand(name, command.apply(session)));
    }
  }

  /// What `ein --version` prints.
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"ein " + (version == null ? "(from classes)" : version)};
    }
  }
}
