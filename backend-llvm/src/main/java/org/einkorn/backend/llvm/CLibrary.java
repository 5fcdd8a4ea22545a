package org.einkorn.backend.llvm;

import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.einkorn.backend.llvm.binding.Builder;
import org.einkorn.backend.llvm.binding.Context;
import org.einkorn.backend.llvm.binding.IrModule;
import org.einkorn.backend.llvm.binding.Target;
import org.einkorn.backend.llvm.binding.TargetMachine;
import org.einkorn.backend.llvm.binding.Type;

/// The functions of the C library that compiled code may call.
final class CLibrary {
  /// Those of `f64`; each has an `f32` sister whose name ends in `f`. Some are called by what LLVM
  /// makes of others: a sine and a cosine become `sincos`, a power of two `exp2`.
  private static final List<String> MATH =
      List.of(
          "exp",
          "exp2",
          "exp10",
          "log",
          "log2",
          "log10",
          "log1p",
          "sin",
          "cos",
          "sincos",
          "tan",
          "tanh",
          "erf",
          "pow",
          "fmod",
          "cbrt",
          "ldexp",
          "sqrt",
          "floor",
          "ceil",
          "trunc",
          "rint",
          "nearbyint",
          "roundeven",
          "fmin",
          "fmax",
          "fma");

  private static final List<String> MEMORY =
      List.of("malloc", "free", "memcpy", "memmove", "memset", "bzero");

  private static final class Holder {
    static final Map<String, Long> ADDRESSES = find();
  }

  private CLibrary() {}

  /// Where the functions are in this process.
  static Map<String, Long> addresses() {
    return Holder.ADDRESSES;
  }

  /// Whether the C library has a function or a variable of this name: what compiled code may call,
  /// and all that the library of this machine has. A program that is linked with another thing of
  /// that name would call it instead.
  static boolean holds(String name) {
    return MATH.contains(name)
        || MEMORY.contains(name)
        || name.endsWith("f") && MATH.contains(name.substring(0, name.length() - 1))
        || Linker.nativeLinker().defaultLookup().find(name).isPresent();
  }

  /// The libraries that hold the functions, by file name, each as an object file that defines
  /// functions of the same names: what a linker needs to know of them.
  static Map<String, byte[]> libraries(Target target) {
    List<String> math = new ArrayList<>(MATH);
    MATH.forEach(name -> math.add(name + "f"));
    Map<String, byte[]> libraries = new LinkedHashMap<>();
    libraries.put("libm.so.6", outline(target, math));
    libraries.put("libc.so.6", outline(target, MEMORY));
    return libraries;
  }

  private static byte[] outline(Target target, List<String> names) {
    try (Context context = new Context();
        IrModule code = context.module("outline");
        TargetMachine machine = new TargetMachine(target);
        Builder builder = new Builder(context)) {
      code.target(machine);
      Type type = context.function(context.integer(32), List.of());
      for (String name : names) {
        builder.at(code.function(name, type).block("entry"));
        builder.giveBack(context.constant(context.integer(32), 0));
      }
      return machine.object(code);
    }
  }

  private static Map<String, Long> find() {
    SymbolLookup lookup = Linker.nativeLinker().defaultLookup();
    Map<String, Long> found = new LinkedHashMap<>();
    for (String name : MATH) {
      put(found, lookup, name);
      put(found, lookup, name + "f");
    }
    MEMORY.forEach(name -> put(found, lookup, name));
    return Map.copyOf(found);
  }

  /// A C library may lack one; code that needs it is then refused when it is linked.
  private static void put(Map<String, Long> found, SymbolLookup lookup, String name) {
    lookup.find(name).ifPresent(address -> found.put(name, address.address()));
  }
}
