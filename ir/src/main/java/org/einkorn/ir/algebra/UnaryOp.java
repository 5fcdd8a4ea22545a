package org.einkorn.ir.algebra;

import java.util.Optional;

/// An elementwise operation of one operand; the result has the operand's type.
///
/// `negate` and `abs` of the least integer trap, as all integer arithmetic does when the exact
/// result is no number of the type. `round` rounds halves to even. `sign` keeps NaN and signed
/// zeros.
public enum UnaryOp {
  NEGATE("negate", Domain.NUMBER),
  ABS("abs", Domain.NUMBER),
  SIGN("sign", Domain.NUMBER),
  FLOOR("floor", Domain.FLOAT),
  CEIL("ceil", Domain.FLOAT),
  ROUND("round", Domain.FLOAT),
  SQRT("sqrt", Domain.FLOAT),
  EXP("exp", Domain.FLOAT),
  LOG("log", Domain.FLOAT),
  SIN("sin", Domain.FLOAT),
  COS("cos", Domain.FLOAT),
  TAN("tan", Domain.FLOAT),
  TANH("tanh", Domain.FLOAT),
  ERF("erf", Domain.FLOAT),
  NOT("not", Domain.BOOLEAN);

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
