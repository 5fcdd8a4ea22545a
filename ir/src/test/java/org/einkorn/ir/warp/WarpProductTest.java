package org.einkorn.ir.warp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import org.einkorn.ir.expr.IndexEvaluator;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.loop.MmaShape;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.text.ExprPrinter;
import org.einkorn.ir.text.LoopParser;
import org.junit.jupiter.api.Test;

/// What is proved to be a product of matrices is one, element by element.
///
/// `-Deinkorn.seed=S` chooses other nests.
class WarpProductTest {
  private static final long SEED = Long.getLong("einkorn.seed", 20261130_000000L);
  private static final int NESTS = 1500;

  private static final String HEAD =
      """
      module test
      symbols n
      input A: f16[64, 64]
      input B: f16[64, 64]
      input D: f64[64, 64]
      input E: f64[64, 64]
      buffer C: f32[64, 64] global
      buffer S: f64[64, 64] global

      """;

  private static WarpProduct.Found found(String body) {
    Stmt nest =
        LoopParser.parse(new SourceFile("test.ir", HEAD + "function f {\n" + body + "\n}\n"))
            .require()
            .functions()
            .getFirst()
            .body();
    List<Stmt> around = new ArrayList<>();
    Stmt at = nest;
    while (!(at instanceof Stmt.For loop && loop.variable().equals("k"))) {
      around.add(at);
      at = at.children().getFirst();
    }
    return WarpProduct.of(around, (Stmt.For) at);
  }

  private static String nest(String first, String second, String store) {
    return """
    for u < 2 {
      for thread.x lane < 32 {
        for k < 16 {
          for %s < 2 {
            for %s < 2 {
              %s
            }
          }
        }
      }
    }
    """
        .formatted(first, second, store);
  }

  private static WarpProduct matched(String body) {
    WarpProduct.Found found = found(body);
    assertTrue(found instanceof WarpProduct.Matched, () -> found + "\n" + body);
    return ((WarpProduct.Matched) found).product();
  }

  private static String text(Scalar.Read read) {
    return ExprPrinter.print(read);
  }

  @Test
  void rolesAreFound() {
    WarpProduct product =
        matched(
            nest(
                "s",
                "r",
                "C[8 * r + lane floordiv 4, 2 * (lane mod 4) + s] = f32(B[k, 2 * (lane mod 4) + s])"
                    + " * f32(A[8 * r + lane floordiv 4, k])"
                    + " + C[8 * r + lane floordiv 4, 2 * (lane mod 4) + s]"));
    assertEquals(MmaShape.M16N8K16, product.shape());
    assertEquals(Optional.of("r"), product.row());
    assertEquals("s", product.column());
    assertEquals("A[8 * r + lane floordiv 4, k]", text(product.left()));
    assertEquals("B[k, s + 2 * (lane mod 4)]", text(product.right()));
  }

  @Test
  void oneRowInALane() {
    WarpProduct product =
        matched(
            """
            for thread.x lane < 32 {
              for k < 4 {
                for s < 2 {
                  S[lane floordiv 4, 2 * (lane mod 4) + s] =
                    S[lane floordiv 4, 2 * (lane mod 4) + s] + E[2 * (lane mod 4) + s, k] * D[lane floordiv 4, k]
                }
              }
            }
            """);
    assertEquals(MmaShape.M8N8K4, product.shape());
    assertEquals(Optional.empty(), product.row());
    assertEquals("D", product.left().tensor());
  }

  /// Conditions that are the same in the warp, loops of one round, blocks, a factor that lies
  /// transposed, and lanes that are counted from elsewhere.
  @Test
  void formsThatAreProducts() {
    String i = "16 * u + 8 * r + lane floordiv 4";
    String j = "2 * (lane mod 4) + s";
    String store =
        "C[%s, %s] = C[%s, %s] + f32(A[k, %s]) * f32(B[k, %s])".formatted(i, j, i, j, i, j);
    String plain = nest("r", "s", store);
    matched(plain);
    matched(plain.replace("for k", "if 0 <= u < 1 { for k").replace("}\n}\n", "} }\n}\n"));
    matched(nest("one < 1 { for r", "s", store + " }"));
    matched(plain.replace("for s", "for unrolled s"));
    matched(
        """
        for thread.y u < 2 {
          for thread.x lane < 32 {
            block row(spatial g < 8 = lane floordiv 4, spatial t < 4 = lane mod 4, spatial v < 2 = u) {
              where 0 <= v < 2
              for k < 16 {
                for r < 2 {
                  for s < 2 {
                    block sum(spatial x < 32 = 16 * v + 8 * r + g, spatial y < 8 = s + 2 * t, reduce z < 16 = k) {
                      C[x, y] = C[x, y] + f32(A[x, z]) * f32(B[z, y])
                    }
                  }
                }
              }
            }
          }
        }
        """);
  }

