package org.einkorn.ir.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.source.Span;

/// A place in a list of tokens, and the errors found so far.
///
/// The first error of an item (a line of the signature, a definition, a function) ends the item;
/// the next item is sought at the left margin, where printers begin items.
final class TokenReader {
  private static final int MOST_DIGITS = 9;

  private final List<Diagnostic> errors = new ArrayList<>();
  private final List<Token> tokens;
  private int at = 0;

  TokenReader(SourceFile file) {
    this.tokens = Lexer.read(file, errors);
  }

  /// Reads a whole text. Where its words are no words, nothing else is said about it.
  static <T> ParseResult<T> readAll(SourceFile file, Function<TokenReader, T> grammar) {
    TokenReader in = new TokenReader(file);
    if (!in.errors.isEmpty()) {
      return new ParseResult.Failure<>(in.errors);
    }
    Optional<T> value = in.item(() -> grammar.apply(in));
    return in.errors.isEmpty()
        ? new ParseResult.Success<>(value.orElseThrow())
        : new ParseResult.Failure<>(in.errors);
  }

  Token peek() {
    return tokens.get(at);
  }

  boolean atEnd() {
    return peek().kind() == Token.Kind.END;
  }

  Token next() {
    Token token = peek();
    if (!atEnd()) {
      at++;
    }
    return token;
  }

  boolean sees(String wordOrSign) {
    return peek().is(wordOrSign);
  }

  boolean accept(String wordOrSign) {
    boolean seen = sees(wordOrSign);
    if (seen) {
      at++;
    }
    return seen;
  }

  Token expect(String wordOrSign) {
    if (!sees(wordOrSign)) {
      throw expected("`" + wordOrSign + "`");
    }
    return next();
  }

  /// A name, for `what`: "a loop variable".
  Token expectName(String what) {
    if (peek().isName()) {
      return next();
    }
    ParseFailure failure = expected(what);
    if (peek().kind() == Token.Kind.WORD) {
      String word = peek().text();
      throw new ParseFailure(
          failure
              .diagnostic()
              .help("a name that is a word of the grammar is written `\\`" + word + "\\``"));
    }
    throw failure;
  }

  /// A number that fits in an `int`.
  int expectNumber() {
    if (peek().kind() != Token.Kind.INTEGER || peek().text().length() > MOST_DIGITS) {
      throw expected("a number of at most nine digits");
    }
    return Integer.parseInt(next().text());
  }

  String expectString(String what) {
    if (peek().kind() != Token.Kind.STRING) {
      throw expected(what);
    }
    return next().text();
  }

  ParseFailure expected(String what) {
    Diagnostic error = Diagnostic.error("E0801", "expected " + what + ", found " + peek().shown());
    return new ParseFailure(error.at(peek().span(), ""));
  }

  /// Where something else than an item begins.
  ParseFailure unexpectedItem(String item) {
    return failure(
        "E0806",
        "expected " + item + " or the end of the text, found " + peek().shown(),
        peek().span(),
        "this begins no item");
  }

  /// A failure at a place.
  static ParseFailure failure(String code, String title, Span span, String label) {
    return new ParseFailure(Diagnostic.error(code, title).at(span, label));
  }

  /// From a token to the last one that was read.
  Span from(Token first) {
    return first.span().cover(tokens.get(Math.max(at - 1, 0)).span());
  }

  /// Builds a node; what its constructor refuses is an error at the node's place.
  <N> N node(Token first, Supplier<N> constructor) {
    try {
      return constructor.get();
    } catch (IllegalArgumentException refusal) {
      String why = String.valueOf(refusal.getMessage());
      throw failure("E0804", "a node that can't be: " + why, from(first), "");
    }
  }

  /// Reads one item. After an error in it, nothing is returned and the reader stands at the next
  /// item.
  <N> Optional<N> item(Supplier<N> grammar) {
    int start = at;
    try {
      return Optional.of(grammar.get());
    } catch (ParseFailure failure) {
      if (!failure.follows()) {
        errors.add(failure.diagnostic());
      }
      at = Math.max(at, Math.min(start + 1, tokens.size() - 1));
      while (!atEnd() && !atMargin()) {
        at++;
      }
      return Optional.empty();
    }
  }

  /// Reports without ending the item.
  void report(Diagnostic diagnostic) {
    errors.add(diagnostic);
  }

  private boolean atMargin() {
    Span span = peek().span();
    boolean first = span.start() == span.file().lineStart(span.line());
    return first && (peek().kind() == Token.Kind.WORD || peek().kind() == Token.Kind.QUOTED);
  }
}
