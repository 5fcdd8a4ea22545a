package org.einkorn.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.einkorn.CompileException;
import org.einkorn.ir.target.RefusedException;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.DataFault;

/// Turns failures into messages and exit codes.
final class Failures {
  static final int WRONG = 1;
  private static final int LIMIT = 3;
  static final int FAULT = 70;

  private final Session session;
  private final String[] arguments;

  Failures(Session session, String[] arguments) {
    this.session = session;
    this.arguments = arguments.clone();
  }

  int report(Throwable failure) {
    return switch (failure) {
      case CompileException wrong -> {
        session.err().println(session.renderer().renderAll(wrong.diagnostics()).stripTrailing());
        yield WRONG;
      }
      case DataException wrong -> {
        session.err().print(wrong.describe());
        yield wrong.fault().isLimit() ? LIMIT : WRONG;
      }
      case RefusedException refused -> {
        session.err().println("error[" + refused.code() + "]: " + refused.getMessage());
        session.err().println("  = help: " + refused.help());
        yield WRONG;
      }
      case UsageException usage -> {
        session.err().println("ein: " + usage.getMessage());
        yield Main.USAGE;
      }
      case OutOfMemoryError limit -> {
        session
            .err()
            .println("error[" + DataFault.OUT_OF_MEMORY.code() + "]: " + limit.getMessage());
        session.err().println("  = help: start Java with a larger heap: EIN_JAVA_OPTIONS=-Xmx16g");
        yield LIMIT;
      }
      default -> fault(failure);
    };
  }

  private int fault(Throwable failure) {
    session.err().println("ein: this is a fault of the compiler, not of your program: " + failure);
    try {
      Path reproducer = Files.createTempFile("ein-fault-", ".txt");
      StringWriter text = new StringWriter();
      text.append("ein ").append(String.join(" ", arguments)).append("\n\n");
      failure.printStackTrace(new PrintWriter(text, true));
      for (String argument : arguments) {
        if (argument.endsWith(".ein") && Files.isReadable(Path.of(argument))) {
          text.append('\n').append(Files.readString(Path.of(argument)));
        }
      }
      Files.writeString(reproducer, text.toString());
      session.err().println("what is needed to repeat it stands in " + reproducer);
    } catch (IOException e) {
      session.err().println("and its description could not be written: " + e.getMessage());
    }
    return FAULT;
  }
}
