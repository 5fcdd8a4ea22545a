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

  boolean is(String wordOrSign) {
    return (kind == Kind.WORD || kind == Kind.SIGN) && text.equals(wordOrSign);
  }

  /// Whether this can name something.
  boolean isName() {
    return kind == Kind.QUOTED || (kind == Kind.WORD && !Words.isReserved(text));
  }

  /// How a message refers to this.
  String shown() {
    return switch (kind) {
      case WORD, SIGN, INTEGER, REAL -> "`" + text + "`";
      case QUOTED -> span.text();
      case STRING -> "a string";
      case END -> "the end of the text";
    };
  }
}
