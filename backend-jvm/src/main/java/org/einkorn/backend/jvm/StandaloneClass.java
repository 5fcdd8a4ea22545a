package org.einkorn.backend.jvm;

import java.util.ArrayList;
import java.util.List;
import org.einkorn.backend.jvm.asm.Access;
import org.einkorn.backend.jvm.asm.ClassCode;
import org.einkorn.backend.jvm.asm.Instruction;
import org.einkorn.backend.jvm.asm.MethodCode;
import org.einkorn.backend.jvm.asm.Opcode;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.target.ModuleFacts;

/// Builds a public class that implements `KernelModule` and needs nothing but the runtime: the
/// kernels, the manifest and the extents as code, and a `main` that runs the program on files.
final class StandaloneClass {
  private static final String KERNEL_MODULE = "org/einkorn/runtime/exec/KernelModule";
  private static final String LAUNCHER = "org/einkorn/runtime/exec/Launcher";
  private static final String MANIFEST_FIELD = "MANIFEST";
  private static final String MANIFEST_TYPE = "L" + ManifestCode.MANIFEST + ";";
  private static final String MATH = "java/lang/Math";

  private final Module module;
  private final String name;
  private final List<MethodCode> methods = new ArrayList<>();

  private StandaloneClass(Module module, String name) {
    this.module = module;
    this.name = name;
  }

  /// @param name the internal name of the class, `com/example/Layer`
  static ClassCode of(Module module, String name) {
    StandaloneClass builder = new StandaloneClass(module, name);
    builder.methods.add(KernelClass.constructor(Access.PUBLIC));
    builder.addMain();
    builder.addManifest();
    builder.addExtent();
    builder.addParallelExtent();
    builder.addClose();
    builder.methods.addAll(KernelClass.kernels(module, name, VectorMachine.NONE));
    return new ClassCode(
        Access.PUBLIC | Access.FINAL | Access.SUPER,
        name,
        KernelClass.OBJECT,
        List.of(KERNEL_MODULE),
        List.of(
            new ClassCode.FieldCode(
                Access.PRIVATE | Access.STATIC | Access.FINAL, MANIFEST_FIELD, MANIFEST_TYPE)),
        builder.methods);
  }

  private void add(int access, String method, String descriptor, Code code) {
    methods.add(new MethodCode(access, method, descriptor, List.of(), code.instructions()));
  }

  private void addMain() {
    Code code = new Code();
    code.add(new Instruction.OfType(Opcode.NEW, name));
    code.plain(Opcode.DUP);
    code.add(new Instruction.Invoke(Opcode.INVOKESPECIAL, name, "<init>", "()V", false));
    code.loadReference(0);
    code.invokeStatic(LAUNCHER, "main", "(L" + KERNEL_MODULE + ";[Ljava/lang/String;)V");
    code.plain(Opcode.RETURN);
    add(Access.PUBLIC | Access.STATIC, "main", "([Ljava/lang/String;)V", code);
  }

  private void addManifest() {
    ManifestCode manifest = new ManifestCode(name, ModuleFacts.of(module).manifest());
    Code initializer = new Code();
    manifest.push(initializer);
    initializer.add(new Instruction.Field(Opcode.PUTSTATIC, name, MANIFEST_FIELD, MANIFEST_TYPE));
    initializer.plain(Opcode.RETURN);
    add(Access.STATIC, "<clinit>", "()V", initializer);
    methods.addAll(manifest.methods());
    Code getter = new Code();
    getter.getStatic(name, MANIFEST_FIELD, MANIFEST_TYPE);
    getter.plain(Opcode.ARETURN);
    add(Access.PUBLIC, "manifest", "()" + MANIFEST_TYPE, getter);
  }