  /// Positions of all kinds: where there is a proof, all lanes that share a row read one element of
  /// the left factor, and so for columns; and there is one for those that are written plainly.
  @Test
  void proofsAreRight() {
    SplittableRandom random = new SplittableRandom(SEED);
    int proved = 0;
    int right = 0;
    for (int number = 0; number < NESTS; number++) {
      String i = position(random);
      String j = position(random);
      String store =
          "C[%s, %s] = C[%s, %s] + f32(A[%s, k]) * f32(B[k, %s])".formatted(i, j, i, j, i, j);
      String body = nest("r", "s", store);
      boolean isRight =
          isProduct(read(i), read(j), "r", "s")
              || isProduct(read(j), read(i), "r", "s")
              || isProduct(read(i), read(j), "s", "r")
              || isProduct(read(j), read(i), "s", "r");
      right += isRight ? 1 : 0;
      if (found(body) instanceof WarpProduct.Matched(WarpProduct product)) {
        proved++;
        assertTrue(
            isProduct(
                product.left().indices(),
                product.right().indices(),
                product.row().orElseThrow(),
                product.column()),
            () -> body + product);
      }
    }
    assertTrue(proved > NESTS / 100, proved + " of " + NESTS + " are proved");
    assertTrue(proved >= right * 9 / 10, proved + " are proved, and " + right + " right");
  }

  /// `r` and `s` times a number, and parts of the lane.
  private static String position(SplittableRandom random) {
    String[] parts = {
      "lane floordiv 4",
      "lane mod 4",
      "lane floordiv 8",
      "lane mod 8",
      "lane floordiv 2 mod 2",
      "(lane + 32 * u) floordiv 4 mod 8",
      "(2 * lane + u) mod 8 floordiv 2",
      "u",
      "lane"
    };
    String part = parts[random.nextInt(parts.length)];
    String counter = random.nextInt(2) == 0 ? "r" : "s";
    return switch (random.nextInt(3)) {
      case 0 -> "8 * " + counter + " + " + part;
      case 1 -> "2 * (" + part + ") + " + counter;
      default -> "(" + counter + " * 8 + " + part + ") mod 32";
    };
  }

  private static List<IndexExpr> read(String position) {
    Stmt body =
        LoopParser.parse(
                new SourceFile(
                    "position.ir",
                    HEAD
                        + "function f { "
                        + nest("r", "s", "C[" + position + ", 0] = 1.0:f32")
                        + " }"))
            .require()
            .functions()
            .getFirst()
            .body();
    while (!(body instanceof Stmt.Store store)) {
      body = body.children().getFirst();
    }
    return List.of(store.indices().getFirst());
  }

  /// By the layout of the instruction, for all lanes: PTX ISA, "Matrix Fragments for mma.m16n8k16".
  private static boolean isProduct(
      List<IndexExpr> left, List<IndexExpr> right, String row, String column) {
    for (long round = 0; round < 3; round++) {
      for (long outer = 0; outer < 2; outer++) {
        Map<Long, List<Long>> rows = new HashMap<>();
        Map<Long, List<Long>> columns = new HashMap<>();
        for (long lane = 0; lane < 32; lane++) {
          for (long element = 0; element < 4; element++) {
            long r = element >> 1;
            long s = element & 1;
            Map<String, Long> values =
                Map.of("lane", lane, row, r, column, s, "k", round, "u", outer);
            long group = lane >> 2;
            long member = lane % 4;
            List<Long> ofLeft = evaluated(left, values);
            List<Long> ofRight = evaluated(right, values);
            if (!ofLeft.equals(rows.computeIfAbsent(group + 8 * r, _ -> ofLeft))
                || !ofRight.equals(columns.computeIfAbsent(member * 2 + s, _ -> ofRight))) {
              return false;
            }
          }
        }
      }
    }
    return true;
  }

  private static List<Long> evaluated(List<IndexExpr> positions, Map<String, Long> values) {
    return positions.stream()
        .map(
            position ->
                IndexEvaluator.evaluate(
                    position,
                    name -> Objects.requireNonNull(values.get(name)),
                    fetch -> {
                      throw new AssertionError(fetch);
                    }))
        .toList();
  }
}
