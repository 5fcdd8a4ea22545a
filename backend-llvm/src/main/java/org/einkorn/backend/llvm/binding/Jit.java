package org.einkorn.backend.llvm.binding;

import static org.bytedeco.llvm.global.LLVM.*;

import java.util.Map;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.llvm.LLVM.LLVMErrorRef;
import org.bytedeco.llvm.LLVM.LLVMJITEvaluatedSymbol;
import org.bytedeco.llvm.LLVM.LLVMJITSymbolFlags;
import org.bytedeco.llvm.LLVM.LLVMMemoryBufferRef;
import org.bytedeco.llvm.LLVM.LLVMOrcCSymbolMapPair;
import org.bytedeco.llvm.LLVM.LLVMOrcJITDylibRef;
import org.bytedeco.llvm.LLVM.LLVMOrcLLJITRef;

/// Object code linked into this process by ORC. Safe to use from many threads.
public final class Jit implements AutoCloseable {
  private final LLVMOrcLLJITRef ref;
  private final LLVMOrcJITDylibRef library;

  public Jit() {
    Library.require();
    try (PointerPointer<LLVMOrcLLJITRef> out = new PointerPointer<>(1)) {
      Library.check(LLVMOrcCreateLLJIT(out, null), "starting the JIT");
      ref = out.get(LLVMOrcLLJITRef.class);
      Diagnostics.collect(LLVMOrcLLJITGetExecutionSession(ref));
      library = LLVMOrcLLJITGetMainJITDylib(ref);
    }
  }

  /// Says where functions of this process are that the code may call.
  public void define(Map<String, Long> addresses) {
    if (addresses.isEmpty()) {
      return;
    }
    try (LLVMOrcCSymbolMapPair pairs = new LLVMOrcCSymbolMapPair(addresses.size());
        LLVMJITEvaluatedSymbol symbol = new LLVMJITEvaluatedSymbol();
        LLVMJITSymbolFlags flags = new LLVMJITSymbolFlags()) {
      flags.GenericFlags(
          (byte) (LLVMJITSymbolGenericFlagsExported | LLVMJITSymbolGenericFlagsCallable));
      flags.TargetFlags((byte) 0);
      symbol.Flags(flags);
      int position = 0;
      for (Map.Entry<String, Long> entry : addresses.entrySet()) {
        symbol.Address(entry.getValue());
        pairs.position(position++);
        pairs.Name(LLVMOrcLLJITMangleAndIntern(ref, entry.getKey())).Sym(symbol);
      }
      pairs.position(0);
      Library.check(
          LLVMOrcJITDylibDefine(library, LLVMOrcAbsoluteSymbols(pairs, addresses.size())),
          "naming functions of the process");
    }
  }

  /// Adds the content of an object file.
  public void add(byte[] object) {
    try (BytePointer data = new BytePointer(object);
        BytePointer name = new BytePointer("kernel")) {
      LLVMMemoryBufferRef buffer =
          LLVMCreateMemoryBufferWithMemoryRangeCopy(data, object.length, name);
      // The JIT takes the buffer.
      Library.check(LLVMOrcLLJITAddObjectFile(ref, library, buffer), "adding object code");
    }
  }

  /// The address of a symbol; links what it needs.
  ///
  /// @throws LlvmException when the symbol or one that it needs is not there
  public long lookup(String symbol) {
    Diagnostics.begin();
    try (LongPointer address = new LongPointer(1)) {
      LLVMErrorRef error = LLVMOrcLLJITLookup(ref, address, symbol);
      // What went wrong was reported on the way; the error itself only says that something did.
      if (error != null && !error.isNull()) {
        Diagnostics.check("linking `" + symbol + "`");
      }
      Library.check(error, "linking `" + symbol + "`");
      return address.get();
    }
  }

  /// Frees the code.
  @Override
  public void close() {
    Library.check(LLVMOrcDisposeLLJIT(ref), "freeing code");
  }
}
