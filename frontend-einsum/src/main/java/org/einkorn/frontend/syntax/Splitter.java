package org.einkorn.frontend.syntax;

import static org.einkorn.frontend.syntax.EinkornParser.*;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.antlr.v4.runtime.Token;
import org.einkorn.ir.source.Diagnostic;

/// Cuts the tokens of a file into statements.
///
/// Note [Lines]. A line end ends a statement, except
/// 1. inside `(…)` and `[…]`,
/// 2. after a token that wants something on its right: an operator, `,`, `:`, `=` and its kin,
///    `<-`, and the words `and or not with until for`,
/// 3. before a line that begins with a token that wants something on its left: an infix operator
///    other than `-`, `,`, `=` and its kin, `<-`, and the words `and or with until for pad`.
///
/// A line that begins with `-` begins a statement, because `-X[i]?` is one. A `learn` statement
/// also goes on before a line that begins with one of its clauses: `minimizing e`, `over i in`,
/// `holding X`. A `;` always ends a statement.
///
/// A bracket that is never closed would make the rest of the file one statement. So an open bracket
/// is given up where a line begins with a word that only a statement begins with, and at the end of
/// the file; it is reported, and its line end counts again.
final class Splitter {
  private final Places places;
  private final List<? extends Token> tokens;
  private final List<Diagnostic> diagnostics;
  private final boolean[] paired;
  private final boolean[] broken;
  private int next;

  private Splitter(Places places, List<? extends Token> tokens, List<Diagnostic> diagnostics) {
    this.places = places;
    this.tokens = tokens;
    this.diagnostics = diagnostics;
    this.paired = new boolean[tokens.size()];
    this.broken = new boolean[tokens.size()];
  }

  /// The tokens of one statement.
  ///
  /// @param block the statements between the braces of a `def`; the tokens hold both braces and
  ///   nothing between them
  /// @param broken whether an error in it has been reported already
  record Chunk(List<Token> tokens, Optional<List<Chunk>> block, boolean broken) {}

  static List<Chunk> split(
      Places places, List<? extends Token> tokens, List<Diagnostic> diagnostics) {
    Splitter splitter = new Splitter(places, tokens, diagnostics);
    splitter.pairBrackets();
    return splitter.statements(false);
  }

  private void pairBrackets() {
    Deque<Integer> open = new ArrayDeque<>();
    for (int k = 0; k < tokens.size(); k++) {
      int type = tokens.get(k).getType();
      if (beginsStatement(type) && (k == 0 || isLineEnd(tokens.get(k - 1)))) {
        while (!open.isEmpty() && typeAt(open.peek()) != LBRACE) {
          unclosed(open.pop());
        }
      }
      switch (type) {
        case LPAREN, CALL, LBRACK, LBRACE -> open.push(k);
        case RPAREN, RBRACK, RBRACE -> close(open, k);
        default -> {}
      }
    }
    while (!open.isEmpty()) {
      unclosed(open.pop());
    }
  }

  private void close(Deque<Integer> open, int closer) {
    int type = typeAt(closer);
    if (open.isEmpty()) {
      broken[closer] = true;
      diagnostics.add(
          Diagnostic.error("E0003", "`" + text(closer) + "` closes nothing")
              .at(places.of(tokens.get(closer)), "there is no open bracket before it")
              .help("remove it, or open a bracket before it"));
      return;
    }
    int opener = open.pop();
    if (closes(type, typeAt(opener))) {
      paired[opener] = true;
      paired[closer] = true;
      return;
    }
    if (!open.isEmpty() && closes(type, typeAt(open.peek()))) {
      unclosed(opener);
      int outer = open.pop();
      paired[outer] = true;
      paired[closer] = true;
      return;
    }
    paired[opener] = true;
    paired[closer] = true;
    broken[closer] = true;
    diagnostics.add(
        Diagnostic.error("E0003", "`%s` is closed by `%s`".formatted(text(opener), text(closer)))
            .at(places.of(tokens.get(closer)), "this should be `" + partner(opener) + "`")
            .and(places.of(tokens.get(opener)), "opened here")
            .help("close it with `" + partner(opener) + "`"));
  }

  private void unclosed(int opener) {
    broken[opener] = true;
    diagnostics.add(
        Diagnostic.error("E0002", "`" + text(opener) + "` is never closed")
            .at(places.of(tokens.get(opener)), "opened here")
            .help("close it with `" + partner(opener) + "`"));
  }

  private static boolean closes(int closer, int opener) {
    return switch (closer) {
      case RPAREN -> opener == LPAREN || opener == CALL;
      case RBRACK -> opener == LBRACK;
      default -> opener == LBRACE;
    };
  }

  private String partner(int opener) {
    return switch (typeAt(opener)) {
      case LBRACK -> "]";
      case LBRACE -> "}";
      default -> ")";
    };
  }

