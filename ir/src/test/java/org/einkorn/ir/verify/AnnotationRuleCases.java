package org.einkorn.ir.verify;

/// What is wrong about what loops ask for.
final class AnnotationRuleCases {
  private AnnotationRuleCases() {}

  static void check() {
    String rule = "annotations-fit";
    String right = "for i < n prefetch X by 8 { Y[i] = X[i] }";
    LoopVerifierTest.assertRule(
        rule,
        "loop `i` has `prefetch Y` and reads nothing of `Y`",
        "for i < n prefetch Y by 8 { Y[i] = X[i] }",
        right);
    LoopVerifierTest.assertRule(
        rule,
        "loop `i` has `prefetch X` and is parallel, and has no later rounds to read ahead for",
        "for parallel i < n prefetch X by 8 { Y[i] = X[i] }",
        right);
    LoopVerifierTest.assertRule(
        rule,
        "loop `i` has `prefetch r` and there is no such global memory",
        "alloc r: f32[4] local { for i < 4 { r[i] = 1.0:f32 }"
            + " for i < 4 prefetch r by 8 { V[i] = r[i] } }",
        "alloc r: f32[4] local { for i < 4 { r[i] = 1.0:f32 } for i < 4 { V[i] = r[i] } }");
    LoopVerifierTest.assertRule(
        rule,
        "loop `i` has `prefetch X` and reads `X` at a position that comes from data",
        "for i < n prefetch X by 8 { Y[i] = X[fetch<X, 0, n>(i64(X[i]))] }",
        right);
  }
}
