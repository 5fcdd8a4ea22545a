package org.einkorn.backend.llvm;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/// Makes names of the IR into C identifiers, each different from all before.
///
/// ASCII letters and digits stay; other characters become `_`, but for Greek letters, which take
/// their English name. A name that is taken, or a keyword of C or C++, gets a number.
final class Identifiers {
  private static final Set<String> KEYWORDS =
      Set.of(
          ("alignas alignof and asm auto bitand bitor bool break case catch char class compl"
               + " concept const constexpr continue co_await co_return co_yield decltype default"
               + " delete do double else enum explicit export extern false float for friend goto if"
               + " inline int long mutable namespace new noexcept not nullptr operator or private"
               + " protected public register requires restrict return short signed sizeof static"
               + " struct switch template this throw true try typedef typeid typename union"
               + " unsigned using virtual void volatile wchar_t while xor int8_t int16_t int32_t"
               + " int64_t uint8_t uint16_t")
              .split(" "));
  private static final String GREEK_LETTERS = "αβγδεζηθικλμνξοπρστυφχψω";
  private static final String[] GREEK_NAMES = {
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda",
    "mu", "nu", "xi", "omicron", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi",
    "omega"
  };

  private final Set<String> taken = new HashSet<>();

  /// Keeps a name from being given out.
  void reserve(String identifier) {
    taken.add(identifier);
  }

  /// An identifier for `name`.
  String make(String name) {
    String plain = plain(name);
    String candidate = plain;
    for (int number = 2; KEYWORDS.contains(candidate) || taken.contains(candidate); number++) {
      candidate = plain + "_" + number;
    }
    taken.add(candidate);
    return candidate;
  }

  /// Whether `name` can be an identifier in C and C++.
  static boolean isIdentifier(String name) {
    return plain(name).equals(name) && !KEYWORDS.contains(name);
  }

  /// A C identifier near `name`, which need not be unique.
  static String plain(String name) {
    StringBuilder text = new StringBuilder();
    name.codePoints().forEach(point -> append(text, point));
    if (text.isEmpty() || Character.isDigit(text.charAt(0))) {
      text.insert(0, '_');
    }
    return text.toString();
  }

  private static void append(StringBuilder text, int point) {
    boolean isKept =
        point >= 'a' && point <= 'z'
            || point >= 'A' && point <= 'Z'
            || point >= '0' && point <= '9'
            || point == '_';
    if (isKept) {
      text.appendCodePoint(point);
      return;
    }
    int greek = GREEK_LETTERS.indexOf(Character.toLowerCase(point));
    if (greek < 0) {
      text.append('_');
    } else {
      String name = GREEK_NAMES[greek];
      text.append(
          Character.isUpperCase(point)
              ? name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1)
              : name);
    }
  }
}
