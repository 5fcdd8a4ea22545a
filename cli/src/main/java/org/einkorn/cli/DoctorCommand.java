package org.einkorn.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
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
            : "absent; EIN_JAVA_OPTIONS='--add-modules jdk.incubator.vector' adds it, for a slower"
                + " start");
    line("gpu", gpu());
    for (Backend backend : Backends.all()) {
      // The name stands before it already.
      line(
          "backend " + backend.name(),
          backend.describe().replaceFirst("^" + backend.name() + ":? ", ""));
    }
    line("backend interp", "the reference interpreter");
    return 0;
  }

  /// What the driver of the GPU says of itself.
  private static String gpu() {
    Path version = Path.of("/proc/driver/nvidia/version");
    if (!Files.isReadable(version)) {
      return "none found; this version makes no GPU code";
    }
    try (Stream<String> lines = Files.lines(version)) {
      return lines.findFirst().orElse("driver without a version")
          + "; this version makes no GPU code";
    } catch (IOException e) {
      return "driver that can't be read: " + e.getMessage();
    }
  }

  private void line(String what, String found) {
    session.out().printf("%-16s%s%n", what, found);
  }
}
