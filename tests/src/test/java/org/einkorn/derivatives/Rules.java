package org.einkorn.derivatives;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.einkorn.runtime.Tensor;

/// Equations for `F`, of every operation and every way to read and write, over `W[i: 4, j: 3]`, `X`
/// of the same shape, `B` of four numbers above 0.2, and the positions `At` of five.
final class Rules {
  private Rules() {}

  /// Values of `F[i, j]`.
  static List<String> scalars() {
    return List.of(
        "-W[i, j]",
        "abs(W[i, j])",
        "sign(W[i, j]) * W[i, j]",
        "floor(W[i, j]) * W[i, j]",
        "ceil(W[i, j]) * W[i, j]",
        "round(W[i, j]) * W[i, j]",
        "sqrt(2 + W[i, j])",
        "rsqrt(2 + W[i, j])",
        "exp(W[i, j])",
        "log(2 + W[i, j])",
        "sin(W[i, j])",
        "cos(W[i, j])",
        "tan(0.5 * W[i, j])",
        "tanh(W[i, j])",
        "erf(W[i, j])",
        "sig(W[i, j])",
        "relu(W[i, j])",
        "gelu(W[i, j])",
        "silu(W[i, j])",
        "step(W[i, j]) * W[i, j]",
        "clamp(W[i, j], -1, 1)",
        "W[i, j] + X[i, j]",
        "X[i, j] - W[i, j]",
        "W[i, j] * X[i, j] * W[i, j]",
        "X[i, j] / (2 + W[i, j])",
        "W[i, j] / (2 + W[i, j])",
        "W[i, j] % 0.7",
        "X[i, j] % (2 + W[i, j])",
        "W[i, j]^0 + W[i, j]^1 + W[i, j]^2 + W[i, j]^5",
        "pow(2 + W[i, j], 2.5)",
        "pow(2 + W[i, j], -1)",
        "pow(2 + W[i, j], 2 + X[i, j])",
        "pow(2 + X[i, j], W[i, j])",
        "pow(2 + W[i, j], W[i, j])",
        "min(W[i, j], X[i, j])",
        "max(W[i, j], X[i, j], W[i, j]^2)",
        "logaddexp(W[i, j], X[i, j])",
        "logaddexp(W[i, j], W[i, j]^2)",
        "where(W[i, j] < X[i, j], W[i, j]^2, sin(W[i, j]))",
        "where(i > 1, W[i, j]^2, X[i, j])",
        "where(W[i, j] > 0, sqrt(W[i, j]), W[i, j])",
        "f64(i32(W[i, j] > 0)) * W[i, j]",
        "f64(i64(W[i, j] * 3)) + W[i, j]",
        "pos(i + j) * W[i, j]^2",
        "where(not (xor(W[i, j] > 0, X[i, j] > 0) or i == j), W[i, j]^2, W[i, j])",
        "where(W[i, j] >= X[i, j] and W[i, j] != 0, W[i, j]^2, W[i, j])",
        "f64(f32(W[i, j] > 0)) * W[i, j] + f64(W[i, j])",
        "soft(W[i, j])",
        "soft(soft(W[i, j]) * X[i, j])^2",
        "both(W[i, j], X[i, j])",
        "both(exp(W[i, j]), W[i, j], 3) + both(X[i, j], X[i, j])",
        "where(W[i, j] > 0, soft(W[i, j]), W[i, j])");
  }

  /// Projections, along all indices or some.
  static List<String> projections() {
    return List.of(
        "F[i] = sum[j](sin(W[i, j]))",
        "F[i] = prod[j](W[i, j])",
        "F[j] = prod[i](W[i, j] * X[i, j])",
        "F = prod[i, j](W[i, j])",
        "F[i] = max[j](W[i, j] * X[i, j])",
        "F = min[i, j](W[i, j])",
        "F[i] = avg[j](W[i, j]^2)",
        "F[i] = lse[j](W[i, j] * X[i, j])",
        "F = lse[i, j](W[i, j])",
        "F[i] = lse[j: 3](where(j < 2, W[i, j], -inf))",
        "F[i, j] = cumsum[i](W[i, j]^2)",
        "F[i, j] = cumsum[j](W[i, j])",
        "F[i, j] = cumprod[i](W[i, j])",
        "F[i, j] = cummax[i](W[i, j])",
        "F[i, j] = cummin[j](W[i, j] * X[i, j])",
        "F[i, j.] = softmax(W[i, j])",
        "F[i., j] = logsoftmax(W[i, j])",
        "F[i, j.] = lnorm(W[i, j])",
        "F[i, j.] = rmsnorm(W[i, j])",
        "F[i, j.] = l2norm(W[i, j])",
        "F[i., j] = sort(W[i, j])",
        "F[i] max= W[i, j]\nF[i] max= X[i, j] W[i, j]",
        "F[i] *= W[i, j]\nF[i] *= 1.5 + W[i, 0]",
        "F[i/2] *= W[i, j]",
        "F[i/2, j] max= W[i, j]",
        "F[i/2, j] lse= W[i, j]",
        "F[i%2] min= W[i, j]",
        "F[i, j] = where(any[k](W[i, k] > X[i, k]) and all[k](B[k] > 0), W[i, j]^2, W[i, j])",
        "P[i] xor= W[i, j] > 0\nF[i, j] = where(P[i], W[i, j]^2, W[i, j])",
        "F[i: 4, j] = W[argmax[k](W[k, j]), j] * W[argmin[k](B[k]), j] * X[i, j]",
        "semiring Tropical = (max, +)\nF[i, k] Tropical= W[i, j] X[k, j]",
        "semiring Least = (min, *)\nF[i, k] Least= W[i, j] X[k, j]");
  }

