package org.einkorn.backend.llvm.binding;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;

/// LLVM's linker, a program that comes with the library.
public final class Lld {
  private static final String RESOURCES = "/org/bytedeco/llvm/" + Loader.getPlatform() + "/";

  private Lld() {}

  /// A shared library of one object file.
  ///
  /// It has no name of its own (`DT_SONAME`): a program that is linked against it asks for the path
  /// or file that it was linked with, whatever the file is called.
  ///
  /// @param libraries the libraries whose functions the object may use: file name, such as
  ///   `libm.so.6`, to an object file that defines functions of the same names. Those that are used
  ///   become dependencies; the files themselves need not be on this machine.
  public static byte[] sharedLibrary(byte[] object, Map<String, byte[]> libraries) {
    Library.require();
    try {
      Path folder = Files.createTempDirectory("einkorn-link");
      try {
        return link(folder, object, libraries);
      } finally {
        delete(folder);
      }
    } catch (IOException e) {
      throw new LlvmException("linking: " + e.getMessage(), e);
    }
  }

  private static byte[] link(Path folder, byte[] object, Map<String, byte[]> libraries)
      throws IOException {
    // The program looks for the library under the name that it has when it is installed.
    Host host = Host.get();
    String version = host.version().substring(0, host.version().lastIndexOf('.'));
    Path libraryFolder = Files.createDirectory(folder.resolve("llvm"));
    Files.createSymbolicLink(
        libraryFolder.resolve("libLLVM.so." + version), resource("libLLVM.so").toPath());
    List<String> inputs = new ArrayList<>();
    for (Map.Entry<String, byte[]> library : libraries.entrySet()) {
      Path content = folder.resolve(library.getKey() + ".o");
      Files.write(content, library.getValue());
      String stub = folder.resolve(library.getKey()).toString();
      run(
          libraryFolder,
          List.of("-shared", "-soname", library.getKey(), "-o", stub, content.toString()));
      inputs.add(stub);
    }
    Path input = folder.resolve("input.o");
    Files.write(input, object);
    Path output = folder.resolve("output.so");
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "-shared",
                "--gc-sections",
                "-z",
                "defs",
                "-o",
                output.toString(),
                input.toString(),
                "--as-needed"));
    arguments.addAll(inputs);
    run(libraryFolder, arguments);
    return Files.readAllBytes(output);
  }

  private static File resource(String name) throws IOException {
    File file = Loader.cacheResource(RESOURCES + name);
    if (file == null) {
      throw new LlvmException("`" + name + "` is not in the LLVM jar of this platform");
    }
    return file;
  }

  private static void run(Path libraryFolder, List<String> arguments) throws IOException {
    File program = resource("lld");
    if (!program.canExecute() && !program.setExecutable(true)) {
      throw new LlvmException("the linker `" + program + "` can't be made executable");
    }
    List<String> command = new ArrayList<>(List.of(program.getPath(), "-flavor", "gnu"));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("LD_LIBRARY_PATH", libraryFolder.toString());
    Process process = builder.start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      int status = process.waitFor();
      if (status != 0) {
        throw new LlvmException("linking: " + output.strip());
      }
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw new LlvmException("linking was interrupted", e);
    }
  }

  private static void delete(Path folder) throws IOException {
    List<Path> all;
    try (Stream<Path> walk = Files.walk(folder)) {
      all = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : all) {
      Files.delete(path);
    }
  }
}
