package org.einkorn.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// No option is taken and ignored, and no file is lost.
final class OptionsTest {
  @TempDir Path folder;

  private Path program;

  @BeforeEach
  void writeProgram() throws IOException {
    program = Files.writeString(folder.resolve("twice.ein"), "Y[i] = 2 X[i]\n");
  }

  private static void requireRefused(int exitCode, String message, Ein ein) {
    assertEquals(exitCode, ein.code(), ein.err());
    assertTrue(ein.err().contains(message), ein.err());
    assertEquals("", ein.out());
  }

  @Test
  void commandsHaveOnlyTheOptionsThatTheyActOn() {
    String[] running = {"--threads=2", "--memory-budget=1MiB", "--backend=llvm"};
    for (String option : running) {
      String name = option.substring(0, option.indexOf('='));
      requireRefused(2, name, Ein.run("check", program, option));
      requireRefused(2, name, Ein.run("explain", program, "--shape", "X=2", option));
      requireRefused(2, name, Ein.run("ir", program, "--stage", "loops", option));
      Ein.run("run", program, "X=[1]", option).require();
    }
    requireRefused(2, "--allow", Ein.run("check", program, "--allow", "approximate"));
    requireRefused(2, "--seed", Ein.run("explain", program, "--shape", "X=2", "--seed", "1"));
    requireRefused(2, "--verify-each=exec", Ein.run("ir", program, "--stage=loops", "--seed=1"));
  }

  @Test
  void textOfCodeRunsOnItsOwnBackendAlone() throws IOException {
    for (String stage : new String[] {"bytecode", "llvm"}) {
      Ein printed = Ein.run("ir", program, "--stage", stage).require();
      String code = Files.writeString(folder.resolve("code." + stage), printed.out()).toString();
      String own = stage.equals("llvm") ? "llvm" : "jvm";
      String other = own.equals("llvm") ? "jvm" : "llvm";
      Ein.run("run", code, "--from", stage, "X=[1]", "--backend", own).require();
      Ein.run("run", code, "--from", stage, "X=[1]").require();
      requireRefused(2, own, Ein.run("run", code, "--from", stage, "X=[1]", "--backend", other));
    }
  }

  @Test
  void aPermissionWithoutUseIsSaid() {
    for (String option : new String[] {"--allow=approximate", "--no-deterministic", "--seed=3"}) {
      Ein loud = Ein.run("run", program, "X=[1]", option).require();
      String name = option.startsWith("--no") ? option : option.substring(0, option.indexOf('='));
      assertTrue(loud.err().startsWith("note: " + name), loud.err());
      assertEquals("", Ein.run("run", program, "X=[1]", option, "-q").require().err());
    }
    assertEquals("", Ein.run("run", program, "X=[1]", "--deterministic").require().err());
  }

  @Test
  void verboseSaysTimesOnStandardError() throws IOException {
    Path file = Files.writeString(folder.resolve("a.csv"), "1,2\n");
    for (Ein ein :
        new Ein[] {
          Ein.run("run", program, "X=[1]", "-v"),
          Ein.run("einsum", "ij->j", file, "-v"),
          Ein.run("check", program, "-v"),
          Ein.run("explain", program, "--shape", "X=2", "--json", "-v"),
          Ein.run("ir", program, "--stage", "loops", "-v"),
          Ein.run("compile", program, "--emit=jar", "-o", folder.resolve("t.jar"), "-v")
        }) {
      assertTrue(ein.require().err().contains(" ms  "), ein.err());
      assertFalse(ein.out().contains(" ms  "), ein.out());
    }
  }

  @Test
  void shapesOfUnknownInputsAreRefused() {
    String message = "found: `Q`";
    requireRefused(1, message, Ein.run("explain", program, "--shape", "X=2", "--shape", "Q=5"));
    Path output = folder.resolve("twice.jar");
    requireRefused(
        1, message, Ein.run("compile", program, "--emit=jar", "--shape=Q=5", "-o", output));
    assertFalse(Files.exists(output));
    requireRefused(1, message, Ein.run("explain", "ij->ji", "--shape", "A=2x2", "--shape", "Q=5"));
  }

