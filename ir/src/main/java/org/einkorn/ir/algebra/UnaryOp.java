package org.einkorn.ir.algebra;

import java.util.Optional;
import org.einkorn.runtime.DType;

/// An elementwise operation of one operand. The result has the operand's type; `re`, `im` and `abs`
/// of a complex number have the type of its parts.
///
/// `negate` and `abs` of the least integer trap, as all integer arithmetic does when the exact
/// result is no number of the type. `round` rounds halves to even. `sign` keeps NaN and signed
/// zeros. `stop` is its operand, and its derivative is 0; derivatives are all that it is for. What
/// `abs` and `exp` of complex numbers are, the package page says. `mix` is
/// [org.einkorn.runtime.Elementary#mix], from which random numbers are made.
public enum UnaryOp {
  NEGATE("negate", Domain.NUMBER_OR_COMPLEX),
  ABS("abs", Domain.NUMBER_OR_COMPLEX),
  SIGN("sign", Domain.NUMBER),
  FLOOR("floor", Domain.FLOAT),
  CEIL("ceil", Domain.FLOAT),
  ROUND("round", Domain.FLOAT),
  SQRT("sqrt", Domain.FLOAT),
  EXP("exp", Domain.FLOAT_OR_COMPLEX),
  LOG("log", Domain.FLOAT),
  SIN("sin", Domain.FLOAT),
  COS("cos", Domain.FLOAT),
  TAN("tan", Domain.FLOAT),
  TANH("tanh", Domain.FLOAT),
  ERF("erf", Domain.FLOAT),
  RE("re", Domain.COMPLEX),
  IM("im", Domain.COMPLEX),
  CONJ("conj", Domain.COMPLEX),
  NOT("not", Domain.BOOLEAN),
  STOP("stop", Domain.NUMBER_OR_COMPLEX),
  MIX("mix", Domain.LONG);

  private final String text;
  private final Domain domain;

  UnaryOp(String text, Domain domain) {
    this.text = text;
    this.domain = domain;
  }

  /// The name in IR text.
  public String text() {
    return text;
  }

  /// The types this operation is defined on.
  public Domain domain() {
    return domain;
  }

  /// The type of the result for an operand of type `operand`.
  public DType result(DType operand) {
    return switch (this) {
      case RE, IM, ABS -> operand.part();
      case NEGATE,
          SIGN,
          FLOOR,
          CEIL,
          ROUND,
          SQRT,
          EXP,
          LOG,
          SIN,
          COS,
          TAN,
          TANH,
          ERF,
          CONJ,
          NOT,
          STOP,
          MIX ->
          operand;
    };
  }

  /// The operation with this name, if there is one.
  public static Optional<UnaryOp> of(String text) {
    for (UnaryOp op : values()) {
      if (op.text.equals(text)) {
        return Optional.of(op);
      }
    }
    return Optional.empty();
  }
}
