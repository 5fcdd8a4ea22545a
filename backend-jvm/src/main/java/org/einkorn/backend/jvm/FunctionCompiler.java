package org.einkorn.backend.jvm;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.einkorn.backend.jvm.asm.Access;
import org.einkorn.backend.jvm.asm.MethodCode;
import org.einkorn.backend.jvm.asm.Opcode;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Fetches;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.runtime.DType;

/// Translates one function into a method, and further ones where it gets too long.
final class FunctionCompiler {
  static final String DESCRIPTOR = "(" + MethodCompiler.SEGMENT_ARRAY + "[JJJ)V";
  private static final int BEGIN_SLOT = 2;
  private static final int END_SLOT = 4;
  private static final int PARAMETER_SLOTS = 6;

  /// The JIT compiler of HotSpot leaves longer methods to the interpreter (`HugeMethodLimit`).
  private static final int COMPILED_BYTES = 8000;

  private final KernelContext context;
  private final String methodName;
  private final List<IndexExpr.Fetch> fetches;
  private final Outliner.Plan plan;
  private final boolean countsInInts;
  private final VectorMachine machine;
  private final Set<IndexExpr> checkedExtents = new LinkedHashSet<>();
  private final List<MethodCode> methods = new ArrayList<>();

  private FunctionCompiler(
      KernelContext context,
      String methodName,
      Function function,
      Outliner.Plan plan,
      boolean countsInInts,
      VectorMachine machine) {
    this.context = context;
    this.methodName = methodName;
    this.fetches = Fetches.of(function.body());
    this.plan = plan;
    this.countsInInts = countsInInts;
    this.machine = machine;
  }

  /// The methods of a function; the one called `methodName` is its entry.
  ///
  /// Sizes of data decide whether loops over symbolic extents can count in `int`. The entry
  /// compares them and leaves the rare larger ones to a second version that counts in `long`.
  static List<MethodCode> compile(KernelContext context, String methodName, Function function) {
    FunctionCompiler narrow = compile(context, methodName, function, true);
    List<MethodCode> methods = new ArrayList<>(narrow.methods);
    if (!narrow.checkedExtents.isEmpty()) {
      methods.addAll(compile(context, wide(methodName), function, false).methods);
    }
    return methods;
  }

  private static String wide(String methodName) {
    return methodName + "$wide";
  }

  private static FunctionCompiler compile(
      KernelContext context, String methodName, Function function, boolean countsInInts) {
    int limitBytes = Integer.MAX_VALUE;
    while (true) {
      // What can't be cut into methods gets shorter without vectors.
      VectorMachine machine = limitBytes < 1500 ? VectorMachine.NONE : context.machine();
      Outliner.Plan plan = Outliner.plan(function.body(), limitBytes, context, machine);
      FunctionCompiler compiler =
          new FunctionCompiler(context, methodName, function, plan, countsInInts, machine);
      compiler.compileEntry();
      boolean fits = compiler.methods.stream().allMatch(m -> m.byteSize() < COMPILED_BYTES);
      if (fits || limitBytes < 500) {
        return compiler;
      }
      limitBytes = Math.min(limitBytes / 2, 6000);
    }
  }

  KernelContext context() {
    return context;
  }

  VectorMachine machine() {
    return machine;
  }

  int site(IndexExpr.Fetch fetch) {
    return fetches.indexOf(fetch);
  }

  /// Whether the entry makes sure that this trip count fits an `int`; called by each loop that
  /// would like it to. True for extents over symbols alone, in the version that counts in `int`.
  boolean checksOnEntry(IndexExpr extent) {
    if (!countsInInts) {
      return false;
    }
    boolean[] ofSymbols = {true};
    Walk.ofIndices(
            part ->
                ofSymbols[0] &=
                    !(part instanceof IndexExpr.Variable || part instanceof IndexExpr.Fetch))
        .visit(extent);
    if (ofSymbols[0]) {
      checkedExtents.add(extent);
    }
    return ofSymbols[0];
  }

