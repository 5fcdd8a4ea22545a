package org.einkorn.cli.bench;

import java.lang.management.ManagementFactory;
import javax.management.JMException;
import javax.management.ObjectName;

/// The compiler of the running JVM, which makes machine code of bytecode beside the program.
final class JitCompiler {
  private static final String QUEUES = "compilerQueue";

  /// What the two queues say that hold nothing, and the line before what is being compiled.
  private static final String EMPTY = "Empty";

  private static final String CURRENT = "Current compiles:";

  private JitCompiler() {}

  /// Whether it compiles something, or is about to. A JVM that does not say so counts as idle.
  static boolean isBusy() {
    try {
      Object queues =
          ManagementFactory.getPlatformMBeanServer()
              .invoke(
                  new ObjectName("com.sun.management:type=DiagnosticCommand"),
                  QUEUES,
                  new Object[0],
                  new String[0]);
      return isBusy(String.valueOf(queues));
    } catch (JMException none) {
      return false;
    }
  }

  /// @param queues what the diagnostic command `Compiler.queue` prints
  static boolean isBusy(String queues) {
    boolean isOfCurrent = false;
    for (String line : queues.lines().map(String::strip).toList()) {
      if (line.startsWith(CURRENT)) {
        isOfCurrent = true;
      } else if (line.endsWith("queue:")) {
        isOfCurrent = false;
      } else if (!line.isEmpty() && (isOfCurrent || !line.equals(EMPTY))) {
        return true;
      }
    }
    return false;
  }
}