  /// Index functions, gathers, conditions on positions, structure.
  static List<String> positions() {
    return List.of(
        "F[i, k] = W[i, j] X[k, j]",
        "F[i, k] = W[i, j] W[k, j]",
        "F[i] = W[i, j] X[i, j] B[i]",
        "F[i, l] = W[i, j] X[k, j] W[k, l]",
        "F[x, j] = W[x+d, j] K[d]\nK[d: 2] = sin(W[0, 0] + d)",
        "F[x, j] = W[2*x+d, j] K[d]\nK[d: 2] = sin(W[0, 0] + d)",
        "F[i, j] = W[i-1, j]",
        "F[i, j] = W[i+1, j] - W[i, j]",
        "F[i, j] = W[i-1, j+1] pad",
        "F[i, j] = W[3-i, j]^2",
        "F[x, j] = W[x/2, j]^2",
        "F[l, j] = W[l-m, j] X[m, j]",
        "F[a: 4, j] = W[a%2, j]^2",
        "F[i, j] = where(i > 0, W[i-1, j], -W[i, j])",
        "F[i] = W[i, 1]^2 + W[-1, 0]",
        "F[g, j] = W[At[g], j]^2",
        "F[g, j] = where(At[g] > 1, W[At[g] - 2, j], 0.5 * W[At[g], j])",
        "F[i, j] = sin(T[i, j])\nT[At[g], j] = W[At[g], j]^2\ntensor T[4, 3]: f64",
        "F[i, j] = sin(T[i, j])\nT[At[g], j] *= W[g % 4, j] with g: 5\ntensor T[4, 3]: f64",
        "F[(i j)] = W[i, j]^2",
        "F[a: 3, b: 4] = sin(T[(a b)])\nT[(i j)] = W[i, j]^2",
        "F[i, i] = W[i, j]^2",
        "F[i] = T[i, i]\nT[i, k] = W[i, j] W[k, j]",
        "F = concat(W, X) * concat(X, W)",
        "F = kron(W, X)",
        "F = transpose(W) * transpose(X)",
        "F[:, j] = W[::-1, j]^2",
        "F[:, j] = W[1::2, j]^2",
        "F[i, j] = sin(T[i, j])\nT[1:3, j] = W[1:3, j]^2\ntensor T[4, 3]: f64",
        "F[i, j] = W[i, j]^2\nF[i, j] = X[i, j] W[i, 0]",
        "F[i] = W[i, j] with i-j: 3",
        "F[i, j] = 3 * X[i, j]");
  }

  /// Tensors that need themselves.
  static List<String> recurrences() {
    return List.of(
        "tensor F[5, 3]: f64\nF[0, j] = X[0, j]\nF[t+1, j] = tanh(W[t, k] F[t, j] + X[t, j])",
        "tensor F[5, 3]: f64\nF[4, j] = W[0, j]\nF[t, j] = sin(F[t+1, j] W[t, j]) with t: 4",
        "tensor F[6]: f64\nF[0] = W[0, 0]\nF[1] = W[1, 1]\nF[t+2] = F[t] * F[t+1] + W[t, 2]",
        "tensor A[5]: f64\ntensor F[5]: f64\nA[0] = W[0, 0]\nF[0] = 1\n"
            + "A[t+1] = sin(F[t] + W[t, 1])\nF[t+1] = A[t] * F[t]",
        "tensor S[5, 3]: f64\nS[0, j] = 0.1\nS[t+1, j.] = softmax(S[t, j] * W[t, j])\n"
            + "F[j] = S[4, j]",
        "tensor D[4, 3]: f64\nD[0, j] = W[0, j]\nD[i+1, j] = W[i+1, j] + max(D[i, j], X[i, j])\n"
            + "F = max[i, j](D[i, j])");
  }

  /// A program with the equations, and its data.
  static Derived program(String equations, SplittableRandom random) {
    String text =
        """
        input W[i: 4, j: 3]: f64
        input V[i: 4, j: 3]: f64
        input V2[i: 4, j: 3]: f64
        input X[i: 4, j: 3]: f64
        input B[i: 4]: f64
        input At[g: 5]: i32
        def soft(x) = log(1 + exp(x)) with vjp(u) = u / (1 + exp(-x))
        def both(x, y, z: 2) = z * sin(x) * y with vjp(u) = u * cos(x) * y * z, z * u * sin(x)
        """
            + equations
            + "\n";
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    for (String name : new String[] {"W", "V", "V2", "X"}) {
      inputs.put(name, Derived.random(random, 4, 3));
    }
    inputs.put("B", Derived.tensor(new long[] {4}, 0.3, 1.2, 0.7, 2.1));
    inputs.put("At", Derived.integers(2, 0, 2, 3, 1));
    return new Derived(text, inputs);
  }

  /// The number of axes of `F`.
  static int rank(String equations) {
    int start = equations.startsWith("F") ? 0 : equations.indexOf("\nF") + 1;
    if (start == 0 && !equations.startsWith("F")) {
      start = equations.indexOf("tensor F") + "tensor ".length();
    }
    if (!equations.substring(start).startsWith("F[")) {
      return isWhole(equations.substring(start)) ? 2 : 0;
    }
    return equations.substring(start, equations.indexOf(']', start)).split(",").length;
  }

  /// Whether `F` is what a function of whole tensors gives.
  private static boolean isWhole(String equation) {
    return equation.startsWith("F = concat")
        || equation.startsWith("F = kron")
        || equation.startsWith("F = transpose");
  }
}
