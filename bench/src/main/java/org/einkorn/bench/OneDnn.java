package org.einkorn.bench;

import static org.bytedeco.dnnl.global.dnnl.*;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.dnnl_stream;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.Shape;
import org.einkorn.runtime.Tensor;

/// oneDNN: products of matrices with any strides, softmax, layer normalization, and convolution, in
/// `f32`.
///
/// Memory lies as the caller has it; a convolution may have its data in a form of its own, and then
/// the moves there and back are a part of each run.
final class OneDnn implements Library {
  private static final float EPSILON = 1e-5f;

  private final dnnl_engine engine = new dnnl_engine();
  private final dnnl_stream stream = new dnnl_stream();
  private final dnnl_primitive_attr plain = new dnnl_primitive_attr();

  OneDnn() {
    require(dnnl_engine_create(engine, dnnl_cpu, 0));
    require(dnnl_stream_create(stream, engine, dnnl_stream_default_flags));
    require(dnnl_primitive_attr_create(plain));
  }

  private static void require(int status) {
    if (status != dnnl_success) {
      throw new IllegalStateException("oneDNN says " + status);
    }
  }

  @Override
  public String name() {
    return "onednn";
  }

  @Override
  public String version() {
    return dnnl_version().major() + "." + dnnl_version().minor() + "." + dnnl_version().patch();
  }

  @Override
  public String instructions() {
    return switch (dnnl_get_effective_cpu_isa()) {
      case dnnl_cpu_isa_sse41 -> "SSE4.1";
      case dnnl_cpu_isa_avx -> "AVX";
      case dnnl_cpu_isa_avx2, dnnl_cpu_isa_avx2_vnni, dnnl_cpu_isa_avx2_vnni_2 -> "AVX2";
      case dnnl_cpu_isa_avx512_core,
          dnnl_cpu_isa_avx512_core_vnni,
          dnnl_cpu_isa_avx512_core_bf16,
          dnnl_cpu_isa_avx512_core_fp16 ->
          "AVX-512";
      default -> "isa " + Integer.toHexString(dnnl_get_effective_cpu_isa());
    };
  }

  @Override
  public Map<String, Way> ways(String form, String spec, List<Tensor> inputs, Arena arena) {
    Map<String, Way> ways = new LinkedHashMap<>();
    if (inputs.stream().anyMatch(input -> input.dtype() != DType.F32)) {
      return ways;
    }
    switch (form) {
      case "einsum" -> {
        Optional<Product> product = Product.of(spec, inputs);
        product.ifPresent(
            known ->
                ways.put(
                    "matmul",
                    known.column().result() > 1
                        ? matmul(known.turned(), inputs.get(1), inputs.get(0), arena)
                        : matmul(known, inputs.get(0), inputs.get(1), arena)));
        if (spec.equals("ab,cb,cd->ad")) {
          ways.put("Q (K^T V)", linearAttention(inputs, arena));
        }
      }
      case "softmax" -> ways.put("softmax", softmax(inputs.getFirst(), arena));
      case "layernorm" -> ways.put("layer_normalization", layerNormalization(inputs, arena));
      case "convolution" -> ways.put("convolution", convolution(inputs, arena));
      default -> {}
    }
    return ways;
  }

  // ---- calls

  private static dnnl_memory_desc describe(long[] extents, long[] strides) {
    dnnl_memory_desc description = new dnnl_memory_desc();
    require(
        dnnl_memory_desc_create_with_strides(
            description, extents.length, extents, dnnl_f32, strides));
    return description;
  }

  private static dnnl_memory_desc describe(Tensor tensor) {
    return describe(tensor.shape().extents(), tensor.shape().rowMajorStrides());
  }

  /// Memory in a form that the library chooses.
  private static dnnl_memory_desc any(Tensor tensor) {
    dnnl_memory_desc description = new dnnl_memory_desc();
    long[] extents = tensor.shape().extents();
    require(
        dnnl_memory_desc_create_with_tag(
            description, extents.length, extents, dnnl_f32, dnnl_format_tag_any));
    return description;
  }