  @Test
  void wrongWordsAreWrongUsage() {
    Path output = folder.resolve("twice.x");
    requireRefused(2, "there are class", Ein.run("compile", program, "--emit=foo", "-o", output));
    requireRefused(1, "E0721", Ein.run("compile", program, "--emit=ptx", "-o", output));
    requireRefused(
        2,
        "no backend is called `gpu`",
        Ein.run("compile", program, "--emit=jar", "--backend=gpu", "-o", output));
    requireRefused(
        1, "E0722", Ein.run("compile", program, "--emit=jar", "--backend=llvm", "-o", output));
  }

  @Test
  void plannedCommandsAreRefusedByName() {
    for (String command : new String[] {"debug", "repl"}) {
      requireRefused(1, "E0911", Ein.run(command, program));
    }
  }

  @Test
  void aScalarHasAnEinsum() throws IOException {
    Path scalar = folder.resolve("s.npy");
    Path constant = Files.writeString(folder.resolve("s.ein"), "S = 2.5\n");
    Ein.run("run", constant, "-o", "S=" + scalar).require();
    assertEquals("2.5\n", Ein.run("einsum", "->", scalar).require().out());
    assertEquals("6.25\n", Ein.run("einsum", ",->", scalar, scalar).require().out());
  }

  @Test
  void anEinsumShowsTheExtentsOfFiles() throws IOException {
    Path file = Files.writeString(folder.resolve("a.csv"), "1,2,3\n4,5,6\n");
    Ein ein = Ein.run("einsum", "ijk->k", file);
    requireRefused(1, "E0303", ein);
    assertFalse(ein.err().contains("?"), ein.err());
  }

  @Test
  void outputsThatCannotBeWrittenAreRefusedBeforeAnythingIsDone() {
    Path missing = folder.resolve("no/such");
    String message = "found: none";
    requireRefused(
        1, message, Ein.run("run", program, "X=[1]", "--stats", missing.resolve("s.json")));
    requireRefused(
        1, message, Ein.run("run", program, "X=[1]", "-o", "Y=" + missing.resolve("y.npy")));
    requireRefused(
        1, message, Ein.run("compile", program, "--emit=jar", "-o", missing.resolve("t.jar")));
    requireRefused(
        1, "E0510", Ein.run("run", program, "X=[1]", "-o", "Y=" + folder.resolve("y.dat")));
  }

  @Test
  void aReplacedFileKeepsItsPermissionsAndAProtectedOneItsContent() throws IOException {
    Path output = folder.resolve("y.npy");
    Ein.run("run", program, "X=[1]", "-o", "Y=" + output).require();
    Files.setPosixFilePermissions(output, PosixFilePermissions.fromString("rw-rw----"));
    Ein.run("run", program, "X=[2, 3]", "-o", "Y=" + output).require();
    assertEquals("rw-rw----", PosixFilePermissions.toString(Files.getPosixFilePermissions(output)));
    byte[] content = Files.readAllBytes(output);
    Files.setPosixFilePermissions(output, PosixFilePermissions.fromString("r--r--r--"));
    requireRefused(
        1, "a write-protected file", Ein.run("run", program, "X=[9]", "-o", "Y=" + output));
    assertEquals(content.length, Files.size(output));
    assertEquals("[4. 6.]\n", Ein.run("einsum", "i->i", output).require().out());
  }

  @Test
  void moreMemoryThanThereIsIsALimit() throws IOException {
    Path huge = Files.writeString(folder.resolve("huge.ein"), "Y[i: 1099511627776] = i\n");
    Ein ein = Ein.run("run", huge);
    requireRefused(3, "E0541", ein);
    assertFalse(ein.err().contains("Java"), ein.err());
  }

  @Test
  void doctorNamesEachBackendOnce() {
    Ein.run("doctor")
        .require()
        .out()
        .lines()
        .filter(line -> line.startsWith("backend "))
        .forEach(
            line -> {
              String[] words = line.split("\\s+");
              assertFalse(words[2].startsWith(words[1]), line);
            });
  }
}