  /// `extent(int buffer, int axis, long[] symbols)`
  private void addExtent() {
    List<Buffer> buffers = module.allBuffers();
    String descriptor = "(II[J)J";
    Code parameters = new Code();
    parameters.load(JvmType.INT, 1);
    parameters.load(JvmType.INT, 2);
    parameters.loadReference(3);
    String perBuffer = "extentOf";
    methods.addAll(
        Dispatch.build(
            new Dispatch.Plan(
                Access.PUBLIC,
                name,
                "extent",
                descriptor,
                1,
                buffers.size(),
                buffer -> callExtentOf(perBuffer + buffer),
                parameters.instructions(),
                Opcode.LRETURN)));
    Code axisAndSymbols = new Code();
    axisAndSymbols.load(JvmType.INT, 0);
    axisAndSymbols.loadReference(1);
    for (int buffer = 0; buffer < buffers.size(); buffer++) {
      List<IndexExpr> extents = buffers.get(buffer).type().extents();
      methods.addAll(
          Dispatch.build(
              new Dispatch.Plan(
                  Access.PRIVATE | Access.STATIC,
                  name,
                  perBuffer + buffer,
                  "(I[J)J",
                  0,
                  extents.size(),
                  axis -> giveBack(extents.get(axis), 1),
                  axisAndSymbols.instructions(),
                  Opcode.LRETURN)));
    }
  }

  private List<Instruction> callExtentOf(String method) {
    Code code = new Code();
    code.load(JvmType.INT, 2);
    code.loadReference(3);
    code.invokeStatic(name, method, "(I[J)J");
    code.plain(Opcode.LRETURN);
    return code.instructions();
  }

  /// `parallelExtent(int function, long[] symbols)`
  private void addParallelExtent() {
    Code parameters = new Code();
    parameters.load(JvmType.INT, 1);
    parameters.loadReference(2);
    methods.addAll(
        Dispatch.build(
            new Dispatch.Plan(
                Access.PUBLIC,
                name,
                "parallelExtent",
                "(I[J)J",
                1,
                module.functions().size(),
                function -> giveBack(module.functions().get(function).parallelExtent(), 2),
                parameters.instructions(),
                Opcode.LRETURN)));
  }

  private List<Instruction> giveBack(IndexExpr extent, int symbolsSlot) {
    Code code = new Code();
    push(extent, symbolsSlot, code);
    code.plain(Opcode.LRETURN);
    return code.instructions();
  }

  /// Pushes an extent, which is made of symbols.
  private void push(IndexExpr extent, int symbolsSlot, Code code) {
    switch (extent) {
      case IndexExpr.Constant(long value) -> code.push(value);
      case IndexExpr.Symbol(String symbol) -> {
        code.loadReference(symbolsSlot);
        code.push(module.symbols().indexOf(symbol));
        code.plain(Opcode.LALOAD);
      }
      case IndexExpr.Sum(IndexExpr left, IndexExpr right) -> {
        pushBoth(left, right, symbolsSlot, code);
        code.plain(Opcode.LADD);
      }
      case IndexExpr.Product(IndexExpr left, IndexExpr right) -> {
        pushBoth(left, right, symbolsSlot, code);
        code.plain(Opcode.LMUL);
      }
      case IndexExpr.FloorDiv(IndexExpr left, IndexExpr right) -> {
        pushBoth(left, right, symbolsSlot, code);
        code.invokeStatic(MATH, "floorDiv", "(JJ)J");
      }
      case IndexExpr.FloorMod(IndexExpr left, IndexExpr right) -> {
        pushBoth(left, right, symbolsSlot, code);
        code.invokeStatic(MATH, "floorMod", "(JJ)J");
      }
      case IndexExpr.Minimum(IndexExpr left, IndexExpr right) -> {
        pushBoth(left, right, symbolsSlot, code);
        code.invokeStatic(MATH, "min", "(JJ)J");
      }
      case IndexExpr.Maximum(IndexExpr left, IndexExpr right) -> {
        pushBoth(left, right, symbolsSlot, code);
        code.invokeStatic(MATH, "max", "(JJ)J");
      }
      case IndexExpr.Variable _, IndexExpr.Fetch _ ->
          throw new IllegalStateException("an extent of a tensor is made of symbols");
    }
  }

  private void pushBoth(IndexExpr left, IndexExpr right, int symbolsSlot, Code code) {
    push(left, symbolsSlot, code);
    push(right, symbolsSlot, code);
  }

  private void addClose() {
    Code code = new Code();
    code.plain(Opcode.RETURN);
    add(Access.PUBLIC, "close", "()V", code);
  }
}
