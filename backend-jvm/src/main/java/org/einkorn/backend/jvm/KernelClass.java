package org.einkorn.backend.jvm;

import java.util.ArrayList;
import java.util.List;
import org.einkorn.backend.jvm.asm.Access;
import org.einkorn.backend.jvm.asm.ClassCode;
import org.einkorn.backend.jvm.asm.Instruction;
import org.einkorn.backend.jvm.asm.MethodCode;
import org.einkorn.backend.jvm.asm.Opcode;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.target.StraightPositions;

/// Builds the class of a module's functions.
///
/// ```text
/// f<number>_<name>(memory, symbols, begin, end)   // static, one for each function, and its parts
/// dispatch(function, memory, symbols, begin, end) // static, picks one
/// run(function, memory, symbols, begin, end)      // dispatch, with overflows as traps
/// ```
final class KernelClass {
  static final String OBJECT = "java/lang/Object";
  static final String RUN_DESCRIPTOR = "(I" + MethodCompiler.SEGMENT_ARRAY + "[JJJ)V";
  private static final String TRAP = "org/einkorn/runtime/exec/KernelTrap";

  private KernelClass() {}

  /// The class for use inside this process.
  ///
  /// @param machine the vectors that it may use
  static ClassCode hidden(Module module, VectorMachine machine) {
    String name = "org/einkorn/backend/jvm/Kernels_" + identifier(module.name());
    List<MethodCode> methods = new ArrayList<>();
    methods.add(constructor(Access.PUBLIC));
    methods.addAll(kernels(module, name, machine));
    return new ClassCode(
        Access.PUBLIC | Access.FINAL | Access.SUPER,
        name,
        OBJECT,
        List.of("org/einkorn/backend/jvm/KernelCode"),
        List.of(),
        methods);
  }

  /// `run` and all that it needs.
  static List<MethodCode> kernels(Module module, String className, VectorMachine machine) {
    KernelContext context = new KernelContext(module, className, machine);
    List<MethodCode> methods = new ArrayList<>();
    methods.add(run(className));
    List<Function> functions = module.functions();
    methods.addAll(
        Dispatch.build(
            new Dispatch.Plan(
                Access.PRIVATE | Access.STATIC,
                className,
                "dispatch",
                RUN_DESCRIPTOR,
                0,
                functions.size(),
                number -> callFunction(className, methodName(number, functions.get(number))),
                pushArguments(0),
                Opcode.RETURN)));
    for (int number = 0; number < functions.size(); number++) {
      Function function = StraightPositions.of(functions.get(number), module);
      methods.addAll(FunctionCompiler.compile(context, methodName(number, function), function));
    }
    return methods;
  }

  private static String methodName(int number, Function function) {
    return "f" + number + "_" + identifier(function.name());
  }

  /// A name with `_` for everything that could mean something to the machine or to a reader of
  /// text.
  static String identifier(String name) {
    StringBuilder plain = new StringBuilder();
    name.codePoints()
        .forEach(point -> plain.appendCodePoint(Character.isLetterOrDigit(point) ? point : '_'));
    return plain.toString();
  }

  static MethodCode constructor(int access) {
    Code code = new Code();
    code.loadReference(0);
    code.add(new Instruction.Invoke(Opcode.INVOKESPECIAL, OBJECT, "<init>", "()V", false));
    code.plain(Opcode.RETURN);
    return new MethodCode(access, "<init>", "()V", List.of(), code.instructions());
  }

  /// All parameters of `run` or `dispatch`; the first lies in local variable `first`.
  private static List<Instruction> pushArguments(int first) {
    Code code = new Code();
    code.load(JvmType.INT, first);
    code.loadReference(first + 1);
    code.loadReference(first + 2);
    code.load(JvmType.LONG, first + 3);
    code.load(JvmType.LONG, first + 5);
    return code.instructions();
  }

  private static List<Instruction> callFunction(String className, String name) {
    Code code = new Code();
    pushArguments(0).stream().skip(1).forEach(code::add);
    code.invokeStatic(className, name, FunctionCompiler.DESCRIPTOR);
    code.plain(Opcode.RETURN);
    return code.instructions();
  }

  private static MethodCode run(String className) {
    int start = 0;
    int end = 1;
    int target = 2;
    Code code = new Code();
    code.mark(start);
    pushArguments(1).forEach(code::add);
    code.invokeStatic(className, "dispatch", RUN_DESCRIPTOR);
    code.plain(Opcode.RETURN);
    code.mark(end);
    code.mark(target);
    code.plain(Opcode.POP);
    code.invokeStatic(TRAP, "overflow", "()L" + TRAP + ";");
    code.plain(Opcode.ATHROW);
    MethodCode.Handler handler =
        new MethodCode.Handler(start, end, target, "java/lang/ArithmeticException");
    return new MethodCode(
        Access.PUBLIC, "run", RUN_DESCRIPTOR, List.of(handler), code.instructions());
  }
}
