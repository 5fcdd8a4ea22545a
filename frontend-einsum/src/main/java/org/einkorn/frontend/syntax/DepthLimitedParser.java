package org.einkorn.frontend.syntax;

import org.antlr.v4.runtime.Parser;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.TokenStream;

/// A recursive-descent parser that gives up, in a way that can be told to the user, before the
/// machine's stack does. A hundred thousand open parentheses are a slip or an attack, not a
/// program.
abstract class DepthLimitedParser extends Parser {
  /// How many rules may be open at once. One level of parentheses opens 12, so this is some 150
  /// levels, and needs a small part of the stack a thread has by default.
  static final int MAX_OPEN_RULES = 1800;

  private int openRules;

  protected DepthLimitedParser(TokenStream input) {
    super(input);
  }

  @Override
  public void enterRule(ParserRuleContext context, int state, int ruleIndex) {
    if (openRules >= MAX_OPEN_RULES) {
      throw new NestedTooDeep(getCurrentToken());
    }
    openRules++;
    super.enterRule(context, state, ruleIndex);
  }

  @Override
  public void exitRule() {
    openRules--;
    super.exitRule();
  }

  @Override
  public void reset() {
    openRules = 0;
    super.reset();
  }

  /// Thrown at the token that went one level too deep.
  static final class NestedTooDeep extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Token token;

    NestedTooDeep(Token token) {
      super("nested too deep", null, false, false);
      this.token = token;
    }

    Token token() {
      return token;
    }
  }
}
