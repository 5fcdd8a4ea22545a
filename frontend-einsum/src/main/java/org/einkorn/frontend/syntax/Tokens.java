package org.einkorn.frontend.syntax;

import static org.einkorn.frontend.syntax.EinkornParser.*;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.antlr.v4.runtime.CharStreams;
import org.antlr.v4.runtime.CommonToken;
import org.antlr.v4.runtime.Token;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.source.Span;

/// A file cut into tokens and comments. Characters that belong to no token are reported here; their
/// tokens stay in the list, so that the statement around them is known to be broken.
record Tokens(List<CommonToken> tokens, List<Comment> comments) {

  static Tokens read(Places places, List<Diagnostic> diagnostics) {
    String name = places.file().name();
    EinkornLexer lexer = new EinkornLexer(CharStreams.fromString(places.file().text(), name));
    lexer.removeErrorListeners();
    List<CommonToken> tokens = new ArrayList<>();
    List<Comment> comments = new ArrayList<>();
    int previousType = Token.EOF;
    int previousStop = -1;
    for (Token next = lexer.nextToken(); next.getType() != Token.EOF; next = lexer.nextToken()) {
      CommonToken token = (CommonToken) next;
      if (token.getChannel() == Token.HIDDEN_CHANNEL && !keepsAsLineEnd(token, places, comments)) {
        continue;
      }
      boolean touches = previousStop + 1 == token.getStartIndex();
      if (token.getType() == LPAREN && touches && appliesTo(previousType)) {
        token.setType(CALL);
      }
      boolean goesOn = token.getType() == UNKNOWN && touches && previousType == UNKNOWN;
      if (!goesOn) {
        refuse(token, places).ifPresent(diagnostics::add);
      }
      tokens.add(token);
      previousType = token.getType();
      previousStop = token.getStopIndex();
    }
    return new Tokens(tokens, comments);
  }

  /// Takes a comment. One over several lines ends a line, as the line ends in it would: its token
  /// becomes a line end, and the answer is true.
  private static boolean keepsAsLineEnd(CommonToken token, Places places, List<Comment> comments) {
    Comment comment = new Comment(places.of(token));
    comments.add(comment);
    if (comment.span().line() == comment.span().endLine()) {
      return false;
    }
    token.setType(NEWLINE);
    token.setChannel(Token.DEFAULT_CHANNEL);
    return true;
  }

  /// What is wrong with a token by itself. A name with a character that no name has becomes
  /// unknown.
  private static Optional<Diagnostic> refuse(CommonToken token, Places places) {
    if (isBroken(token)) {
      return Optional.of(refuse(token.getType(), places.of(token)));
    }
    int stranger = token.getType() == NAME ? Names.firstStranger(token.getText()) : -1;
    if (stranger < 0) {
      return Optional.empty();
    }
    token.setType(UNKNOWN);
    int start = places.of(token).start() + stranger;
    int end = start + Character.charCount(places.file().text().codePointAt(start));
    return Optional.of(unknown(places.file().span(start, end)));
  }

  /// Whether a token of this kind is a name.
  static boolean isName(int type) {
    return switch (type) {
      case NAME, MINIMIZING, STEPS, OVER, IN, BATCHES, OF, HOLDING -> true;
      default -> false;
    };
  }

  /// Whether a token belongs to no program.
  static boolean isBroken(Token token) {
    return switch (token.getType()) {
      case UNKNOWN, BAD_NUMBER, UNCLOSED_STRING, UNCLOSED_COMMENT -> true;
      default -> false;
    };
  }

  private static boolean appliesTo(int type) {
    return isName(type) || type == RBRACK;
  }

  private static Diagnostic refuse(int type, Span span) {
    return switch (type) {
      case BAD_NUMBER -> badNumber(span);
      case UNCLOSED_STRING ->
          Diagnostic.error("E0004", "a string is not closed")
              .at(span, "it begins here and its line ends without a `\"`")
              .help("close it with `\"`; a line end within a string is written `\\n`");
      case UNCLOSED_COMMENT ->
          Diagnostic.error("E0005", "a comment is not closed")
              .at(span.file().span(span.start(), span.start() + 2), "it begins here")
              .help("close it with `*/`");
      default -> unknown(span);
    };
  }

  private static Diagnostic badNumber(Span span) {
    String text = span.text();
    int digits = 0;
    while (digits < text.length() && "0123456789.".indexOf(text.charAt(digits)) >= 0) {
      digits++;
    }
    String letters = text.substring(digits);
    Diagnostic diagnostic =
        Diagnostic.error("E0006", "`" + text + "` is not a number").at(span, "");
    if (letters.isEmpty()) {
      return diagnostic.help("a number has one decimal point");
    }
    if (text.matches("0[xX][0-9a-fA-F]{1,15}")) {
      return diagnostic.help(
          "numbers are decimal: `" + Long.parseLong(text.substring(2), 16) + "`");
    }
    return diagnostic.help(
        "for a product write `" + text.substring(0, digits) + " " + letters + "`, with a blank");
  }

  private static boolean isInvisible(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.UNASSIGNED,
          Character.PRIVATE_USE,
          Character.SPACE_SEPARATOR,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          true;
      default -> false;
    };
  }

  private static Diagnostic unknown(Span span) {
    int codePoint = span.text().codePointAt(0);
    String shown =
        isInvisible(codePoint)
            ? "U+%04X".formatted(codePoint)
            : "`" + Character.toString(codePoint) + "`";
    Diagnostic diagnostic =
        Diagnostic.error("E0001", shown + " has no meaning in a program").at(span, "");
    return switch (codePoint) {
      case '\'', '\u2018', '\u2019', '\u201C', '\u201D' ->
          diagnostic.help("strings stand in straight double quotes: `\"…\"`");
      case '#' -> diagnostic.help("comments begin with `//`");
      case '&' -> diagnostic.help("write `and`");
      case '|' -> diagnostic.help("write `or`");
      case '!' -> diagnostic.help("write `not`");
      case '@' -> diagnostic.help("write a matrix product as `A[i, j] B[j, k]`");
      case '\u03A3', '\u2211' -> diagnostic.help("write `sum[j](…)`");
      case '\u2192' -> diagnostic.help("a rule points to its head: `R(x) <- S(x)`");
      default -> diagnostic.help("remove it, or put it in a string");
    };
  }
}