  /// The statements up to the end of the file, or up to the `}` of a block.
  private List<Chunk> statements(boolean inBlock) {
    List<Chunk> chunks = new ArrayList<>();
    while (next < tokens.size()) {
      int type = typeAt(next);
      if (type == NEWLINE || type == SEMICOLON) {
        next++;
      } else if (inBlock && type == RBRACE && paired[next]) {
        break;
      } else {
        chunks.add(statement(inBlock));
      }
    }
    return chunks;
  }

  private Chunk statement(boolean inBlock) {
    List<Token> statement = new ArrayList<>();
    boolean isBroken = false;
    int depth = 0;
    while (next < tokens.size()) {
      Token token = tokens.get(next);
      int type = token.getType();
      if (depth == 0 && (type == SEMICOLON || (type == NEWLINE && !goesOn(statement)))) {
        break;
      }
      if (type == NEWLINE) {
        skipLineEnds();
        continue;
      }
      if (inBlock && depth == 0 && type == RBRACE && paired[next]) {
        break;
      }
      isBroken |= broken[next] || Tokens.isBroken(token);
      next++;
      statement.add(token);
      if (type == LBRACE && paired[next - 1] && depth == 0 && !inBlock && isDefinition(statement)) {
        List<Chunk> block = statements(true);
        if (next < tokens.size()) {
          statement.add(tokens.get(next++));
        }
        return new Chunk(statement, Optional.of(block), isBroken);
      }
      if (paired[next - 1]) {
        depth += isOpener(type) ? 1 : -1;
      }
    }
    return new Chunk(statement, Optional.empty(), isBroken);
  }

  private static boolean isDefinition(List<Token> statement) {
    return statement.getFirst().getType() == DEF;
  }

  /// Whether the statement goes on after the line end at `next`.
  private boolean goesOn(List<Token> statement) {
    if (wantsRight(statement.getLast().getType())) {
      return true;
    }
    int following = next;
    while (following < tokens.size() && typeAt(following) == NEWLINE) {
      following++;
    }
    if (following == tokens.size()) {
      return false;
    }
    return wantsLeft(typeAt(following))
        || (statement.getFirst().getType() == LEARN && beginsClause(statement, following));
  }

  /// Whether a clause of `learn` begins at a token. Its words are names elsewhere, so it takes more
  /// than the word.
  private boolean beginsClause(List<Token> learn, int token) {
    return switch (typeAt(token)) {
      case MINIMIZING -> learn.stream().noneMatch(said -> said.getType() == MINIMIZING);
      case OVER -> isNameAt(token + 1) && typeAt(token + 2) == IN;
      case HOLDING -> isNameAt(token + 1) && (endsAt(token + 2) || typeAt(token + 2) == COMMA);
      default -> false;
    };
  }

  private boolean isNameAt(int token) {
    return Tokens.isName(typeAt(token));
  }

  private boolean endsAt(int token) {
    return switch (typeAt(token)) {
      case Token.EOF, NEWLINE, SEMICOLON -> true;
      default -> false;
    };
  }

  private void skipLineEnds() {
    while (next < tokens.size() && typeAt(next) == NEWLINE) {
      next++;
    }
  }

  private static boolean wantsRight(int type) {
    return switch (type) {
      case MINUS, NOT, COLON -> true;
      case PAD -> false;
      default -> wantsLeft(type);
    };
  }

  private static boolean wantsLeft(int type) {
    return switch (type) {
      case ASSIGN, ADD_ASSIGN, MULTIPLY_ASSIGN, MAX_ASSIGN, MIN_ASSIGN, AVG_ASSIGN -> true;
      case OR_ASSIGN, AND_ASSIGN, LSE_ASSIGN, XOR_ASSIGN, ARROW -> true;
      case EQUAL, UNEQUAL, LESS, AT_MOST, GREATER, AT_LEAST -> true;
      case PLUS, STAR, SLASH, PERCENT, CARET, COMMA -> true;
      case AND, OR, WITH, UNTIL, FOR, PAD -> true;
      default -> false;
    };
  }

  private static boolean beginsStatement(int type) {
    return switch (type) {
      case INPUT, PARAM, OUTPUT, TENSOR, LET, SEMIRING, DEF, LEARN -> true;
      default -> false;
    };
  }

  private static boolean isOpener(int type) {
    return switch (type) {
      case LPAREN, CALL, LBRACK, LBRACE -> true;
      default -> false;
    };
  }

  private static boolean isLineEnd(Token token) {
    return token.getType() == NEWLINE;
  }

  private int typeAt(int token) {
    return token < tokens.size() ? tokens.get(token).getType() : Token.EOF;
  }

  private String text(int token) {
    return tokens.get(token).getText();
  }
}
