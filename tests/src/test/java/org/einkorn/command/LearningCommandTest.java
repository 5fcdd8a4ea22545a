package org.einkorn.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `ein run` of a program that learns: progress, checkpoints, what is written.
final class LearningCommandTest {
  @TempDir Path folder;

  private Path program;

  @BeforeEach
  void writeProgram() throws IOException {
    program =
        Files.writeString(
            folder.resolve("near.ein"),
            """
            param W[i: 2] = random(seed: 1)
            input T[i: 2]
            Loss = (W[i] - T[i])^2
            learn W minimizing Loss with momentum(rate: 0.05) for 40 steps
            W?
            """);
  }

  @Test
  void showsHowItGoes() {
    Ein ein = Ein.run("run", program, "T=[1,2]").require();
    assertEquals(11, ein.err().lines().count(), ein.err());
    assertTrue(ein.err().startsWith("step 1/40  loss "), ein.err());
    assertTrue(ein.err().contains("step 40/40  loss "), ein.err());
    assertEquals("", Ein.run("run", program, "T=[1,2]", "-q").require().err());
  }

  @Test
  void goesOnFromACheckpoint() {
    Path file = folder.resolve("w.safetensors");
    String whole = Ein.run("run", program, "T=[1,2]", "-q").require().out();
    Ein.run("run", program, "T=[1,2]", "-q", "--checkpoint", file, "--checkpoint-every", 7)
        .require();
    Ein rest = Ein.run("run", program, "T=[1,2]", "-q", "--resume", file).require();
    assertEquals(whole, rest.out());
    Ein other = Ein.run("run", program, "T=[1,2]", "--resume", file, "--seed", 4);
    assertEquals(1, other.code());
    assertTrue(other.err().contains("E0561"), other.err());
  }

  @Test
  void writesWhatIsLearned() throws IOException {
    Path npy = folder.resolve("w.npy");
    Path all = folder.resolve("all.safetensors");
    Files.writeString(program, Files.readString(program) + "\"all.safetensors:W\" = W\n");
    String printed = Ein.run("run", program, "T=[1,2]", "-q", "-o", "W=" + npy).require().out();
    Path again = Files.writeString(folder.resolve("again.ein"), "input W[i: 2]\nY[i] = W[i]\nY?\n");
    for (String from : new String[] {"W=" + npy, "W=" + all + ":W"}) {
      assertEquals(printed, Ein.run("run", again, from, "-q").require().out());
    }
  }

  @Test
  void takesNoOptionInVain() throws IOException {
    Path plain = Files.writeString(folder.resolve("plain.ein"), "Y[i] = 2 X[i]\n");
    Ein checkpoint =
        Ein.run("run", plain, "X=[1]", "--checkpoint", folder.resolve("a.safetensors"));
    assertEquals(2, checkpoint.code(), checkpoint.err());
    assertEquals(2, Ein.run("run", program, "T=[1,2]", "--checkpoint", "w.npy").code());
    assertEquals(2, Ein.run("run", program, "T=[1,2]", "--checkpoint-every", "5").code());
    Ein ahead = Ein.run("compile", program, "--emit", "class", "-o", folder.resolve("N.class"));
    assertEquals(1, ahead.code());
    assertTrue(ahead.err().contains("E0904"), ahead.err());
    assertTrue(
        Ein.run("explain", program, "--shape", "T=2").require().out().contains("==== learn"));
  }
}
