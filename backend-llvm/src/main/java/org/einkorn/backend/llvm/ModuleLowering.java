package org.einkorn.backend.llvm;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.einkorn.backend.llvm.binding.BasicBlock;
import org.einkorn.backend.llvm.binding.Builder;
import org.einkorn.backend.llvm.binding.Context;
import org.einkorn.backend.llvm.binding.IrModule;
import org.einkorn.backend.llvm.binding.NativeFunction;
import org.einkorn.backend.llvm.binding.Type;
import org.einkorn.backend.llvm.binding.Value;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Fetches;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Usage;
import org.einkorn.ir.target.CpuCode;
import org.einkorn.ir.target.StraightPositions;
import org.einkorn.runtime.DType;

/// Writes a loop module as an LLVM module.
final class ModuleLowering {
  private final IrModule target;
  private final CpuTraits traits;
  private final List<Buffer> buffers;
  private final List<String> symbols;
  private final Identifiers identifiers = new Identifiers();

  /// The loops of one function.
  ///
  /// @param buffers the numbers of the buffers it takes, in order
  record Loops(NativeFunction function, List<Integer> buffers, IndexExpr parallelExtent) {
    Loops {
      buffers = List.copyOf(buffers);
    }
  }

  private ModuleLowering(Module source, IrModule target, CpuTraits traits) {
    this.target = target;
    this.traits = traits;
    this.buffers = source.allBuffers();
    this.symbols = source.symbols();
  }

  /// Which ways into the code an LLVM module has.
  enum Doors {
    /// For [LlvmKernel].
    KERNELS,
    /// For C.
    C,
    BOTH
  }

  /// Writes `source` into the empty module `target`.
  ///
  /// @param name the C identifier of the program
  static void lower(Module source, IrModule target, CpuTraits traits, String name, Doors doors) {
    requireRealTypes(source);
    CpuCode.requireNoGrid(source, "llvm");
    ModuleLowering lowering = new ModuleLowering(source, target, traits);
    List<Loops> all = new ArrayList<>();
    try (Builder builder = new Builder(target.context())) {
      for (Function function : source.functions()) {
        Loops loops = lowering.loops(builder, StraightPositions.of(function, source));
        if (doors != Doors.C) {
          lowering.kernel(builder, kernelName(name, all.size()), loops);
        }
        all.add(loops);
      }
      if (doors != Doors.KERNELS) {
        new EntryForC(source, target, traits, builder).write(name, all);
      }
    }
  }

  /// The symbol of function number `number` in the ABI of [LlvmKernel].
  static String kernelName(String name, int number) {
    return name + ".kernel." + number;
  }

  /// The type of a kernel entry. The last four parameters are for [LlvmKernel], which holds arenas
  /// open by them; code has no use for them.
  static Type kernelType(Context context) {
    Type pointer = context.pointer();
    Type i64 = context.integer(64);
    return context.function(
        context.integer(32),
        List.of(pointer, pointer, i64, i64, pointer, pointer, pointer, pointer, pointer));
  }

  private static void requireRealTypes(Module source) {
    for (Buffer buffer : source.allBuffers()) {
      if (buffer.type().dtype().isComplex()) {
        throw Refusals.complex(buffer);
      }
    }
  }

  private Code begin(Builder builder, NativeFunction function) {
    return new Code(target, builder, function, traits);
  }

  private Loops loops(Builder builder, Function function) {
    Usage usage = Usage.of(function.body());
    List<Integer> used = new ArrayList<>();
    for (int number = 0; number < buffers.size(); number++) {
      if (usage.touches(buffers.get(number).name())) {
        used.add(number);
      }
    }
    Context context = target.context();
    List<Type> parameters = new ArrayList<>(Collections.nCopies(used.size(), context.pointer()));
    parameters.addAll(Collections.nCopies(symbols.size() + 2, context.integer(64)));
    parameters.add(context.pointer());
    NativeFunction written =
        target
            .function(
                identifiers.make(function.name()) + ".loops",
                context.function(context.integer(32), parameters))
            .internal()
            .attributes(List.of("nounwind", "noinline"));
    Code code = begin(builder, written);
    BasicBlock start = code.block("start");
    builder.at(start);
    Scope scope = new Scope();
    int first = used.size();
    for (int number = 0; number < symbols.size(); number++) {
      String symbol = symbols.get(number);
      scope.bind(symbol, written.parameter(first + number, symbol));
    }
    Value begin = written.parameter(first + symbols.size(), "begin");
    Value end = written.parameter(first + symbols.size() + 1, "end");
    Value status = written.parameter(first + symbols.size() + 2, "status");
    written.parameterAttributes(
        parameters.size() - 1, List.of("noalias", "nocapture", "writeonly"));
    List<IndexExpr.Fetch> fetches = Fetches.of(function.body());
    ExpressionLowering expressions = new ExpressionLowering(code, fetches, status);
    for (int position = 0; position < used.size(); position++) {
      Buffer buffer = buffers.get(used.get(position));
      boolean isWritten = usage.writes(buffer.name());
      written.parameterAttributes(
          position,
          isWritten
              ? List.of("noalias", "nocapture")
              : List.of("noalias", "nocapture", "readonly"));
      Value address = written.parameter(position, buffer.name());
      List<Value> extents =
          buffer.type().extents().stream().map(extent -> expressions.index(extent, scope)).toList();
      boolean isStreamed = StreamingStores.isWorth(buffer, usage, traits);
      if (isStreamed) {
        code.fenceAtEnds();
      }
      scope.bind(buffer.name(), new Scope.Place(address, buffer, extents, isStreamed));
    }
    if (!fetches.isEmpty()) {
      // A position trap asks whether there was an overflow before it, maybe in an earlier
      // iteration.
      code.overflowFlag();
    }
    FunctionLowering lowering = new FunctionLowering(code, expressions);
    lowering.body(function.body(), scope, begin, end);
    if (lowering.isVectorCode()) {
      written.needsFewPasses();
    }
    code.giveBack(KernelStatus.DONE);
    builder.at(code.entry);
    builder.jump(start);
    return new Loops(written, used, function.parallelExtent());
  }

  /// The door for [LlvmKernel]: takes the buffers and symbols from arrays.
  private void kernel(Builder builder, String name, Loops loops) {
    Context context = target.context();
    Type pointer = context.pointer();
    NativeFunction kernel =
        target.function(name, kernelType(context)).attributes(List.of("nounwind")).needsFewPasses();
    Code code = begin(builder, kernel);
    builder.at(code.entry);
    Value memory = kernel.parameter(0, "buffers");
    Value sizes = kernel.parameter(1, "symbols");
    List<Value> arguments = new ArrayList<>();
    for (int number : loops.buffers()) {
      arguments.add(builder.load(pointer, builder.element(pointer, memory, code.i64(number)), 8));
    }
    for (int number = 0; number < symbols.size(); number++) {
      arguments.add(code.load(DType.I64, sizes, code.i64(number)));
    }
    arguments.add(kernel.parameter(2, "begin"));
    arguments.add(kernel.parameter(3, "end"));
    arguments.add(kernel.parameter(4, "status"));
    builder.giveBack(builder.call(loops.function(), arguments));
  }
}
