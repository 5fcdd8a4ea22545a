package org.einkorn.cli.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.einkorn.ir.target.RefusedException;

/// The peers that can be chosen, and how they are started.
///
/// `numpy` is a Python script, the others are classes of the module `bench`, which is built by
/// itself. Any other program that speaks the lines of [PeerProcess] is named by its path.
final class Peers implements AutoCloseable {
  /// Whatever is there.
  static final String BEST = "best";

  private static final String SCRIPT = "bench/peers/numpy_peer.py";
  private static final String JARS = "bench/target/peers";

  /// The jar that each peer of the module `bench` needs.
  private static final Map<String, String> NATIVE = new LinkedHashMap<>();

  static {
    NATIVE.put("openblas", "openblas-");
    NATIVE.put("onednn", "dnnl-");
  }

  private final List<String> names;
  private final Path folder;
  private final Map<String, PeerProcess> running = new LinkedHashMap<>();

  private Peers(List<String> names, Path folder) {
    this.names = List.copyOf(names);
    this.folder = folder;
  }

  /// Nobody to compare with.
  static Peers none(Path folder) {
    return new Peers(List.of(), folder);
  }

  /// The peers that a name stands for.
  ///
  /// @param folder for files of the peers
  /// @throws RefusedException E0730 if the peer, or for `best` any peer, is not there
  static Peers of(String name, Path folder) {
    if (name.equals(BEST)) {
      List<String> found = known().stream().filter(each -> command(each).isPresent()).toList();
      if (found.isEmpty()) {
        throw missing("numpy");
      }
      return new Peers(found, folder);
    }
    if (command(name).isEmpty()) {
      throw missing(name);
    }
    return new Peers(List.of(name), folder);
  }

  /// The names there are.
  static List<String> known() {
    List<String> names = new ArrayList<>(List.of("numpy"));
    names.addAll(NATIVE.keySet());
    return names;
  }

  List<String> names() {
    return names;
  }

  /// The process of a peer, started when it is first needed.
  PeerProcess process(String name, int threads) {
    return running.computeIfAbsent(
        name + "-" + threads,
        _ ->
            PeerProcess.start(
                Path.of(name).getFileName().toString(),
                command(name).orElseThrow(() -> missing(name)),
                threads,
                folder));
  }

  /// How a peer is started, if it is there.
  private static Optional<List<String>> command(String name) {
    if (name.equals("numpy")) {
      return Checkout.find(SCRIPT)
          .map(script -> List.of("python3", script.toString()))
          .filter(_ -> hasNumPy());
    }
    String jar = NATIVE.get(name);
    if (jar != null) {
      return Checkout.find(JARS).filter(jars -> holds(jars, jar)).map(jars -> java(jars, name));
    }
    Path program = Path.of(name);
    return Files.isExecutable(program) && !Files.isDirectory(program)
        ? Optional.of(List.of(program.toAbsolutePath().toString()))
        : Optional.empty();
  }

  private static List<String> java(Path jars, String name) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:+UseSerialGC",
        "-XX:MaxDirectMemorySize=1024t",
        "-Dorg.bytedeco.javacpp.maxBytes=0",
        "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
        "--enable-native-access=ALL-UNNAMED",
        "-cp",
        jars.resolve("*").toString(),
        "org.einkorn.bench.Main",
        name);
  }

  private static boolean holds(Path folder, String jar) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.anyMatch(file -> file.getFileName().toString().startsWith(jar));
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean hasNumPy() {
    try {
      Process process =
          new ProcessBuilder("python3", "-c", "import numpy")
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static RefusedException missing(String name) {
    String help;
    if (name.equals("numpy")) {
      help =
          "install NumPy for python3 (Debian, Ubuntu: apt install python3-numpy), and run `ein`"
              + " from a checkout";
    } else if (NATIVE.containsKey(name)) {
      help = "build it in the checkout: mvn -Ppeers -pl bench -am -Dmaven.test.skip=true package";
    } else {
      help = "there are " + String.join(", ", known()) + " and best, or the path of a program";
    }
    return new RefusedException("E0730", "the peer `" + name + "` is not installed", help);
  }

  @Override
  public void close() {
    running.values().forEach(PeerProcess::close);
  }
}
