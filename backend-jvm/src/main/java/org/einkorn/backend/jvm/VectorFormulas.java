package org.einkorn.backend.jvm;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.einkorn.backend.jvm.FormulaNode.Kind;
import org.einkorn.backend.jvm.asm.Instruction;
import org.einkorn.backend.jvm.asm.Opcode;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.elementary.DoubleArithmetic.Comparison;
import org.einkorn.ir.elementary.Formulas;
import org.einkorn.runtime.DType;

/// Elementary functions of the lanes of a vector.
///
/// A vector of `f32` is computed as two of `f64`, of half as many lanes each. All is code of the
/// method itself: vectors that are handed to a method which the JIT compiler does not inline are
/// objects.
final class VectorFormulas implements FormulaCode.Machine {
  private static final String VECTOR = VectorCompiler.API + "Vector";
  private static final String VECTOR_TYPE = "L" + VECTOR + ";";
  private static final String FLOATS = VectorCompiler.API + "FloatVector";
  private static final String DOUBLES = VectorCompiler.API + "DoubleVector";
  private static final String LONGS = VectorCompiler.API + "LongVector";
  private static final String INTS = VectorCompiler.API + "IntVector";
  private static final String OPERATORS = VectorCompiler.API + "VectorOperators";
  private static final String SPECIES_TYPE = "L" + VectorCompiler.API + "VectorSpecies;";
  private static final String MASK_TYPE = "L" + VectorCompiler.API + "VectorMask;";

  private final Frame frame;
  private final int bits;

  /// Local variables with one constant in all lanes. They are made when the method begins.
  private final Map<Object, Integer> constants = new HashMap<>();

  /// @param bits the size of a vector
  VectorFormulas(Frame frame, int bits) {
    this.frame = frame;
    this.bits = bits;
  }

  private Code code() {
    return frame.code();
  }

  /// `vector → vector`
  void apply(UnaryOp op, DType type) {
    int operand = keepOnly();
    if (type == DType.F64) {
      FormulaCode.push(op, type, operand, this);
      return;
    }
    applyToHalf(op, operand, 0);
    applyToHalf(op, operand, 1);
    call(INTS, "or", "(" + VECTOR_TYPE + ")", INTS);
    call(INTS, "reinterpretAsFloats", "()", FLOATS);
  }

  /// Pushes the results for one half of the lanes as bits, with zeros in the other half.
  private void applyToHalf(UnaryOp op, int operand, int half) {
    code().loadReference(operand);
    convert(FLOATS, "F2D", DOUBLES, half);
    int wide = keepOnly();
    FormulaCode.push(op, DType.F32, wide, this);
    convert(DOUBLES, "D2F", FLOATS, -half);
    call(FLOATS, "reinterpretAsInts", "()", INTS);
  }

  /// `vector → vector`, of as many bits.
  ///
  /// @param part as `Vector.convertShape` has it
  private void convert(String from, String conversion, String to, int part) {
    code().getStatic(OPERATORS, conversion, "L" + OPERATORS + "$Conversion;");
    pushSpecies(code(), to);
    code().push(part);
    call(from, "convertShape", "(L" + OPERATORS + "$Conversion;" + SPECIES_TYPE + "I)", VECTOR);
    code().add(new Instruction.OfType(Opcode.CHECKCAST, to));
  }

  private void pushSpecies(Code at, String vector) {
    at.getStatic(vector, "SPECIES_" + bits, SPECIES_TYPE);
  }

  private void call(String owner, String name, String parameters, String result) {
    code()
        .add(
            new Instruction.Invoke(
                Opcode.INVOKEVIRTUAL, owner, name, parameters + "L" + result + ";", false));
  }

  @Override
  public void push(double value) {
    pushConstant(value, DOUBLES, entry -> entry.push(value), "D");
  }

  @Override
  public void push(long value) {
    pushConstant(value, LONGS, entry -> entry.push(value), "J");
  }

