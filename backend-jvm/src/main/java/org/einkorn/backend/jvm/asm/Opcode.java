package org.einkorn.backend.jvm.asm;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// The operations of the virtual machine that this compiler writes, by their names and numbers in
/// the Java Virtual Machine Specification, §6.5.
///
/// Left out are the short forms that the assembler chooses by itself (`iload_0`, `goto_w`, `ldc_w`)
/// and what compiled loops have no use for (`jsr`, `monitorenter`, `invokedynamic`).
public enum Opcode {
  ACONST_NULL(1, Shape.PLAIN),
  ICONST_M1(2, Shape.PLAIN),
  ICONST_0(3, Shape.PLAIN),
  ICONST_1(4, Shape.PLAIN),
  ICONST_2(5, Shape.PLAIN),
  ICONST_3(6, Shape.PLAIN),
  ICONST_4(7, Shape.PLAIN),
  ICONST_5(8, Shape.PLAIN),
  LCONST_0(9, Shape.PLAIN),
  LCONST_1(10, Shape.PLAIN),
  FCONST_0(11, Shape.PLAIN),
  FCONST_1(12, Shape.PLAIN),
  FCONST_2(13, Shape.PLAIN),
  DCONST_0(14, Shape.PLAIN),
  DCONST_1(15, Shape.PLAIN),
  BIPUSH(16, Shape.PUSH),
  SIPUSH(17, Shape.PUSH),
  LDC(18, Shape.CONSTANT),
  LDC2_W(20, Shape.CONSTANT),
  ILOAD(21, Shape.LOCAL),
  LLOAD(22, Shape.LOCAL),
  FLOAD(23, Shape.LOCAL),
  DLOAD(24, Shape.LOCAL),
  ALOAD(25, Shape.LOCAL),
  IALOAD(46, Shape.PLAIN),
  LALOAD(47, Shape.PLAIN),
  FALOAD(48, Shape.PLAIN),
  DALOAD(49, Shape.PLAIN),
  AALOAD(50, Shape.PLAIN),
  BALOAD(51, Shape.PLAIN),
  SALOAD(53, Shape.PLAIN),
  ISTORE(54, Shape.LOCAL),
  LSTORE(55, Shape.LOCAL),
  FSTORE(56, Shape.LOCAL),
  DSTORE(57, Shape.LOCAL),
  ASTORE(58, Shape.LOCAL),
  IASTORE(79, Shape.PLAIN),
  LASTORE(80, Shape.PLAIN),
  FASTORE(81, Shape.PLAIN),
  DASTORE(82, Shape.PLAIN),
  AASTORE(83, Shape.PLAIN),
  BASTORE(84, Shape.PLAIN),
  SASTORE(86, Shape.PLAIN),
  POP(87, Shape.PLAIN),
  POP2(88, Shape.PLAIN),
  DUP(89, Shape.PLAIN),
  DUP_X1(90, Shape.PLAIN),
  DUP2(92, Shape.PLAIN),
  SWAP(95, Shape.PLAIN),
  IADD(96, Shape.PLAIN),
  LADD(97, Shape.PLAIN),
  FADD(98, Shape.PLAIN),
  DADD(99, Shape.PLAIN),
  ISUB(100, Shape.PLAIN),
  LSUB(101, Shape.PLAIN),
  FSUB(102, Shape.PLAIN),
  DSUB(103, Shape.PLAIN),
  IMUL(104, Shape.PLAIN),
  LMUL(105, Shape.PLAIN),
  FMUL(106, Shape.PLAIN),
  DMUL(107, Shape.PLAIN),
  IDIV(108, Shape.PLAIN),
  LDIV(109, Shape.PLAIN),
  FDIV(110, Shape.PLAIN),
  DDIV(111, Shape.PLAIN),
  IREM(112, Shape.PLAIN),
  LREM(113, Shape.PLAIN),
  FREM(114, Shape.PLAIN),
  DREM(115, Shape.PLAIN),
  INEG(116, Shape.PLAIN),
  LNEG(117, Shape.PLAIN),
  FNEG(118, Shape.PLAIN),
  DNEG(119, Shape.PLAIN),
  ISHL(120, Shape.PLAIN),
  LSHL(121, Shape.PLAIN),
  ISHR(122, Shape.PLAIN),
  LSHR(123, Shape.PLAIN),
  IUSHR(124, Shape.PLAIN),
  LUSHR(125, Shape.PLAIN),
  IAND(126, Shape.PLAIN),
  LAND(127, Shape.PLAIN),
  IOR(128, Shape.PLAIN),
  LOR(129, Shape.PLAIN),
  IXOR(130, Shape.PLAIN),
  LXOR(131, Shape.PLAIN),
  IINC(132, Shape.INCREMENT),
  I2L(133, Shape.PLAIN),
  I2F(134, Shape.PLAIN),
  I2D(135, Shape.PLAIN),
  L2I(136, Shape.PLAIN),
  L2F(137, Shape.PLAIN),
  L2D(138, Shape.PLAIN),
  F2I(139, Shape.PLAIN),
  F2L(140, Shape.PLAIN),
  F2D(141, Shape.PLAIN),
  D2I(142, Shape.PLAIN),
  D2L(143, Shape.PLAIN),
  D2F(144, Shape.PLAIN),
  I2B(145, Shape.PLAIN),
  I2C(146, Shape.PLAIN),
  I2S(147, Shape.PLAIN),
  LCMP(148, Shape.PLAIN),
  FCMPL(149, Shape.PLAIN),
  FCMPG(150, Shape.PLAIN),
  DCMPL(151, Shape.PLAIN),
  DCMPG(152, Shape.PLAIN),
  IFEQ(153, Shape.JUMP),
  IFNE(154, Shape.JUMP),
  IFLT(155, Shape.JUMP),
  IFGE(156, Shape.JUMP),
  IFGT(157, Shape.JUMP),
  IFLE(158, Shape.JUMP),
  IF_ICMPEQ(159, Shape.JUMP),
  IF_ICMPNE(160, Shape.JUMP),
  IF_ICMPLT(161, Shape.JUMP),
  IF_ICMPGE(162, Shape.JUMP),
  IF_ICMPGT(163, Shape.JUMP),
  IF_ICMPLE(164, Shape.JUMP),
  GOTO(167, Shape.JUMP),
  TABLESWITCH(170, Shape.SWITCH),
  IRETURN(172, Shape.PLAIN),
  LRETURN(173, Shape.PLAIN),
  FRETURN(174, Shape.PLAIN),
  DRETURN(175, Shape.PLAIN),
  ARETURN(176, Shape.PLAIN),
  RETURN(177, Shape.PLAIN),
  GETSTATIC(178, Shape.FIELD),
  PUTSTATIC(179, Shape.FIELD),
  GETFIELD(180, Shape.FIELD),
  PUTFIELD(181, Shape.FIELD),
  INVOKEVIRTUAL(182, Shape.INVOKE),
  INVOKESPECIAL(183, Shape.INVOKE),
  INVOKESTATIC(184, Shape.INVOKE),
  INVOKEINTERFACE(185, Shape.INVOKE),
  NEW(187, Shape.TYPE),
  NEWARRAY(188, Shape.ARRAY),
  ANEWARRAY(189, Shape.TYPE),
  ARRAYLENGTH(190, Shape.PLAIN),
  ATHROW(191, Shape.PLAIN),
  CHECKCAST(192, Shape.TYPE),
  INSTANCEOF(193, Shape.TYPE);

  /// What an operation is followed by; one kind of [Instruction] for each.
  enum Shape {
    PLAIN,
    LOCAL,
    INCREMENT,
    PUSH,
    CONSTANT,
    JUMP,
    INVOKE,
    FIELD,
    TYPE,
    ARRAY,
    SWITCH
  }

  private static final Map<String, Opcode> BY_TEXT = new HashMap<>();

  static {
    for (Opcode opcode : values()) {
      BY_TEXT.put(opcode.text, opcode);
    }
  }

  private final int number;
  private final Shape shape;
  private final String text;

  Opcode(int number, Shape shape) {
    this.number = number;
    this.shape = shape;
    this.text = name().toLowerCase(Locale.ROOT);
  }

  int number() {
    return number;
  }

  Shape shape() {
    return shape;
  }

  /// The mnemonic: `if_icmplt`.
  public String text() {
    return text;
  }

  /// The operation with this mnemonic, if there is one.
  static Optional<Opcode> of(String text) {
    return Optional.ofNullable(BY_TEXT.get(text));
  }
}
