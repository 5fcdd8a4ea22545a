package org.einkorn.ir.text;

import org.einkorn.ir.algebra.BinaryOp;

/// How tightly infix operations bind in IR text; the greater the tighter.
///
/// ```text
/// scalar:  or < xor < and < (== != < <=) < (+ -) < (* / %) < ^
/// index:   (+ -) < (* floordiv mod)
/// ```
///
/// Operations of one strength group to the left. Comparisons and powers do not chain: `a < b < c`
/// and `a ^ b ^ c` need parentheses.
final class Precedence {
  /// Where nothing surrounds an expression.
  static final int NONE = 0;

  static final int INDEX_SUM = 1;
  static final int INDEX_PRODUCT = 2;

  /// What binds tighter than every infix operation.
  static final int ATOM = 8;

  private Precedence() {}

  static int of(BinaryOp op) {
    return switch (op) {
      case OR -> 1;
      case XOR -> 2;
      case AND -> 3;
      case EQUAL, NOT_EQUAL, LESS, LESS_EQUAL -> 4;
      case ADD, SUBTRACT -> 5;
      case MULTIPLY, DIVIDE, MODULO -> 6;
      case POWER -> 7;
      case MINIMUM, MAXIMUM, LOG_ADD_EXP, COMPLEX, FOLLOW, SLOPE -> ATOM;
    };
  }

  static boolean chains(BinaryOp op) {
    return !op.isComparison() && op != BinaryOp.POWER;
  }
}