  private dnnl_memory memory(dnnl_memory_desc description, Tensor tensor) {
    dnnl_memory memory = new dnnl_memory();
    require(dnnl_memory_create(memory, description, engine, Memory.of(tensor)));
    return memory;
  }

  /// A call of a primitive on these arguments.
  private Runnable call(dnnl_primitive_desc description, Map<Integer, dnnl_memory> arguments) {
    dnnl_primitive primitive = new dnnl_primitive();
    require(dnnl_primitive_create(primitive, description));
    dnnl_exec_arg_t all = new dnnl_exec_arg_t(arguments.size());
    int number = 0;
    for (Map.Entry<Integer, dnnl_memory> argument : arguments.entrySet()) {
      all.position(number++).arg(argument.getKey()).memory(argument.getValue());
    }
    all.position(0);
    return () -> {
      require(dnnl_primitive_execute(primitive, stream, arguments.size(), all));
      require(dnnl_stream_wait(stream));
    };
  }

  // ---- forms

  private Way matmul(Product product, Tensor left, Tensor right, Arena arena) {
    Tensor result = Tensor.allocate(arena, DType.F32, product.shape());
    List<long[]> a = new ArrayList<>();
    List<long[]> b = new ArrayList<>();
    List<long[]> c = new ArrayList<>();
    for (Product.Axis axis : product.batch()) {
      a.add(new long[] {axis.extent(), axis.left()});
      b.add(new long[] {axis.extent(), axis.right()});
      c.add(new long[] {axis.extent(), axis.result()});
    }
    Product.Axis row = product.row();
    Product.Axis column = product.column();
    Product.Axis sum = product.sum();
    a.add(new long[] {row.extent(), row.left()});
    a.add(new long[] {sum.extent(), sum.left()});
    b.add(new long[] {sum.extent(), sum.right()});
    b.add(new long[] {column.extent(), column.right()});
    c.add(new long[] {row.extent(), row.result()});
    c.add(new long[] {column.extent(), column.result()});
    dnnl_memory_desc first = describe(a);
    dnnl_memory_desc second = describe(b);
    dnnl_memory_desc third = describe(c);
    dnnl_primitive_desc description = new dnnl_primitive_desc();
    require(
        dnnl_matmul_primitive_desc_create(
            description, engine, first, second, (dnnl_memory_desc) null, third, plain));
    return new Way(
        call(
            description,
            Map.of(
                DNNL_ARG_SRC, memory(first, left),
                DNNL_ARG_WEIGHTS, memory(second, right),
                DNNL_ARG_DST, memory(third, result))),
        result);
  }

  private static dnnl_memory_desc describe(List<long[]> axes) {
    return describe(
        axes.stream().mapToLong(axis -> axis[0]).toArray(),
        axes.stream().mapToLong(axis -> Math.max(axis[1], 1)).toArray());
  }

  private Way linearAttention(List<Tensor> inputs, Arena arena) {
    Tensor q = inputs.get(0);
    Tensor k = inputs.get(1);
    Tensor v = inputs.get(2);
    Way inner = matmul(Product.of("cb,cd->bd", List.of(k, v)).orElseThrow(), k, v, arena);
    Tensor middle = inner.result();
    Way outer = matmul(Product.of("ab,bd->ad", List.of(q, middle)).orElseThrow(), q, middle, arena);
    return new Way(
        () -> {
          inner.run().run();
          outer.run().run();
        },
        outer.result());
  }

  private Way softmax(Tensor x, Arena arena) {
    Tensor result = Tensor.allocate(arena, DType.F32, x.shape());
    dnnl_memory_desc form = describe(x);
    dnnl_primitive_desc description = new dnnl_primitive_desc();
    require(
        dnnl_softmax_forward_primitive_desc_create(
            description,
            engine,
            dnnl_forward_inference,
            dnnl_softmax_accurate,
            form,
            form,
            x.rank() - 1,
            plain));
    return new Way(
        call(
            description, Map.of(DNNL_ARG_SRC, memory(form, x), DNNL_ARG_DST, memory(form, result))),
        result);
  }

