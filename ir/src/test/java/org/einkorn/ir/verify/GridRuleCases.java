package org.einkorn.ir.verify;

/// Loops over blocks and threads, and the memory that threads share: part of [LoopVerifierTest].
final class GridRuleCases {
  private GridRuleCases() {}

  static void check() {
    String store = "{ Y[i] = 1.0:f32 }";
    LoopVerifierTest.assertRule(
        "blocks-outermost",
        "loop `i` is over blocks, and something else stands around it",
        "for a < 4 { for block.x i < n " + store + " }",
        "for block.y a < 1 { for block.x i < n " + store + " }");
    LoopVerifierTest.assertRule(
        "blocks-outermost",
        "loop `i` is over blocks, and something else stands around it",
        "for block.x i < n " + store + " for j < 4 { }",
        "for block.x i < n { seq " + store + " for j < 4 { } }");
    LoopVerifierTest.assertRule(
        "grid-loops-nest",
        "loop `j` stands in `i`, which is bound to `thread.x` too",
        "for thread.x i < 4 { for thread.x j < 4 { W[i, j] = 1.0:f32 } }",
        "for thread.x i < 4 { for thread.y j < 4 { W[i, j] = 1.0:f32 } }");
    LoopVerifierTest.assertRule(
        "grid-loops-nest",
        "loop `j` is parallel, and other loops are bound to a grid",
        "for thread.x i < 4 { for parallel j < 4 { W[i, j] = 1.0:f32 } }",
        "for thread.x i < 4 { for vectorized j < 4 { W[i, j] = 1.0:f32 } }");
    LoopVerifierTest.assertRule(
        "grid-loops-nest",
        "loop `j` stands in `i`, which is vectorized",
        "for vectorized i < 4 { for thread.x j < 4 { W[i, j] = 1.0:f32 } }",
        "for unrolled i < 4 { for thread.x j < 4 { W[i, j] = 1.0:f32 } }");
    LoopVerifierTest.assertRule(
        "grid-extents",
        "the extent of loop `i` over `thread.x` is no number",
        "for thread.x i < n " + store,
        "for block.x i < n " + store);
    LoopVerifierTest.assertRule(
        "grid-extents",
        "the extent of loop `i` over `thread.z` is 65, more than 64",
        "for thread.z i < 65 { W[i floordiv 8, i mod 8] = 1.0:f32 }",
        "for thread.z i < 64 { V[i] = 1.0:f32 }");
    LoopVerifierTest.assertRule(
        "grid-extents",
        "the extent of loop `i` over `block.x` is not over sizes alone",
        "for block.y j < 64 { for block.x i < j + 1 { W[i, j] = 1.0:f32 } }",
        "for block.y j < 64 { for block.x i < 64 { W[i, j] = 1.0:f32 } }");
    LoopVerifierTest.assertRule(
        "grid-extents",
        "a block has 2048 threads, more than 1024",
        "for thread.y j < 32 { V[j] = 1.0:f32 } for thread.x i < 64 { V[i] = 1.0:f32 }",
        "for thread.y j < 32 { V[j] = 1.0:f32 } for thread.x i < 32 { V[i] = 1.0:f32 }");
    String inner = "for thread.x j < 4 { W[i, j] = 1.0:f32 }";
    LoopVerifierTest.assertRule(
        "threads-meet",
        "loop `j` is over threads, and the rounds of `k` differ between threads",
        "for thread.y i < 4 { for k < i { " + inner + " } }",
        "for i < 4 { for k < i { " + inner + " } }");
    LoopVerifierTest.assertRule(
        "threads-meet",
        "loop `j` is over threads, and a condition around it differs between threads",
        "for thread.y i < 4 { if 0 <= i - 1 < n { " + inner + " } }",
        "for thread.y i < 4 { if 0 <= n - 1 < n { " + inner + " } }");
    LoopVerifierTest.assertRule(
        "threads-meet",
        "loop `j` is over threads, and the guards of `b` differ between threads",
        "for thread.y y < 4 { block b(spatial i < 4 = y) { where 0 <= i < 2 writes W[i : 1, 0 : 4] "
            + inner
            + " } }",
        "for thread.y y < 4 { block b(spatial i < 4 = y) { where 0 <= 1 < n writes W[i : 1, 0 : 4] "
            + inner
            + " } }");
    LoopVerifierTest.assertRule(
        "threads-meet",
        "loop `j` is over threads, and a condition on data around it may differ between threads",
        "for thread.y i < 4 { when X[0] < 1.0:f32 { " + inner + " } }",
        "when X[0] < 1.0:f32 { for thread.y i < 4 { " + inner + " } }");
    LoopVerifierTest.assertRule(
        "shared-memory",
        "`s` is shared, and is allocated by each thread",
        "for thread.x i < 4 { alloc s: f32[4] shared { s[i] = 1.0:f32 } }",
        "alloc s: f32[4] shared { for thread.x i < 4 { s[i] = 1.0:f32 } }");
    LoopVerifierTest.assertRule(
        "shared-memory",
        "`s` is shared, and has an extent that is no number",
        "alloc s: f32[n] shared { for thread.x i < 4 { s[i] = 1.0:f32 } }",
        "alloc s: f32[4] shared { for thread.x i < 4 { s[i] = 1.0:f32 } }");
    LoopVerifierTest.assertRule(
        "shared-memory",
        "`s` is shared, and with it shared memory takes 240000 bytes, more than 232448",
        "alloc r: f32[30000] shared { alloc s: f32[30000] shared { s[0] = 1.0:f32 } }",
        "seq { alloc r: f32[30000] shared { } alloc s: f32[30000] shared { s[0] = 1.0:f32 } }");
  }
}
