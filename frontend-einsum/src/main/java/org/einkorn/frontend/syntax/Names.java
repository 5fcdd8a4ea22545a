package org.einkorn.frontend.syntax;

import java.util.Set;

/// The rules of names that the shape of a tree depends on.
public final class Names {
  /// Words that cannot name anything.
  public static final Set<String> KEYWORDS =
      Set.of(
          "input",
          "param",
          "output",
          "tensor",
          "let",
          "semiring",
          "def",
          "learn",
          "pad",
          "until",
          "for",
          "with",
          "and",
          "or",
          "not",
          "true",
          "false",
          "inf",
          "nan");

  private Names() {}

  /// Whether `name` begins with a capital. Such a name is a constant in an index position and a
  /// relation before `(`; every other name, one in a script without case included, is an index
  /// variable there and a function here.
  public static boolean isCapital(String name) {
    int first = name.codePointAt(0);
    return Character.isUpperCase(first) || Character.isTitleCase(first);
  }

  /// Whether the text is an identifier: letters of any script, digits and `_`, then primes.
  public static boolean isName(String text) {
    return !text.isEmpty() && firstStranger(text) < 0 && !KEYWORDS.contains(text);
  }

  /// The offset of the first character that an identifier may not hold there, or -1.
  static int firstStranger(String text) {
    int end = text.length();
    while (end > 1 && text.charAt(end - 1) == '\'') {
      end--;
    }
    int unit = 0;
    while (unit < end) {
      int codePoint = text.codePointAt(unit);
      if (!isFirst(codePoint) && (unit == 0 || !isDigitOrMark(codePoint))) {
        return unit;
      }
      unit += Character.charCount(codePoint);
    }
    return -1;
  }

  private static boolean isFirst(int codePoint) {
    return Character.isLetter(codePoint) || codePoint == '_';
  }

  private static boolean isDigitOrMark(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.DECIMAL_DIGIT_NUMBER,
          Character.LETTER_NUMBER,
          Character.OTHER_NUMBER,
          Character.NON_SPACING_MARK,
          Character.COMBINING_SPACING_MARK ->
          true;
      default -> false;
    };
  }
}
