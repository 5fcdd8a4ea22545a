package org.einkorn.cli;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
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
    COMMANDS.put("check", CheckCommand::new);
    COMMANDS.put("fmt", FmtCommand::new);
    COMMANDS.put("doctor", DoctorCommand::new);
  }

  private Main() {}

  public static void main(String[] arguments) {
    PrintStream out =
        new PrintStream(
            new java.io.FileOutputStream(java.io.FileDescriptor.out),
            false,
            StandardCharsets.UTF_8);
    PrintStream err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
    int code = run(arguments, out, err);
    out.flush();
    System.exit(code);
  }

  /// Runs one command line.
  ///
  /// @return the exit code
  public static int run(String[] arguments, PrintStream out, PrintStream err) {
    Session session = new Session(out, err);
    CommandLine line = new CommandLine(new Main());
    addCommands(line, session, arguments.length == 0 ? "" : arguments[0]);
    line.setOut(new java.io.PrintWriter(out, true, StandardCharsets.UTF_8));
    line.setErr(new java.io.PrintWriter(err, true, StandardCharsets.UTF_8));
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setExecutionStrategy(new CommandLine.RunLast());
    line.setExecutionExceptionHandler(
        (failure, failed, parsed) -> new Failures(session, arguments).report(failure));
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
    return line.execute(arguments);
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
