package org.einkorn.cli;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/// Compiles and runs tensor equations.
@Command(
    name = "ein",
    description = "Compiles tensor equations and runs them.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    subcommands = {
      RunCommand.class,
      EinsumCommand.class,
      CompileCommand.class,
      IrCommand.class,
      ExplainCommand.class,
      CheckCommand.class,
      FmtCommand.class,
      DoctorCommand.class
    },
    synopsisSubcommandLabel = "COMMAND",
    footer = {"", "`ein COMMAND --help` says more of a command."})
public final class Main {
  /// Wrong usage, as picocli and this command report it.
  static final int USAGE = 2;

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
    CommandLine line = new CommandLine(new Main(), new Factory(session));
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

  /// Makes the commands, each with the session.
  private record Factory(Session session) implements CommandLine.IFactory {
    @Override
    public <K> K create(Class<K> type) throws Exception {
      Object command =
          switch (type.getSimpleName()) {
            case "RunCommand" -> new RunCommand(session);
            case "EinsumCommand" -> new EinsumCommand(session);
            case "CompileCommand" -> new CompileCommand(session);
            case "IrCommand" -> new IrCommand(session);
            case "ExplainCommand" -> new ExplainCommand(session);
            case "CheckCommand" -> new CheckCommand(session);
            case "FmtCommand" -> new FmtCommand(session);
            case "DoctorCommand" -> new DoctorCommand(session);
            default -> CommandLine.defaultFactory().create(type);
          };
      return type.cast(command);
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