  private void compileEntry() {
    MethodCompiler method = new MethodCompiler(this, PARAMETER_SLOTS);
    Code code = method.frame().code();
    Code checks = code.insertionPoint();
    if (plan.body() instanceof Stmt.For loop && loop.kind() == Stmt.LoopOrder.PARALLEL) {
      method.statements().emitRange(loop, BEGIN_SLOT, END_SLOT);
    } else {
      int skip = method.frame().newLabel();
      code.load(JvmType.LONG, BEGIN_SLOT);
      code.load(JvmType.LONG, END_SLOT);
      code.plain(Opcode.LCMP);
      code.jump(Opcode.IFGE, skip);
      method.statements().emitInline(plan.body());
      code.mark(skip);
    }
    code.plain(Opcode.RETURN);
    check(method, checks);
    methods.addFirst(methodOf(methodName, DESCRIPTOR, code));
  }

  /// Calls the other version where a trip count is no `int`.
  private void check(MethodCompiler method, Code checks) {
    for (IndexExpr extent : checkedExtents) {
      int fits = method.frame().newLabel();
      method.indices().pushInto(checks, extent);
      checks.plain(Opcode.DUP2, Opcode.L2I, Opcode.I2L, Opcode.LCMP);
      checks.jump(Opcode.IFEQ, fits);
      checks.loadReference(0);
      checks.loadReference(1);
      checks.load(JvmType.LONG, BEGIN_SLOT);
      checks.load(JvmType.LONG, END_SLOT);
      checks.invokeStatic(context.className(), wide(methodName), DESCRIPTOR);
      checks.plain(Opcode.RETURN);
      checks.mark(fits);
    }
  }

  private static MethodCode methodOf(String name, String descriptor, Code code) {
    return new MethodCode(
        Access.PRIVATE | Access.STATIC, name, descriptor, List.of(), code.instructions());
  }

  boolean isOutlined(Object node) {
    return plan.picked().contains(node);
  }

  /// Whether each round of a loop has code of its own.
  boolean isWrittenOut(Stmt.For loop) {
    return plan.writtenOut().contains(loop);
  }

  /// Whether the array of an allocation lies in vectors.
  boolean liesInVectors(Stmt allocation) {
    return plan.arrays().allocations().contains(allocation);
  }

  /// The arrays in vectors that are Java arrays while a statement runs.
  Set<String> asArrays(Stmt statement) {
    return plan.arrays().asArrays().getOrDefault(statement, Set.of());
  }

  /// Makes a method of an expression and calls it.
  void callOutlined(Scalar scalar, MethodCompiler caller) {
    FreeNames names = new FreeNames(caller);
    names.visit(scalar);
    JvmType type = JvmType.of(scalar.type());
    callOutlined(
        names,
        caller,
        type.descriptor(),
        callee -> {
          callee.scalars().emitInline(scalar);
          callee.frame().code().plain(type.giveBack());
        });
  }

  /// Makes a method of a statement and calls it.
  void callOutlined(Stmt statement, MethodCompiler caller) {
    FreeNames names = new FreeNames(caller);
    names.visit(statement);
    callOutlined(
        names,
        caller,
        "V",
        callee -> {
          callee.statements().emitInline(statement);
          callee.frame().code().plain(Opcode.RETURN);
        });
  }

