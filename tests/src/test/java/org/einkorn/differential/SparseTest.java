package org.einkorn.differential;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Collections;
import java.util.List;
import org.einkorn.frontend.Request;
import org.einkorn.frontend.lower.Frontend;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.tensor.Program;
import org.einkorn.passes.differentiate.Differentiate;
import org.einkorn.passes.pipeline.Pipeline;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// Random products of listed tensors: what loops along rows compute is what the interpreter
/// computes from all positions.
///
/// `-Deinkorn.seed=S -Deinkorn.sparse=1` runs one program again.
@Execution(ExecutionMode.CONCURRENT)
final class SparseTest {
  private static final long SEED = Long.getLong("einkorn.seed", 20_261_129L);
  private static final int PROGRAMS = Integer.getInteger("einkorn.sparse", 60);

  @Test
  void agreeOnProgramsOfAFixedSeed() {
    SourceCheck.runWhole("sparse", SEED, PROGRAMS, RandomSparse::of);
  }

  @Test
  void agreeOnProgramsOfTheDay() {
    SourceCheck.runWhole(
        "sparse", System.currentTimeMillis() * 1000, PROGRAMS / 6, RandomSparse::of);
  }

  /// Derivatives of a product with a list take memory for its entries and its dense factors.
  @Test
  void derivativesAreLinearInTheEntries() {
    String text =
        """
        input I[t: T]: i64
        input J[t: T]: i64
        input V[t: T]
        input X[j: 1000, d: 3]
        tensor A[1000, 1000]
        A[I[t], J[t]] += V[t]
        Y[i, d] = A[i, j] X[j, d]
        Loss = sum[i, d](Y[i, d]^2)
        GX = grad(Loss, X)
        GV = grad(Loss, V)
        output GX
        output GV
        """;
    Program program =
        Frontend.compile(new SourceFile("text", text), Request.plain()).program().orElseThrow();
    Pipeline pipeline = Pipeline.of(Pipeline.Observer.none());
    Module loops = pipeline.lower(pipeline.optimize(Differentiate.apply(program)));
    IndexExpr side = IndexExpr.of(1000);
    assertEquals(
        List.of(),
        loops.buffers().stream()
            .filter(buffer -> Collections.frequency(buffer.type().extents(), side) > 1)
            .toList());
  }

  /// What becomes of infinities and NaN is said by the equations after the passes.
  @Test
  void agreeOnInfinitiesAndNaN() {
    SourceCheck.runFromEquations("sparse", SEED, PROGRAMS / 2, RandomSparse::special);
  }
}