  private void pushConstant(Object value, String vector, Consumer<Code> push, String descriptor) {
    Integer slot = constants.get(value);
    if (slot == null) {
      Code entry = frame.scope(0).entry();
      pushSpecies(entry, vector);
      push.accept(entry);
      entry.invokeStatic(
          vector, "broadcast", "(" + SPECIES_TYPE + descriptor + ")L" + vector + ";");
      slot = frame.newReferenceSlot();
      entry.storeReference(slot);
      constants.put(value, slot);
    }
    code().loadReference(slot);
  }

  @Override
  public void apply(FormulaNode.Step step) {
    switch (step) {
      case ADD -> call(DOUBLES, "add", "(" + VECTOR_TYPE + ")", DOUBLES);
      case SUBTRACT -> call(DOUBLES, "sub", "(" + VECTOR_TYPE + ")", DOUBLES);
      case MULTIPLY -> call(DOUBLES, "mul", "(" + VECTOR_TYPE + ")", DOUBLES);
      case DIVIDE -> call(DOUBLES, "div", "(" + VECTOR_TYPE + ")", DOUBLES);
      case NEGATE -> call(DOUBLES, "neg", "()", DOUBLES);
      case MAGNITUDE -> call(DOUBLES, "abs", "()", DOUBLES);
      case WITH_SIGN_OF -> withSignOf();
      case OF_BITS -> call(LONGS, "reinterpretAsDoubles", "()", DOUBLES);
      case TO_F64 -> toF64();
      case BITS -> call(DOUBLES, "reinterpretAsLongs", "()", LONGS);
      case PLUS -> call(LONGS, "add", "(" + VECTOR_TYPE + ")", LONGS);
      case MINUS -> call(LONGS, "sub", "(" + VECTOR_TYPE + ")", LONGS);
    }
  }

  /// `magnitude sign → number`
  private void withSignOf() {
    keepBits(Long.MIN_VALUE);
    code().plain(Opcode.SWAP);
    keepBits(Long.MAX_VALUE);
    call(LONGS, "or", "(" + VECTOR_TYPE + ")", LONGS);
    call(LONGS, "reinterpretAsDoubles", "()", DOUBLES);
  }

  /// `number → some of its bits`
  private void keepBits(long which) {
    call(DOUBLES, "reinterpretAsLongs", "()", LONGS);
    push(which);
    call(LONGS, "and", "(" + VECTOR_TYPE + ")", LONGS);
  }

  /// Many machines have no instruction for it. The sum with a number whose lower bits stand for
  /// integers is exact, and so is the difference.
  private void toF64() {
    push(Double.doubleToRawLongBits(Formulas.ROUNDER));
    apply(FormulaNode.Step.PLUS);
    apply(FormulaNode.Step.OF_BITS);
    push(Formulas.ROUNDER);
    apply(FormulaNode.Step.SUBTRACT);
  }

  @Override
  public void shift(boolean isLeft, int distance) {
    code().getStatic(OPERATORS, isLeft ? "LSHL" : "ASHR", "L" + OPERATORS + "$Binary;");
    code().push((long) distance);
    call(LONGS, "lanewise", "(L" + OPERATORS + "$Binary;J)", LONGS);
  }

  @Override
  public void compare(FormulaNode.Compare compare) {
    String type = "L" + OPERATORS + "$Comparison;";
    code().getStatic(OPERATORS, name(compare.comparison()), type);
    code().plain(Opcode.SWAP);
    call(DOUBLES, "compare", "(" + type + VECTOR_TYPE + ")", VectorCompiler.API + "VectorMask");
  }

  private static String name(Comparison comparison) {
    return switch (comparison) {
      case LESS -> "LT";
      case GREATER -> "GT";
      case GREATER_EQUAL -> "GE";
      case EQUAL -> "EQ";
      case NOT_EQUAL -> "NE";
    };
  }

  @Override
  public void select() {
    call(DOUBLES, "blend", "(" + VECTOR_TYPE + MASK_TYPE + ")", DOUBLES);
  }

  @Override
  public void load(Kind kind, int slot) {
    code().loadReference(slot);
  }

  @Override
  public int keep(Kind kind) {
    code().plain(Opcode.DUP);
    return keepOnly();
  }

  private int keepOnly() {
    int slot = frame.newReferenceSlot();
    code().storeReference(slot);
    return slot;
  }
}