  private Way layerNormalization(List<Tensor> inputs, Arena arena) {
    Tensor x = inputs.get(0);
    Tensor result = Tensor.allocate(arena, DType.F32, x.shape());
    dnnl_memory_desc form = describe(x);
    dnnl_memory_desc rows = describe(new long[] {x.extent(0)}, new long[] {1});
    dnnl_memory_desc columns = describe(new long[] {x.extent(1)}, new long[] {1});
    dnnl_primitive_desc description = new dnnl_primitive_desc();
    require(
        dnnl_layer_normalization_forward_primitive_desc_create(
            description,
            engine,
            dnnl_forward_inference,
            form,
            form,
            rows,
            EPSILON,
            dnnl_use_scale | dnnl_use_shift,
            plain));
    return new Way(
        call(
            description,
            Map.of(
                DNNL_ARG_SRC, memory(form, x),
                DNNL_ARG_SCALE, memory(columns, inputs.get(1)),
                DNNL_ARG_SHIFT, memory(columns, inputs.get(2)),
                DNNL_ARG_DST, memory(form, result))),
        result);
  }

  /// 3 × 3 with a margin of one.
  private Way convolution(List<Tensor> inputs, Arena arena) {
    Tensor x = inputs.get(0);
    Tensor w = inputs.get(1);
    Shape shape = Shape.of(x.extent(0), w.extent(0), x.extent(2), x.extent(3));
    Tensor result = Tensor.allocate(arena, DType.F32, shape);
    long[] ones = {1, 1};
    dnnl_primitive_desc description = new dnnl_primitive_desc();
    require(
        dnnl_convolution_forward_primitive_desc_create(
            description,
            engine,
            dnnl_forward_inference,
            dnnl_convolution_auto,
            any(x),
            any(w),
            (dnnl_memory_desc) null,
            any(result),
            ones,
            new long[] {0, 0},
            ones,
            ones,
            plain));
    List<Runnable> steps = new ArrayList<>();
    dnnl_memory source = moved(description, dnnl_query_src_md, x, true, steps, arena);
    dnnl_memory weights = moved(description, dnnl_query_weights_md, w, true, steps, arena);
    List<Runnable> after = new ArrayList<>();
    dnnl_memory made = moved(description, dnnl_query_dst_md, result, false, after, arena);
    steps.add(
        call(
            description,
            Map.of(DNNL_ARG_SRC, source, DNNL_ARG_WEIGHTS, weights, DNNL_ARG_DST, made)));
    steps.addAll(after);
    return new Way(() -> steps.forEach(Runnable::run), result);
  }

  /// The memory that a primitive wants for a tensor; a step moves the data there, or back.
  private dnnl_memory moved(
      dnnl_primitive_desc description,
      int which,
      Tensor tensor,
      boolean isInput,
      List<Runnable> steps,
      Arena arena) {
    dnnl_memory_desc own = describe(tensor);
    dnnl_memory_desc wanted = dnnl_primitive_desc_query_md(description, which, 0);
    dnnl_memory there = memory(own, tensor);
    if (dnnl_memory_desc_equal(own, wanted) != 0) {
      return there;
    }
    long bytes = dnnl_memory_desc_get_size(wanted);
    dnnl_memory other = memory(wanted, Tensor.allocate(arena, DType.U8, bytes));
    dnnl_primitive_desc move = new dnnl_primitive_desc();
    require(
        dnnl_reorder_primitive_desc_create(
            move, isInput ? own : wanted, engine, isInput ? wanted : own, engine, plain));
    steps.add(
        call(
            move,
            Map.of(DNNL_ARG_FROM, isInput ? there : other, DNNL_ARG_TO, isInput ? other : there)));
    return other;
  }
}
