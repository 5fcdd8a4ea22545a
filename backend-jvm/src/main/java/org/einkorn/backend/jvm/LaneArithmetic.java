package org.einkorn.backend.jvm;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.einkorn.backend.jvm.asm.Instruction;
import org.einkorn.backend.jvm.asm.Opcode;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.elementary.FloatArithmetic;
import org.einkorn.ir.elementary.Formulas;
import org.einkorn.runtime.DType;

/// The steps of elementary functions as calls of the Vector API, on vectors of `f32` or of `f64`.
///
/// A step is no code yet: what a value needs is known when all of it is there, and then
/// [#push(Step)] writes it. A step that others take once comes to lie on the operand stack, and one
/// that several take in a local variable. Numbers are vectors that the method makes at its
/// beginning, since the JIT compiler has to inline each call that makes one.
final class LaneArithmetic
    implements FloatArithmetic<LaneArithmetic.Step, LaneArithmetic.Step, LaneArithmetic.Step> {
  private static final String VECTOR = "L" + VectorCompiler.API + "Vector;";
  private static final String SPECIES = "L" + VectorCompiler.API + "VectorSpecies;";
  private static final String MASK = "L" + VectorCompiler.API + "VectorMask;";
  private static final String OPERATORS = VectorCompiler.API + "VectorOperators";
  private static final String COMPARISON = "L" + OPERATORS + "$Comparison;";
  private static final String CONVERSION = "L" + OPERATORS + "$Conversion;";
  private static final String BINARY = "L" + OPERATORS + "$Binary;";

  /// Added to the bits of this number, an integer below 2⁵¹ is a part of it.
  private static final double INTEGER_IN_FRACTION = 0x1.8p52;

  /// A vector or a mask to compute.
  static final class Step {
    private final List<Step> operands;
    private final Consumer<Code> instructions;
    private int uses;
    private int slot = -1;

    /// @param instructions `operand … → value`
    private Step(List<Step> operands, Consumer<Code> instructions) {
      this.operands = operands;
      this.instructions = instructions;
      operands.forEach(operand -> operand.uses++);
    }
  }

  /// What a vector of one number is found again by.
  private record Shared(String vectorClass, long bits) {}

  private final Frame frame;
  private final int bits;
  private final boolean isSingle;
  private final String floats;
  private final String integers;

  /// @param type `f32` or `f64`
  /// @param bits the size of a vector
  private LaneArithmetic(Frame frame, DType type, int bits) {
    this.frame = frame;
    this.bits = bits;
    this.isSingle = type == DType.F32;
    this.floats = isSingle ? "FloatVector" : "DoubleVector";
    this.integers = isSingle ? "IntVector" : "LongVector";
  }

  /// `vector → vector`, a function that is written out.
  ///
  /// @param type `f32` or `f64`
  static void apply(UnaryOp op, DType type, MethodCompiler method) {
    Frame frame = method.frame();
    int bits = method.function().machine().bits();
    int operand = frame.newReferenceSlot();
    frame.code().storeReference(operand);
    DType steps = Formulas.steps(op, type);
    LaneArithmetic in = new LaneArithmetic(frame, steps, bits);
    Formulas<Step, Step, Step> formulas = new Formulas<>(in);
    Step x = local(operand);
    if (steps == type) {
      in.push(formulas.apply(op, type, x));
    } else {
      Step lower = formulas.apply(op, type, in.widened(x, 0));
      Step upper = formulas.apply(op, type, in.widened(x, 1));
      in.push(in.narrowed(lower, upper));
    }
  }

  /// A vector that lies in a local variable.
  private static Step local(int slot) {
    return new Step(List.of(), code -> code.loadReference(slot));
  }

  /// Writes what computes a step; its value comes to lie on the stack.
  private void push(Step step) {
    Code code = frame.code();
    if (step.slot >= 0) {
      code.loadReference(step.slot);
      return;
    }
    step.operands.forEach(this::push);
    step.instructions.accept(code);
    if (step.uses > 1 && !step.operands.isEmpty()) {
      step.slot = frame.newReferenceSlot();
      code.plain(Opcode.DUP);
      code.storeReference(step.slot);
    }
  }

  /// One half of a vector of `f32` as `f64`: these are steps of `f64`.
  ///
  /// @param half 0 or 1
  private Step widened(Step singles, int half) {
    return converted(singles, "F2D", half, "DoubleVector");
  }

  /// Two vectors of `f64` as one of `f32`, each number rounded.
  private Step narrowed(Step lower, Step upper) {
    Step first = converted(lower, "D2F", 0, "FloatVector");
    Step second = converted(upper, "D2F", -1, "FloatVector");
    return ofBitsOf(call("IntVector", "or", bitsOf(first, true), bitsOf(second, true)), true);
  }

  private Step converted(Step operand, String conversion, int part, String to) {
    return new Step(
        List.of(operand),
        code -> {
          code.getStatic(OPERATORS, conversion, CONVERSION);
          pushSpecies(to, code);
          code.push(part);
          code.add(
              new Instruction.Invoke(
                  Opcode.INVOKEVIRTUAL,
                  VectorCompiler.API + "Vector",
                  "convertShape",
                  "(" + CONVERSION + SPECIES + "I)" + VECTOR,
                  false));
          code.add(new Instruction.OfType(Opcode.CHECKCAST, VectorCompiler.API + to));
        });
  }

  @Override
  public Step number(double value) {
    return isSingle
        ? shared(
            floats, Float.floatToRawIntBits((float) value), "F", code -> code.push((float) value))
        : shared(floats, Double.doubleToRawLongBits(value), "D", code -> code.push(value));
  }

  @Override
  public Step integer(long value) {
    return isSingle
        ? shared(integers, value, "I", code -> code.push(Math.toIntExact(value)))
        : shared(integers, value, "J", code -> code.push(value));
  }

  /// A vector with one number in all lanes, made where the method begins.
  private Step shared(
      String vectorClass, long valueBits, String descriptor, Consumer<Code> pushValue) {
    Map<Object, Integer> known = frame.scope(0).references();
    Shared key = new Shared(vectorClass, valueBits);
    Integer slot = known.get(key);
    if (slot == null) {
      Code entry = frame.scope(0).entry();
      pushSpecies(vectorClass, entry);
      pushValue.accept(entry);
      entry.invokeStatic(
          VectorCompiler.API + vectorClass,
          "broadcast",
          "(" + SPECIES + descriptor + ")" + type(vectorClass));
      slot = frame.newReferenceSlot();
      entry.storeReference(slot);
      known.put(key, slot);
    }
    return local(slot);
  }

  private static String type(String vectorClass) {
    return "L" + VectorCompiler.API + vectorClass + ";";
  }

  private void pushSpecies(String vectorClass, Code code) {
    code.getStatic(VectorCompiler.API + vectorClass, "SPECIES_" + bits, SPECIES);
  }

  /// A method of the first operand whose parameters are vectors, and so is its result.
  private static Step call(String vectorClass, String method, Step... operands) {
    String descriptor = "(" + VECTOR.repeat(operands.length - 1) + ")" + type(vectorClass);
    return new Step(List.of(operands), code -> invoke(vectorClass, method, descriptor, code));
  }

  private static void invoke(String vectorClass, String method, String descriptor, Code code) {
    code.add(
        new Instruction.Invoke(
            Opcode.INVOKEVIRTUAL, VectorCompiler.API + vectorClass, method, descriptor, false));
  }

  @Override
  public Step add(Step left, Step right) {
    return call(floats, "add", left, right);
  }

  @Override
  public Step subtract(Step left, Step right) {
    return call(floats, "sub", left, right);
  }

  @Override
  public Step multiply(Step left, Step right) {
    return call(floats, "mul", left, right);
  }

  @Override
  public Step divide(Step left, Step right) {
    return call(floats, "div", left, right);
  }

  @Override
  public Step multiplyAdd(Step left, Step right, Step more) {
    return call(floats, "fma", left, right, more);
  }

  @Override
  public Step negate(Step operand) {
    return call(floats, "neg", operand);
  }

  @Override
  public Step magnitude(Step operand) {
    return call(floats, "abs", operand);
  }

  @Override
  public Step withSignOf(Step magnitude, Step sign) {
    Step signBit = integer(isSingle ? Integer.MIN_VALUE : Long.MIN_VALUE);
    Step signOnly = call(integers, "and", bits(sign), signBit);
    return ofBits(call(integers, "or", bits(magnitude(magnitude)), signOnly));
  }

  @Override
  public Step compare(Comparison comparison, Step left, Step right) {
    String name =
        switch (comparison) {
          case LESS -> "LT";
          case GREATER -> "GT";
          case GREATER_EQUAL -> "GE";
          case EQUAL -> "EQ";
          case NOT_EQUAL -> "NE";
        };
    return new Step(
        List.of(left, right),
        code -> {
          code.getStatic(OPERATORS, name, COMPARISON);
          code.plain(Opcode.SWAP);
          invoke(floats, "compare", "(" + COMPARISON + VECTOR + ")" + MASK, code);
        });
  }

  @Override
  public Step select(Step condition, Step then, Step otherwise) {
    String descriptor = "(" + VECTOR + MASK + ")" + type(floats);
    return new Step(
        List.of(otherwise, then, condition), code -> invoke(floats, "blend", descriptor, code));
  }

  @Override
  public Step plus(Step left, Step right) {
    return call(integers, "add", left, right);
  }

  @Override
  public Step minus(Step left, Step right) {
    return call(integers, "sub", left, right);
  }

  @Override
  public Step shiftLeft(Step operand, int distance) {
    return shift("LSHL", operand, distance);
  }

  @Override
  public Step shiftRight(Step operand, int distance) {
    return shift("ASHR", operand, distance);
  }

  private Step shift(String operator, Step operand, int distance) {
    return new Step(
        List.of(operand),
        code -> {
          code.getStatic(OPERATORS, operator, BINARY);
          if (isSingle) {
            code.push(distance);
          } else {
            code.push((long) distance);
          }
          String number = isSingle ? "I" : "J";
          invoke(integers, "lanewise", "(" + BINARY + number + ")" + type(integers), code);
        });
  }

  @Override
  public Step bits(Step operand) {
    return bitsOf(operand, isSingle);
  }

  @Override
  public Step ofBits(Step operand) {
    return ofBitsOf(operand, isSingle);
  }

  private static Step bitsOf(Step operand, boolean isSingle) {
    return new Step(
        List.of(operand),
        code -> {
          String method = isSingle ? "reinterpretAsInts" : "reinterpretAsLongs";
          String integers = isSingle ? "IntVector" : "LongVector";
          invoke(isSingle ? "FloatVector" : "DoubleVector", method, "()" + type(integers), code);
        });
  }

  private static Step ofBitsOf(Step operand, boolean isSingle) {
    return new Step(
        List.of(operand),
        code -> {
          String method = isSingle ? "reinterpretAsFloats" : "reinterpretAsDoubles";
          String floats = isSingle ? "FloatVector" : "DoubleVector";
          invoke(isSingle ? "IntVector" : "LongVector", method, "()" + type(floats), code);
        });
  }

  /// Processors without AVX-512 convert no `i64`. Below 2⁵¹ an addition does it.
  @Override
  public Step toNumber(Step operand) {
    if (isSingle) {
      return converted(operand, "I2F", 0, floats);
    }
    Step offset = integer(Double.doubleToRawLongBits(INTEGER_IN_FRACTION));
    return subtract(ofBits(plus(operand, offset)), number(INTEGER_IN_FRACTION));
  }
}
