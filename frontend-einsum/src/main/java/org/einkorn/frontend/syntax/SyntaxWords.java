package org.einkorn.frontend.syntax;

import static org.einkorn.frontend.syntax.EinkornParser.*;

import java.util.List;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.RecognitionException;
import org.antlr.v4.runtime.RuleContext;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.misc.IntervalSet;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.source.Span;
import org.jspecify.annotations.Nullable;

/// Says in words why the parser stopped at a token: from the token, the one before it, the rule
/// that was open, and what the rule would have taken.
final class SyntaxWords {
  private final Places places;
  private final List<Token> tokens;
  private final EinkornParser parser;

  SyntaxWords(Places places, List<Token> tokens, EinkornParser parser) {
    this.places = places;
    this.tokens = tokens;
    this.parser = parser;
  }

  static Diagnostic tooDeep(Span span) {
    return Diagnostic.error("E0009", "this is nested too deep")
        .at(span, "one level more than can be read")
        .help("name a part of it with an equation of its own");
  }

  Diagnostic explain(RecognitionException cause) {
    Token found = cause.getOffendingToken();
    int at = tokens.indexOf(found);
    @Nullable Token before = at > 0 ? tokens.get(at - 1) : null;
    RuleContext rule = cause.getCtx();
    Diagnostic known = slip(found, before, rule);
    if (known != null) {
      return known;
    }
    if (isKeyword(found.getType()) && (wantsName(rule) || wantsValue(rule))) {
      return keywordAsName(found);
    }
    if (wantsValue(rule)) {
      return missingValue(found, before);
    }
    return unexpected(found, before, expected(cause));
  }

  /// Habits from other languages.
  private @Nullable Diagnostic slip(Token found, @Nullable Token before, RuleContext rule) {
    int type = found.getType();
    int previous = before == null ? Token.EOF : before.getType();
    if (before != null && rule.getRuleIndex() == RULE_name && isKeyword(previous)) {
      return isKeyword(type) || type == Token.EOF ? null : keywordAsName(before);
    }
    if (before != null && type == ASSIGN && isArithmetic(previous)) {
      return Diagnostic.error("E0016", "`" + before.getText() + "=` is not a projection")
          .at(places.of(before, found), "")
          .help(compoundHelp(previous));
    }
    if (before != null && type == MINUS && previous == COLON && touch(before, found)) {
      return Diagnostic.error("E0007", "`:-` is not an arrow")
          .at(places.of(before, found), "")
          .help("a rule is written `R(x) <- S(x)`");
    }
    if (before != null && type == ASSIGN && previous == COLON && touch(before, found)) {
      return Diagnostic.error("E0016", "`:=` is not a projection")
          .at(places.of(before, found), "")
          .help("an equation is written `Y[i] = …`");
    }
    if (type == ASSIGN && inside(rule, RULE_arguments)) {
      return Diagnostic.error("E0017", "`=` within an expression")
          .at(places.of(found), "")
          .help("a named argument is written `rate: 1e-3`, a comparison `==`");
    }
    if (isAssignment(type)) {
      return secondAssignment(found);
    }
    if (type == COMMA && inside(rule, RULE_primary) && !inside(rule, RULE_item)) {
      return Diagnostic.error("E0007", "a `,` between parentheses that hold one value")
          .at(places.of(found), "")
          .help("a call or a relation has no blank before its `(`: `f(x, y)`, `R(x, y)`");
    }
    if (type == LBRACE) {
      return Diagnostic.error("E0007", "a block stands only after `def`")
          .at(places.of(found), "")
          .help("write the equations one below the other, without braces");
    }
    return null;
  }

  private Diagnostic secondAssignment(Token found) {
    for (Token token : tokens) {
      if (token != found && isAssignment(token.getType())) {
        boolean sameLine = places.of(token).line() == places.of(found).line();
        Diagnostic diagnostic =
            Diagnostic.error("E0017", "a second `" + found.getText() + "` in one statement")
                .at(places.of(found), "")
                .and(places.of(token), "the first is here");
        return sameLine
            ? diagnostic.help("write `==` to compare, and `;` between two statements")
            : diagnostic.help(joined(found));
      }
    }
    return Diagnostic.error("E0017", "`" + found.getText() + "` within an expression")
        .at(places.of(found), "")
        .help("write `==` to compare");
  }

  /// Why the line with a second `=` belongs to the one before it.
  private String joined(Token found) {
    int line = places.of(found).line();
    String last = "";
    for (Token token : tokens) {
      boolean isBefore = token.getType() != Token.EOF && places.of(token).line() < line;
      last = isBefore ? token.getText() : last;
    }
    return isJoining(last)
        ? "remove the `" + last + "` at the end of the line before, which joins it to this one"
        : "close what the lines before leave open, which joins them to this one";
  }

  private static boolean isJoining(String text) {
    return text.matches("[-+*/%^,:<>=&|×·⋅−≤≥≠∧∨¬←]+|and|or|not|with|until|for");
  }

  private Diagnostic keywordAsName(Token found) {
    String word = found.getText();
    return Diagnostic.error("E0019", "`" + word + "` is a keyword and cannot be a name")
        .at(places.of(found), "")
        .help("use another name, such as `" + word + "_`");
  }

