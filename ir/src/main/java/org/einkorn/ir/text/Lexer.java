package org.einkorn.ir.text;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.einkorn.ir.expr.Names;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.source.Span;

/// Cuts IR text into [Token]s. White space and comments (`//` to the end of the line) separate
/// words and mean nothing else; so does a byte order mark at the start.
final class Lexer {
  private static final Pattern NUMBER =
      Pattern.compile(
          "0x[0-9a-fA-F]+(\\.[0-9a-fA-F]*)?p[+-]?[0-9]+|[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]+)?");
  private static final Pattern INTEGER = Pattern.compile("[0-9]+");
  private static final Pattern ESCAPE =
      Pattern.compile("\\\\(?:([nrt\\\\\"`])|u\\{([0-9A-F]{1,6})})");

  /// Longer signs stand before their beginnings.
  private static final List<String> SIGNS =
      List.of(
          "<-", "<=", "->", "==", "!=", "<", ">", "=", "+", "-", "*", "/", "%", "^", "(", ")", "[",
          "]", "{", "}", ",", ";", ":");

  /// A text that is no IR at all, a binary file say, has errors everywhere; more of them say
  /// nothing.
  private static final int MOST_ERRORS = 20;

  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private final SourceFile file;
  private final String text;
  private final List<Token> tokens = new ArrayList<>();
  private final List<Diagnostic> errors = new ArrayList<>();
  private int at = 0;

  private Lexer(SourceFile file) {
    this.file = file;
    this.text = file.text();
  }

  /// The words of a text, ending in one of kind `END`; errors are added to `errors`.
  static List<Token> read(SourceFile file, List<Diagnostic> errors) {
    Lexer lexer = new Lexer(file);
    if (!lexer.text.isEmpty() && lexer.text.charAt(0) == BYTE_ORDER_MARK) {
      lexer.at = 1;
    }
    while (lexer.errors.size() < MOST_ERRORS && lexer.next()) {}
    if (lexer.errors.size() == MOST_ERRORS) {
      lexer.add(Token.Kind.END, "", lexer.at);
    }
    errors.addAll(lexer.errors);
    return List.copyOf(lexer.tokens);
  }

  private boolean next() {
    skipBlanks();
    if (at == text.length()) {
      add(Token.Kind.END, "", at);
      return false;
    }
    int start = at;
    int codePoint = text.codePointAt(at);
    if (Names.isStart(codePoint)) {
      skipName();
      add(Token.Kind.WORD, text.substring(start, at), start);
    } else if (codePoint >= '0' && codePoint <= '9') {
      number();
    } else if (codePoint == '"') {
      quoted('"', Token.Kind.STRING);
    } else if (codePoint == '`') {
      quoted('`', Token.Kind.QUOTED);
    } else {
      sign(codePoint);
    }
    return true;
  }

  private boolean beginsWord(int codePoint) {
    return Character.isWhitespace(codePoint)
        || Names.isStart(codePoint)
        || (codePoint >= '0' && codePoint <= '9')
        || codePoint == '"'
        || codePoint == '`'
        || text.startsWith("//", at)
        || SIGNS.stream().anyMatch(sign -> text.startsWith(sign, at));
  }

  private void skipBlanks() {
    while (at < text.length()) {
      if (Character.isWhitespace(text.charAt(at))) {
        at++;
      } else if (text.startsWith("//", at)) {
        while (at < text.length() && text.charAt(at) != '\n' && text.charAt(at) != '\r') {
          at++;
        }
      } else {
        return;
      }
    }
  }

  private void skipName() {
    while (at < text.length() && Names.isPart(text.codePointAt(at))) {
      at += Character.charCount(text.codePointAt(at));
    }
  }

  private void number() {
    int start = at;
    Matcher matcher = NUMBER.matcher(text).region(at, text.length());
    if (matcher.lookingAt()) {
      at = matcher.end();
    }
    int end = at;
    skipName();
    String digits = text.substring(start, at);
    if (at > end) {
      error("`" + digits + "` is no number", start, "a number ends where a letter begins");
      return;
    }
    boolean integer = INTEGER.matcher(digits).matches();
    add(integer ? Token.Kind.INTEGER : Token.Kind.REAL, digits, start);
  }

  private void quoted(char mark, Token.Kind kind) {
    int start = at++;
    StringBuilder value = new StringBuilder();
    while (at < text.length() && text.charAt(at) != mark && text.charAt(at) != '\n') {
      if (text.charAt(at) == '\\') {
        escape(value);
      } else {
        value.append(text.charAt(at++));
      }
    }
    if (at == text.length() || text.charAt(at) != mark) {
      error(
          kind == Token.Kind.STRING ? "a string has no end" : "a name has no end",
          start,
          "begins here");
      return;
    }
    at++;
    add(kind, value.toString(), start);
  }

  private void escape(StringBuilder value) {
    Matcher matcher = ESCAPE.matcher(text).region(at, text.length());
    int codePoint = -1;
    if (matcher.lookingAt()) {
      codePoint =
          matcher.group(1) == null
              ? Integer.parseInt(matcher.group(2), 16)
              : switch (matcher.group(1).charAt(0)) {
                case 'n' -> '\n';
                case 'r' -> '\r';
                case 't' -> '\t';
                default -> matcher.group(1).charAt(0);
              };
    }
    if (!Character.isValidCodePoint(codePoint)) {
      int start = at;
      at = Math.min(at + 2, text.length());
      error(
          "a backslash escapes nothing here",
          start,
          "not one of `\\n \\r \\t \\\\ \\u{…}` or the quote");
      return;
    }
    value.appendCodePoint(codePoint);
    at = matcher.end();
  }

  private void sign(int codePoint) {
    int start = at;
    for (String sign : SIGNS) {
      if (text.startsWith(sign, at)) {
        at += sign.length();
        add(Token.Kind.SIGN, sign, start);
        return;
      }
    }
    do { // what is no text, a picture say, is one error and not a million
      at += Character.charCount(text.codePointAt(at));
    } while (at < text.length() && !beginsWord(text.codePointAt(at)));
    error("a character that means nothing in IR text", start, "U+%04X".formatted(codePoint));
  }

  private void add(Token.Kind kind, String word, int start) {
    tokens.add(new Token(kind, word, new Span(file, start, at)));
  }

  private void error(String title, int start, String label) {
    errors.add(Diagnostic.error("E0800", title).at(new Span(file, start, at), label));
  }
}
