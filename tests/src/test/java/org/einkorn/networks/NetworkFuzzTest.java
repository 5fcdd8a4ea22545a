package org.einkorn.networks;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.einkorn.CompileException;
import org.einkorn.TensorNetwork;
import org.einkorn.ir.source.Diagnostic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// Whatever the text, reading a network ends with a network or with coded errors that have places.
///
/// `-Deinkorn.texts=N` reads N.
@Execution(ExecutionMode.CONCURRENT)
final class NetworkFuzzTest {
  private static final long SEED = Long.getLong("einkorn.seed", 8_259);
  private static final int TEXTS = Integer.getInteger("einkorn.texts", 100_000);

  private static final List<String> PIECES =
      List.of(
          "{",
          "}",
          "[",
          "]",
          ",",
          ":",
          "\"",
          "\\",
          "\\u",
          "\\ud83d",
          "null",
          "true",
          "NaN",
          "-",
          "0",
          "1e9",
          "1E+",
          "2.5",
          "9223372036854775808",
          "-1",
          "\"inputs\"",
          "\"output\"",
          "\"size_dict\"",
          "\"a\"",
          "\"b\"",
          "\"\"",
          "\u0000",
          "\uFEFF",
          "\uD800",
          "🜚",
          "//",
          "/*",
          "\n",
          "\t",
          " ",
          "'a'",
          "[[",
          "]]",
          "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
          "{\"a\":",
          "1");

  private final Random random = new Random(SEED);
  private int networks;
  private int refused;

  @Test
  void endsInANetworkOrInCodedErrors() {
    for (int number = 0; number < TEXTS; number++) {
      String text = text(number);
      try {
        TensorNetwork network = TensorNetwork.parse("fuzz.json", text);
        networks += network.network().operands().isEmpty() ? 0 : 1;
      } catch (CompileException wrong) {
        refused++;
        assertFalse(wrong.diagnostics().isEmpty(), () -> about(text));
        for (Diagnostic error : wrong.diagnostics()) {
          assertTrue(error.code().startsWith("E04"), () -> about(text));
        }
      } catch (RuntimeException | StackOverflowError | OutOfMemoryError fault) {
        throw new AssertionError(about(text), fault);
      }
    }
    assertTrue(
        networks > TEXTS / 50 && refused > TEXTS / 4, networks + " read, " + refused + " not");
  }

  private static String about(String text) {
    return "seed " + SEED + ": " + text;
  }

  private String text(int number) {
    return switch (number % 4) {
      case 0 -> rubble();
      case 1 -> mutated(network(), 1);
      case 2 -> mutated(network(), 1 + random.nextInt(12));
      default -> network();
    };
  }

  private String rubble() {
    StringBuilder text = new StringBuilder();
    int pieces = random.nextInt(60);
    for (int piece = 0; piece < pieces; piece++) {
      text.append(
          random.nextInt(8) == 0
              ? Character.toString((char) random.nextInt(0x10000))
              : PIECES.get(random.nextInt(PIECES.size())));
    }
    return text.toString();
  }

  private String network() {
    int indices = 1 + random.nextInt(6);
    StringBuilder inputs = new StringBuilder();
    int operands = random.nextInt(6);
    for (int operand = 0; operand < operands; operand++) {
      inputs.append(operand == 0 ? "" : ", ").append(names(indices, random.nextInt(5)));
    }
    StringBuilder sizes = new StringBuilder();
    for (int index = 0; index < indices; index++) {
      sizes.append(index == 0 ? "" : ", ").append('"').append(name(index)).append("\": ");
      sizes.append(random.nextInt(20) == 0 ? random.nextLong() : random.nextInt(30));
    }
    List<String> members =
        new ArrayList<>(
            List.of(
                "\"inputs\": [" + inputs + "]",
                "\"output\": " + names(indices, random.nextInt(3)),
                "\"size_dict\": {" + sizes + "}"));
    Collections.shuffle(members, random);
    return "{" + String.join(random.nextBoolean() ? ", " : ",\n  ", members) + "}";
  }

  private String names(int indices, int count) {
    StringBuilder names = new StringBuilder("[");
    for (int at = 0; at < count; at++) {
      String name = name(random.nextInt(indices));
      boolean isNumber = name.matches("\\d") && random.nextBoolean();
      names.append(at == 0 ? "" : ",").append(isNumber ? name : "\"" + name + "\"");
    }
    return names.append(']').toString();
  }

  private static String name(int index) {
    return List.of("a", "bond 17", "β", "3", "", "🜚🜛").get(index);
  }

  private String mutated(String text, int changes) {
    StringBuilder changed = new StringBuilder(text);
    for (int change = 0; change < changes && changed.length() > 1; change++) {
      int at = random.nextInt(changed.length());
      int end = Math.min(changed.length(), at + 1 + random.nextInt(4));
      switch (random.nextInt(4)) {
        case 0 -> changed.delete(at, end);
        case 1 -> changed.insert(at, PIECES.get(random.nextInt(PIECES.size())));
        case 2 -> changed.replace(at, end, PIECES.get(random.nextInt(PIECES.size())));
        default -> changed.insert(at, changed.substring(at, end).repeat(1 + random.nextInt(40)));
      }
    }
    return changed.toString();
  }
}
