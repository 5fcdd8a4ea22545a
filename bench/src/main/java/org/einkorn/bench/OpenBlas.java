package org.einkorn.bench;

import static org.bytedeco.openblas.global.openblas_nolapack.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.cblas_dgemm;
import static org.bytedeco.openblas.global.openblas_nolapack.cblas_sdot;
import static org.bytedeco.openblas.global.openblas_nolapack.cblas_sgemm;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.Shape;
import org.einkorn.runtime.Tensor;

/// OpenBLAS: products of matrices where they lie, and what is made of two of them.
final class OpenBlas implements Library {
  OpenBlas() {
    Loader.load(openblas_nolapack.class);
  }

  @Override
  public String name() {
    return "openblas";
  }

  /// `OpenBLAS 0.3.31 DYNAMIC_ARCH …`
  @Override
  public String version() {
    String[] words = text("openblas_get_config").split(" ");
    return words.length > 1 ? words[1] : "?";
  }

  @Override
  public String instructions() {
    return text("openblas_get_corename");
  }

  /// What a function without parameters says.
  private static String text(String function) {
    try {
      MemorySegment answer =
          (MemorySegment)
              Linker.nativeLinker()
                  .downcallHandle(
                      SymbolLookup.loaderLookup().findOrThrow(function),
                      FunctionDescriptor.of(ValueLayout.ADDRESS))
                  .invokeExact();
      return answer.reinterpret(Long.MAX_VALUE).getString(0);
    } catch (Throwable e) {
      throw new IllegalStateException(function, e);
    }
  }

  @Override
  public Map<String, Way> ways(String form, String spec, List<Tensor> inputs, Arena arena) {
    Map<String, Way> ways = new LinkedHashMap<>();
    boolean isEinsum = form.equals("einsum");
    if (isEinsum) {
      Product.of(spec, inputs)
          .filter(product -> isGemm(product))
          .ifPresent(
              product -> ways.put("gemm", gemm(product, inputs.get(0), inputs.get(1), arena)));
    }
    if (inputs.stream().allMatch(input -> input.dtype() == DType.F32)) {
      switch (isEinsum ? spec : form) {
        case "ab,ab->" -> ways.put("sdot", dot(inputs, arena));
        case "ab,cb,cd->ad" -> ways.put("Q (K^T V)", linearAttention(inputs, arena));
        case "ab,bc,cd,de->ae" -> ways.put("from the right", chain(inputs, arena));
        case "kron" -> ways.put("A X B^T", kron(inputs, arena));
        default -> {}
      }
    }
    return ways;
  }

  // ---- products

  /// Whether each matrix has an axis along which elements are neighbours.
  private static boolean isGemm(Product product) {
    boolean hasType = product.type() == DType.F32 || product.type() == DType.F64;
    return hasType
        && (product.sum().left() <= 1 || product.row().left() <= 1)
        && (product.column().right() <= 1 || product.sum().right() <= 1)
        && (product.column().result() <= 1 || product.row().result() <= 1);
  }

  private static Way gemm(Product product, Tensor left, Tensor right, Arena arena) {
    if (product.column().result() > 1) {
      // The rows of C are neighbours: its transpose has them as columns.
      return gemm(product.turned(), right, left, arena);
    }
    Tensor result = Tensor.allocate(arena, product.type(), product.shape());
    int m = (int) product.row().extent();
    int n = (int) product.column().extent();
    int k = (int) product.sum().extent();
    Matrix a = Matrix.of(product.row().left(), product.sum().left(), m, k);
    Matrix b = Matrix.of(product.sum().right(), product.column().right(), k, n);
    int ldc = (int) Math.max(product.row().result(), n);
    List<Runnable> calls = new ArrayList<>();
    for (long[] offset : product.offsets()) {
      if (product.type() == DType.F32) {
        FloatPointer x = Memory.floats(left, offset[0]);
        FloatPointer y = Memory.floats(right, offset[1]);
        FloatPointer z = Memory.floats(result, offset[2]);
        calls.add(
            () ->
                cblas_sgemm(
                    CblasRowMajor,
                    a.order,
                    b.order,
                    m,
                    n,
                    k,
                    1,
                    x,
                    a.leading,
                    y,
                    b.leading,
                    0,
                    z,
                    ldc));
      } else {
        DoublePointer x = Memory.doubles(left, offset[0]);
        DoublePointer y = Memory.doubles(right, offset[1]);
        DoublePointer z = Memory.doubles(result, offset[2]);
        calls.add(
            () ->
                cblas_dgemm(
                    CblasRowMajor,
                    a.order,
                    b.order,
                    m,
                    n,
                    k,
                    1,
                    x,
                    a.leading,
                    y,
                    b.leading,
                    0,
                    z,
                    ldc));
      }
    }
    return new Way(inTurn(calls), result);
  }

  /// How a matrix lies, in the words of BLAS.
  private record Matrix(int order, int leading) {
    static Matrix of(long rowStride, long columnStride, int rows, int columns) {
      return columnStride <= 1
          ? new Matrix(CblasNoTrans, (int) Math.max(rowStride, columns))
          : new Matrix(CblasTrans, (int) Math.max(columnStride, rows));
    }
  }

  private static Runnable inTurn(List<Runnable> calls) {
    Runnable[] all = calls.toArray(Runnable[]::new);
    return () -> {
      for (Runnable call : all) {
        call.run();
      }
    };
  }

  private static Way product(String spec, Tensor left, Tensor right, Arena arena) {
    return gemm(Product.of(spec, List.of(left, right)).orElseThrow(), left, right, arena);
  }

  // ---- what is made of them

  private static Way dot(List<Tensor> inputs, Arena arena) {
    Tensor result = Tensor.allocate(arena, DType.F32, Shape.of());
    long count = inputs.getFirst().elementCount();
    FloatPointer x = Memory.floats(inputs.get(0), 0);
    FloatPointer y = Memory.floats(inputs.get(1), 0);
    return new Way(() -> result.set((double) cblas_sdot((int) count, x, 1, y, 1)), result);
  }

  private static Way linearAttention(List<Tensor> inputs, Arena arena) {
    Way inner = product("cb,cd->bd", inputs.get(1), inputs.get(2), arena);
    Way outer = product("ab,bd->ad", inputs.get(0), inner.result(), arena);
    return new Way(inTurn(List.of(inner.run(), outer.run())), outer.result());
  }

  private static Way chain(List<Tensor> inputs, Arena arena) {
    Way third = product("cd,de->ce", inputs.get(2), inputs.get(3), arena);
    Way second = product("bc,ce->be", inputs.get(1), third.result(), arena);
    Way first = product("ab,be->ae", inputs.get(0), second.result(), arena);
    return new Way(inTurn(List.of(third.run(), second.run(), first.run())), first.result());
  }

  private static Way kron(List<Tensor> inputs, Arena arena) {
    Tensor a = inputs.get(0);
    Tensor b = inputs.get(1);
    Tensor x = inputs.get(2).reshape(a.extent(1), b.extent(1));
    Way first = product("ab,bc->ac", a, x, arena);
    Way second = product("ac,dc->ad", first.result(), b, arena);
    return new Way(
        inTurn(List.of(first.run(), second.run())),
        second.result().reshape(a.extent(0) * b.extent(0)));
  }
}