  private Diagnostic missingValue(Token found, @Nullable Token before) {
    if (found.getType() == Token.EOF) {
      String after = before == null ? "" : " after `" + before.getText() + "`";
      return Diagnostic.error("E0007", "a value is missing" + after)
          .at(places.of(found), "the statement ends here")
          .help("write a number, a tensor such as `X[i, j]`, or an expression");
    }
    String title = "expected a value, found `" + found.getText() + "`";
    Diagnostic diagnostic = Diagnostic.error("E0007", title).at(places.of(found), "");
    return switch (found.getType()) {
      case PLUS -> diagnostic.help("there is no sign `+`; write the value without it");
      case GREATER ->
          before != null && before.getType() == MINUS
              ? diagnostic.help("an arrow points to what is defined: `R(x) <- S(x)`")
              : diagnostic.help("write a value on the left of `>`");
      case LBRACK -> diagnostic.help("`[…]` follows the name of a tensor: `X[i, j]`");
      case RPAREN, RBRACK -> diagnostic.help("write a value before `" + found.getText() + "`");
      case QUESTION -> diagnostic.help("a query is an expression and then one `?`");
      default -> diagnostic.help("write a number, a tensor such as `X[i, j]`, or an expression");
    };
  }

  private Diagnostic unexpected(Token found, @Nullable Token before, String expected) {
    boolean atEnd = found.getType() == Token.EOF;
    String what = atEnd ? "the end of the statement" : "`" + found.getText() + "`";
    String after = before == null ? "" : " after `" + before.getText() + "`";
    Diagnostic diagnostic =
        Diagnostic.error("E0008", "did not expect " + what + after).at(places.of(found), "");
    if (found.getType() == SEMICOLON && expected.equals("`]`")) {
      return diagnostic.help("indices are separated by `,`");
    }
    if (before != null && before.getType() == FOR) {
      return diagnostic.help("a number of steps is a whole number or a name: `for 10 steps`");
    }
    return expected.isEmpty()
        ? diagnostic.help("end the statement here, or join the parts with an operator")
        : diagnostic.help("write " + expected);
  }

  /// What could stand here, where it is few enough kinds of tokens to be worth reading.
  private String expected(RecognitionException cause) {
    IntervalSet set = cause.getExpectedTokens();
    if (set == null || set.size() > 4) {
      return "";
    }
    List<String> words = set.toList().stream().filter(type -> type > 0).map(this::show).toList();
    return switch (words.size()) {
      case 0 -> "";
      case 1 -> words.getFirst();
      default -> String.join(", ", words.subList(0, words.size() - 1)) + " or " + words.getLast();
    };
  }

  private String show(int type) {
    if (type == CALL) {
      return "`(` without a blank before it";
    }
    if (type == INTEGER) {
      return "an integer";
    }
    if (type == NAME) {
      return "a name";
    }
    String display = parser.getVocabulary().getLiteralName(type);
    if (display == null) {
      display = parser.getVocabulary().getSymbolicName(type);
    }
    return "`" + display.replace("'", "") + "`";
  }

  private static String compoundHelp(int operator) {
    return switch (operator) {
      case MINUS -> "write `X[i] += -(…)`";
      case SLASH -> "write `X[i] *= 1 / (…)`";
      default -> "the projections are `= += *= max= min= avg= or= and= lse= xor=`";
    };
  }

  private boolean wantsValue(RuleContext rule) {
    return switch (rule.getRuleIndex()) {
      case RULE_expression,
          RULE_conjunction,
          RULE_negation,
          RULE_comparison,
          RULE_sum,
          RULE_product,
          RULE_factor,
          RULE_unary,
          RULE_power,
          RULE_postfix,
          RULE_item,
          RULE_clause,
          RULE_statement,
          RULE_line ->
          startsNothing(rule);
      case RULE_primary -> startsNothing(rule);
      default -> false;
    };
  }

  /// Whether the rule has read no token of its own yet.
  private static boolean startsNothing(RuleContext rule) {
    return rule instanceof ParserRuleContext context && context.getChildCount() == 0;
  }

  private static boolean wantsName(RuleContext rule) {
    return switch (rule.getRuleIndex()) {
      case RULE_name, RULE_primary, RULE_parameter, RULE_count -> true;
      default -> false;
    };
  }

  private static boolean inside(RuleContext rule, int ruleIndex) {
    for (RuleContext open = rule; open != null; open = open.parent) {
      if (open.getRuleIndex() == ruleIndex) {
        return true;
      }
    }
    return false;
  }

  private static boolean isKeyword(int type) {
    return type >= INPUT && type <= NAN && type != AND && type != OR;
  }

  static boolean isAssignment(int type) {
    return type >= ASSIGN && type <= XOR_ASSIGN;
  }

  private static boolean isArithmetic(int type) {
    return switch (type) {
      case PLUS, MINUS, SLASH, STAR, PERCENT, CARET -> true;
      default -> false;
    };
  }

  private static boolean touch(Token first, Token second) {
    return first.getStopIndex() + 1 == second.getStartIndex();
  }
}
