package org.einkorn.frontend.learn;

import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.einkorn.frontend.syntax.Tree;
import org.einkorn.frontend.syntax.TreePrinter;

/// The names that stand in a statement.
final class Mentions {
  private static final Pattern NAME = Pattern.compile("[\\p{L}_][\\p{L}\\p{M}\\p{N}_]*'*");

  private Mentions() {}

  static void of(Tree.Statement statement, Set<String> found) {
    Matcher names = NAME.matcher(TreePrinter.print(statement));
    while (names.find()) {
      found.add(names.group());
    }
  }
}
