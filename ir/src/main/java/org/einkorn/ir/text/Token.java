package org.einkorn.ir.text;

import org.einkorn.ir.source.Span;

/// A word of IR text.
///
/// @param text the word; of names and strings what stands between the quotes, escapes replaced
record Token(Kind kind, String text, Span span) {
  enum Kind {
    /// A name or a word of the grammar.
    WORD,
    /// A name between backticks, never a word of the grammar.
    QUOTED,
    STRING,
    INTEGER,
    REAL,
    SIGN,
    END
  }

  /// The most characters of a word that a message repeats.
  private static final int MOST_SHOWN = 80;

  boolean is(String wordOrSign) {
    return (kind == Kind.WORD || kind == Kind.SIGN) && text.equals(wordOrSign);
  }

  /// Whether this can name something.
  boolean isName() {
    return kind == Kind.QUOTED || (kind == Kind.WORD && !Words.isReserved(text));
  }

  /// How a message refers to this; of a word without end, its beginning.
  String shown() {
    return switch (kind) {
      case WORD, SIGN, INTEGER, REAL -> "`" + begin(text) + "`";
      case QUOTED -> begin(span.text());
      case STRING -> "a string";
      case END -> "the end of the text";
    };
  }

  private static String begin(String word) {
    return word.length() <= MOST_SHOWN
        ? word
        : word.substring(0, word.offsetByCodePoints(0, MOST_SHOWN / 2)) + "…";
  }
}
