package org.einkorn.cli;

import java.util.concurrent.Callable;
import org.einkorn.Backends;
import org.einkorn.ir.target.Backend;
import picocli.CommandLine.Command;

/// `ein doctor`
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description = "Says what this machine offers.")
final class DoctorCommand implements Callable<Integer> {
  private final Session session;

  DoctorCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    Runtime runtime = Runtime.getRuntime();
    line("java", System.getProperty("java.vm.name") + " " + Runtime.version());
    line("system", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    line("processors", Integer.toString(runtime.availableProcessors()));
    line("heap limit", runtime.maxMemory() / (1 << 20) + " MiB");
    line(
        "vector api",
        ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()
            ? "present"
            : "absent; start java with --add-modules jdk.incubator.vector");
    for (Backend backend : Backends.all()) {
      line("backend " + backend.name(), backend.describe());
    }
    line("backend interp", "the reference interpreter");
    return 0;
  }

  private void line(String what, String found) {
    session.out().printf("%-16s%s%n", what, found);
  }
}
