package org.einkorn.ir.expr;

/// The names of the IR: letters of any script, digits, `_`, primes and dots.
///
/// User identifiers hold no dots, so a name with one is the compiler's and can't collide.
public final class Names {
  private Names() {}

  /// Whether `name` can stand in IR text.
  public static boolean isName(String name) {
    if (name.isEmpty() || !isStart(name.codePointAt(0))) {
      return false;
    }
    for (int at = 0; at < name.length(); at += Character.charCount(name.codePointAt(at))) {
      if (!isPart(name.codePointAt(at))) {
        return false;
      }
    }
    return true;
  }

  public static boolean isStart(int codePoint) {
    return isLatin(codePoint) || Character.isLetter(codePoint) || codePoint == '_';
  }

  /// Most letters, without a look at the tables of Unicode.
  private static boolean isLatin(int codePoint) {
    return codePoint >= 'a' && codePoint <= 'z' || codePoint >= 'A' && codePoint <= 'Z';
  }

  public static boolean isPart(int codePoint) {
    return isStart(codePoint)
        || Character.isDigit(codePoint)
        || Character.getType(codePoint) == Character.NON_SPACING_MARK
        || codePoint == '.'
        || codePoint == '\''
        || codePoint == '′';
  }

  static void require(String name) {
    if (!isName(name)) {
      throw new IllegalArgumentException("`" + name + "` is no name");
    }
  }
}
