package org.einkorn.ir.verify;

import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.text.LoopParser;

/// Loops that are asked to be an instruction of a warp: part of [LoopVerifierTest].
final class WarpRuleCases {
  private static final String HEAD =
      """
      module test
      input A: f16[64, 64]
      input B: f16[64, 64]
      input P: f32[64, 64]
      input N: i64[64]
      buffer C: f32[64, 64] global

      function f {
        for i < 64 { for j < 64 { C[i, j] = 0.0:f32 } }
      """;

  private static final String SUM =
      "C[8 * r + lane floordiv 4, 2 * (lane mod 4) + s] ="
          + " C[8 * r + lane floordiv 4, 2 * (lane mod 4) + s]"
          + " + f32(A[8 * r + lane floordiv 4, k]) * f32(B[k, 2 * (lane mod 4) + s])";
  private static final String RIGHT = "for thread.x lane < 32 { " + rounds(SUM) + " }";

  private WarpRuleCases() {}

  private static String rounds(String store) {
    return "for k < 16 mma m16n8k16 { for r < 2 { for s < 2 { " + store + " } } }";
  }

  /// A nest that is nearly right.
  private static void refuses(String message, String wrong) {
    LoopVerifierTest.assertRule(
        "warp-products",
        "loop `k` has `mma` and " + message,
        LoopParser.parse(new SourceFile("wrong.ir", HEAD + wrong + "\n}\n")).require(),
        LoopParser.parse(new SourceFile("right.ir", HEAD + RIGHT + "\n}\n")).require());
  }

  private static void refuses(String message, String part, String other) {
    refuses(message, RIGHT.replace(part, other));
  }

  static void check() {
    lanes();
    rounds();
    sums();
    elements();
  }

  private static void lanes() {
    refuses("stands in no loop over the lanes of a warp", "thread.x", "thread.y");
    refuses(
        "stands in `lane`, which has 16 rounds on `thread.x`, and a warp has 32 lanes",
        "lane < 32",
        "lane < 16");
    refuses(
        "stands under a condition that differs between lanes: `0 <= lane < 31`",
        "for thread.x lane < 32 { if 0 <= lane < 31 { " + rounds(SUM) + " } }");
    refuses(
        "stands under a condition on data, which may differ between lanes",
        "for thread.x lane < 32 { when P[lane, 0] < 1.0:f32 { " + rounds(SUM) + " } }");
    refuses(
        "stands in `q`, whose rounds differ between lanes: `lane mod 2`",
        "for thread.x lane < 32 { for q < lane mod 2 { " + rounds(SUM) + " } }");
    refuses(
        "stands in `q`, whose rounds differ between lanes: `fetch<P, 0, 64>(N[0])`",
        "for thread.x lane < 32 { for q < fetch<P, 0, 64>(N[0]) { " + rounds(SUM) + " } }");
  }

  private static void rounds() {
    refuses("has 8 rounds, and `m16n8k16` adds up 16", "k < 16", "k < 8");
    refuses("is the product `m16n8k16`, and not `m16n8k32`", "mma m16n8k16", "mma m16n8k32");
    refuses("is unrolled, and one instruction does all its rounds", "for k", "for unrolled k");
    refuses(
        "is asked for something else, and one instruction does all its rounds",
        "mma m16n8k16",
        "mma m16n8k16 prefetch A by 1");
    refuses(
        "leaves out rounds: it asks whether `0 <= k < 15`", SUM, "if 0 <= k < 15 { " + SUM + " }");
    refuses("has more in it than loops around one store", SUM, SUM + " " + SUM);
    refuses(
        "has `r < 2`, `s < 1` in it, and a lane holds 2 rows of 2 elements of a `m16n8k16`",
        "s < 2",
        "s < 1");
    refuses("has the loop `s` in it, which is vectorized", "for s < 2", "for vectorized s < 2");
  }

  private static void sums() {
    refuses(
        "adds up f32 + f32 · f32, which no shape of `mma` is for",
        "f32(A[8 * r + lane floordiv 4, k]) * f32(B[k, 2 * (lane mod 4) + s])",
        "P[8 * r + lane floordiv 4, k] * P[k, 2 * (lane mod 4) + s]");
    refuses(
        "adds `f32(A[8 * r + lane floordiv 4, k])` to sums of f32",
        "f32(A[8 * r + lane floordiv 4, k]) * f32(B[k, 2 * (lane mod 4) + s])",
        "f32(A[8 * r + lane floordiv 4, k])");
    refuses(
        "reads `a`, which is memory of one thread",
        "for thread.x lane < 32 { alloc a: f16[2, 16] local { for i < 16 { for j < 2 {"
            + " a[j, i] = A[j, i] } } "
            + rounds(SUM.replace("A[8 * r + lane floordiv 4, k]", "a[r, k]"))
            + " } }");
    refuses(
        "touches `A` at a position that comes from data",
        "A[8 * r + lane floordiv 4, k]",
        "A[fetch<A, 0, 64>(N[k]), k]");
  }

  private static void elements() {
    refuses(
        "reads `A[8 * r + lane mod 8, k]`, which is not known to be the same for each `lane mod 4`"
            + " and `s`",
        "A[8 * r + lane floordiv 4, k]",
        "A[8 * r + lane mod 8, k]");
    refuses(
        "reads `B[k, lane floordiv 4]`, which is not known to be the same for each"
            + " `lane floordiv 4` and `r`",
        "B[k, 2 * (lane mod 4) + s]",
        "B[k, lane floordiv 4]");
    refuses(
        "stores another element in each round: `C[lane + 32 * r, k + 16 * s]`",
        "for thread.x lane < 32 { "
            + rounds(
                SUM.replace(
                    "C[8 * r + lane floordiv 4, 2 * (lane mod 4) + s]",
                    "C[32 * r + lane, k + 16 * s]"))
            + " }");
    refuses(
        "adds to one element for several rounds of `r` and `s`: `C[lane, r]`",
        "for thread.x lane < 32 { "
            + rounds(SUM.replace("C[8 * r + lane floordiv 4, 2 * (lane mod 4) + s]", "C[lane, r]"))
            + " }");
  }
}