  private void callOutlined(
      FreeNames names, MethodCompiler caller, String result, Consumer<MethodCompiler> emitBody) {
    Code call = caller.frame().code();
    call.loadReference(0);
    call.loadReference(1);
    StringBuilder descriptor = new StringBuilder("(" + MethodCompiler.SEGMENT_ARRAY + "[J");
    int slots = 2;
    Map<String, Polynomial> variables = new LinkedHashMap<>();
    for (String name : names.variables()) {
      Polynomial value = caller.variable(name);
      if (value.isConstant()) {
        variables.put(name, value);
        continue;
      }
      JvmType type = JvmType.LONG;
      if (value.isAtom() && value.atom().type() == JvmType.INT) {
        type = JvmType.INT;
        call.load(type, value.atom().slot());
      } else {
        caller.indices().push(value);
      }
      variables.put(name, Polynomial.of(new Atom(slots, type, 0, value.interval())));
      descriptor.append(type.descriptor());
      slots += type.slots();
    }
    Map<String, Local> locals = new LinkedHashMap<>();
    for (Map.Entry<String, Local> entry : names.locals().entrySet()) {
      switch (entry.getValue()) {
        case Local.Register(int slot, DType stored) -> {
          JvmType type = JvmType.of(stored);
          call.load(type, slot);
          locals.put(entry.getKey(), new Local.Register(slots, stored));
          descriptor.append(type.descriptor());
          slots += type.slots();
        }
        case Local.Array(int slot, Buffer buffer) -> {
          call.loadReference(slot);
          locals.put(entry.getKey(), new Local.Array(slots, buffer));
          descriptor.append(ElementAccess.arrayType(buffer.type().dtype()));
          slots++;
        }
        case Local.Lanes _, Local.Vectors _ ->
            throw new IllegalStateException("vectors do not leave their method");
      }
    }
    if (slots > 255) {
      throw Refusals.tooLarge("a part of `" + methodName + "` depends on too many loops");
    }
    descriptor.append(')').append(result);
    MethodCompiler callee = new MethodCompiler(this, slots);
    variables.forEach(callee::bind);
    locals.forEach(callee::bind);
    emitBody.accept(callee);
    String name = methodName + "$" + methods.size();
    methods.add(methodOf(name, descriptor.toString(), callee.frame().code()));
    call.invokeStatic(context.className(), name, descriptor.toString());
  }

  /// The iterators and allocations of the calling method that a part of it uses.
  private static final class FreeNames {
    private final MethodCompiler caller;
    private final Set<String> variables = new LinkedHashSet<>();
    private final Map<String, Local> locals = new LinkedHashMap<>();
    private final Walk walk = Walk.of(this::note, this::note);

    FreeNames(MethodCompiler caller) {
      this.caller = caller;
    }

    Set<String> variables() {
      return variables;
    }

    Map<String, Local> locals() {
      return locals;
    }

    private void note(IndexExpr expr) {
      switch (expr) {
        // A name that is bound inside only is none of the caller's.
        case IndexExpr.Variable(String name) -> {
          if (caller.hasVariable(name)) {
            variables.add(name);
          }
        }
        case IndexExpr.Fetch fetch -> walk.visit(fetch.extent());
        case IndexExpr.Constant _,
            IndexExpr.Symbol _,
            IndexExpr.Sum _,
            IndexExpr.Product _,
            IndexExpr.FloorDiv _,
            IndexExpr.FloorMod _,
            IndexExpr.Minimum _,
            IndexExpr.Maximum _ -> {}
      }
    }

    private void note(Scalar scalar) {
      if (scalar instanceof Scalar.Read read) {
        note(read.tensor());
      }
    }

    private void note(String name) {
      Local local = caller.local(name);
      if (local != null) {
        locals.put(name, local);
      }
    }

    void visit(Scalar scalar) {
      walk.visit(scalar);
    }

    void visit(Stmt statement) {
      switch (statement) {
        case Stmt.For loop -> {
          walk.visit(loop.extent());
          visit(loop.body());
        }
        case Stmt.Block block -> {
          block.iters().forEach(iter -> walk.visit(iter.binding()));
          visit(block.guards());
          block.init().ifPresent(this::visit);
          visit(block.body());
        }
        case Stmt.Sequence(List<Stmt> statements) -> statements.forEach(this::visit);
        case Stmt.Allocate(var buffer, Stmt body) -> visit(body);
        case Stmt.If(List<Guard> guards, Stmt body) -> {
          visit(guards);
          visit(body);
        }
        case Stmt.When(var condition, Stmt body) -> {
          walk.visit(condition);
          visit(body);
        }
        case Stmt.While(var condition, Stmt body) -> {
          walk.visit(condition);
          visit(body);
        }
        case Stmt.Store store -> {
          note(store.buffer());
          store.indices().forEach(walk::visit);
          walk.visit(store.value());
        }
      }
    }

    private void visit(List<Guard> guards) {
      for (Guard guard : guards) {
        walk.visit(guard.index());
        walk.visit(guard.extent());
      }
    }
  }
}
