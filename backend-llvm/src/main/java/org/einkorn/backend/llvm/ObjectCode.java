package org.einkorn.backend.llvm;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.einkorn.ir.binary.Decoder;
import org.einkorn.ir.binary.Encoder;
import org.einkorn.ir.binary.MalformedException;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Usage;

/// Machine code and what it takes to call it.
///
/// @param name what the names of its entries are made of
/// @param object the object file
/// @param isLate which functions have no code in it: it is made when they first run
/// @param accesses what each function takes
/// @param module the module; asked for where late code is to be made
@SuppressWarnings("ArrayRecordComponent")
record ObjectCode(
    String name, byte[] object, boolean[] isLate, List<Access> accesses, Supplier<Module> module) {
  ObjectCode {
    accesses = List.copyOf(accesses);
  }

  static ObjectCode of(Module module, String name, byte[] object, boolean[] isLate) {
    List<Buffer> buffers = module.allBuffers();
    return new ObjectCode(
        name,
        object,
        isLate,
        module.functions().stream()
            .map(function -> Access.of(Usage.of(function.body()), buffers))
            .toList(),
        () -> module);
  }

  /// The form that is kept.
  ///
  /// @param functions in order
  /// @param late the module, if a function of it is late
  private record Kept(
      String name, byte[] object, List<KeptFunction> functions, Optional<KeptModule> late) {}

  /// @param used the numbers of the buffers that it takes
  /// @param isWritten for each buffer whether it writes it
  private record KeptFunction(boolean isLate, List<Integer> used, List<Boolean> isWritten) {}

  private record KeptModule(byte[] bytes) {}

  /// These as bytes.
  byte[] bytes() {
    List<KeptFunction> functions = new ArrayList<>();
    boolean anyLate = false;
    for (int number = 0; number < isLate.length; number++) {
      List<Integer> used = new ArrayList<>();
      for (int buffer : accesses.get(number).used()) {
        used.add(buffer);
      }
      List<Boolean> isWritten = new ArrayList<>();
      for (boolean written : accesses.get(number).isWritten()) {
        isWritten.add(written);
      }
      functions.add(new KeptFunction(isLate[number], used, isWritten));
      anyLate |= isLate[number];
    }
    Optional<KeptModule> late =
        anyLate ? Optional.of(new KeptModule(Encoder.bytes(module.get()))) : Optional.empty();
    return Encoder.bytes(new Kept(name, object, functions, late));
  }

  /// What [#bytes] wrote.
  ///
  /// @throws MalformedException where it did not
  static ObjectCode of(byte[] bytes) {
    Kept kept = Decoder.read(bytes, Kept.class);
    boolean[] isLate = new boolean[kept.functions.size()];
    List<Access> accesses = new ArrayList<>();
    for (int number = 0; number < isLate.length; number++) {
      KeptFunction function = kept.functions.get(number);
      isLate[number] = function.isLate;
      boolean[] isWritten = new boolean[function.isWritten.size()];
      for (int buffer = 0; buffer < isWritten.length; buffer++) {
        isWritten[buffer] = function.isWritten.get(buffer);
      }
      accesses.add(
          new Access(function.used.stream().mapToInt(Integer::intValue).toArray(), isWritten));
    }
    Supplier<Module> module = () -> Decoder.read(kept.late.orElseThrow().bytes, Module.class);
    return new ObjectCode(kept.name, kept.object, isLate, accesses, module);
  }

  /// The module without the functions whose code is made later.
  static Module soon(Module module, boolean[] isLate) {
    List<Function> functions = new ArrayList<>();
    for (int number = 0; number < isLate.length; number++) {
      if (!isLate[number]) {
        functions.add(module.functions().get(number));
      }
    }
    return functions.size() == isLate.length ? module : module.withFunctions(functions);
  }
}
