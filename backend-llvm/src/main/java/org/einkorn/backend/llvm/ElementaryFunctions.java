package org.einkorn.backend.llvm;

import java.util.List;
import java.util.Optional;
import org.einkorn.backend.llvm.binding.BasicBlock;
import org.einkorn.backend.llvm.binding.NativeFunction;
import org.einkorn.backend.llvm.binding.Type;
import org.einkorn.backend.llvm.binding.Value;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.elementary.Formulas;
import org.einkorn.runtime.DType;

/// The elementary functions that [Formulas] write out, so that loops over them become vector code.
/// Functions that are not there are the C library's.
///
/// Each is a function of the module (`einkorn.exp.f32`), made when it is first used, and inlined.
final class ElementaryFunctions {
  private final Code caller;

  ElementaryFunctions(Code caller) {
    this.caller = caller;
  }

  /// The value of a function, if it is one of those written out.
  Optional<Value> call(UnaryOp op, DType dtype, Value operand) {
    if (!Formulas.contain(op, dtype)) {
      return Optional.empty();
    }
    if (dtype == DType.F64) {
      Definition ofDouble =
          (code, x) -> new Formulas<>(Arithmetic.ofDoubles(code)).apply(op, dtype, x);
      return Optional.of(call(op.text() + ".f64", caller.f64, operand, ofDouble));
    }
    Definition ofSingle = (code, x) -> single(op, code, x);
    return Optional.of(call(op.text() + ".f32", caller.f32, operand, ofSingle));
  }

  private static Value single(UnaryOp op, Code code, Value operand) {
    if (Formulas.steps(op, DType.F32) == DType.F32) {
      return new Formulas<>(Arithmetic.ofSingles(code)).apply(op, DType.F32, operand);
    }
    Arithmetic in = Arithmetic.ofDoubles(code);
    return in.narrowed(new Formulas<>(in).apply(op, DType.F32, in.widened(operand)));
  }

  /// log(1 + x) for 0 ≤ x ≤ 1.
  Value logOfOnePlus(Value operand) {
    Definition ofDouble = (code, x) -> new Formulas<>(Arithmetic.ofDoubles(code)).logOfOnePlus(x);
    return call("log1p.f64", caller.f64, operand, ofDouble);
  }

  /// Writes what a function gives back.
  private interface Definition {
    Value write(Code code, Value operand);
  }

  private Value call(String name, Type type, Value operand, Definition definition) {
    String symbol = "einkorn." + name + (caller.lanes == 1 ? "" : ".x" + caller.lanes);
    NativeFunction function =
        caller.module.find(symbol).orElseGet(() -> define(symbol, type, definition));
    return caller.builder.callPure(function, List.of(operand));
  }

  private NativeFunction define(String symbol, Type type, Definition definition) {
    NativeFunction function =
        caller
            .module
            .function(symbol, caller.context.function(type, List.of(type)))
            .internal()
            .attributes(List.of("alwaysinline", "nounwind", "willreturn", "nosync", "nofree"))
            .pure();
    Code code = caller.of(function);
    BasicBlock here = caller.builder.block();
    code.builder.at(code.entry);
    code.builder.giveBack(definition.write(code, function.parameter(0, "x")));
    code.builder.at(here);
    return function;
  }
}
