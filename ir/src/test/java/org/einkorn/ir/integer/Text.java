package org.einkorn.ir.integer;

import java.util.stream.Collectors;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.text.ExprPrinter;

/// Expressions and conditions as a reader writes them.
final class Text {
  private Text() {}

  static String of(IndexExpr expr) {
    return ExprPrinter.print(expr);
  }

  static String of(Condition condition) {
    return switch (condition) {
      case Condition.Constant(boolean value) -> String.valueOf(value);
      case Condition.Comparison(var relation, IndexExpr left, IndexExpr right) ->
          of(left)
              + switch (relation) {
                case LESS -> " < ";
                case AT_MOST -> " <= ";
                case EQUAL -> " == ";
                case NOT_EQUAL -> " != ";
              }
              + of(right);
      case Condition.All(var parts) ->
          parts.stream().map(Text::of).collect(Collectors.joining(" and ", "(", ")"));
      case Condition.Any(var parts) ->
          parts.stream().map(Text::of).collect(Collectors.joining(" or ", "(", ")"));
    };
  }
}
