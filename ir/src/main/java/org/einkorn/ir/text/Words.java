package org.einkorn.ir.text;

import java.util.HashSet;
import java.util.Set;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.expr.Names;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.runtime.DType;

/// How names and strings are spelled in IR text.
///
/// A name that is a word of the grammar, or that holds other characters than [Names] allows, stands
/// between backticks. Inside backticks and inside quotes a backslash escapes itself, the quotes,
/// `n`, `r`, `t`, and, as `u{1F600}`, any code point.
final class Words {
  /// The words that begin or continue something in a place where a name could stand too.
  private static final Set<String> RESERVED = reserved();

  private Words() {}

  private static Set<String> reserved() {
    Set<String> words =
        new HashSet<>(
            Set.of(
                "symbols",
                "input",
                "param",
                "output",
                "query",
                "labels",
                "tuples",
                "positions",
                "buffer",
                "function",
                "slice",
                "rec"));
    words.addAll(Set.of("for", "where", "join"));
    Stmt.LoopKind.all().forEach(kind -> words.add(kind.text()));
    words.addAll(Set.of("block", "reads", "writes", "init", "if", "alloc", "seq"));
    words.addAll(
        Set.of("pos", "select", "fma", "dot", "fetch", "floordiv", "mod", "true", "false"));
    words.addAll(Set.of("nan", "inf"));
    for (UnaryOp op : UnaryOp.values()) {
      words.add(op.text());
    }
    for (BinaryOp op : BinaryOp.values()) {
      words.add(op.text());
    }
    for (DType type : DType.values()) {
      words.add(type.text());
    }
    return Set.copyOf(words);
  }

  static boolean isReserved(String word) {
    return RESERVED.contains(word);
  }

  /// The spelling of a name.
  static String name(String name) {
    return Names.isName(name) && !isReserved(name) ? name : quote('`', name);
  }

  /// The spelling of a string.
  static String string(String text) {
    return quote('"', text);
  }

  private static String quote(char mark, String text) {
    StringBuilder quoted = new StringBuilder().append(mark);
    text.codePoints()
        .forEach(
            codePoint -> {
              switch (codePoint) {
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                case '\\' -> quoted.append("\\\\");
                default -> {
                  if (codePoint == mark) {
                    quoted.append('\\').append(mark);
                  } else if (isHidden(codePoint)) {
                    quoted.append("\\u{%X}".formatted(codePoint));
                  } else {
                    quoted.appendCodePoint(codePoint);
                  }
                }
              }
            });
    return quoted.append(mark).toString();
  }

  /// Whether a character would not be seen, or would not survive a file: controls, line separators,
  /// directional marks, unpaired surrogates.
  private static boolean isHidden(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE,
          Character.UNASSIGNED ->
          true;
      default -> false;
    };
  }
}
