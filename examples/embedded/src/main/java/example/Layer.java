package example;

import java.lang.foreign.Arena;
import org.einkorn.Einkorn;
import org.einkorn.Einsum;
import org.einkorn.Program;
import org.einkorn.runtime.Tensor;

/// A service that applies a small layer: compiled once, called from many threads.
public final class Layer {
  private final Program program;
  private final Einsum product = Einsum.of("ij,jk->ik");

  /// @param weights one row for each output
  public Layer(Tensor weights) {
    program =
        Einkorn.compile(
                "layer",
                """
                input X[p: P, d: D]
                param W[c: C, d: D]
                Y[p, c.] = softmax(W[c, d] X[p, d])
                """)
            .with("W", weights);
  }

  /// The probability of each output for each row.
  public float[] classify(float[] rows, int width) {
    try (Arena arena = Arena.ofConfined()) {
      Tensor x = Tensor.of(arena, rows, rows.length / width, width);
      return program.with("X", x).run(arena).get("Y").toFloatArray();
    }
  }

  /// The product of two matrices.
  public Tensor multiply(Tensor a, Tensor b) {
    return product.apply(a, b);
  }
}
