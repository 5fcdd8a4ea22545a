package org.einkorn.frontend.syntax;

import java.util.List;
import org.einkorn.ir.source.Origin;

/// A tree as text that shows its shape (`ein ir --stage ast`), and back. Origins are left out,
/// since trees are equal without them: `parse(print(x)).equals(x)` and `print(parse(t)).equals(t)`.
///
/// ```text
/// tree   = (record-name field*)          the fields of the record, in order
/// field  = tree | [field*] | none | word | "text" | number
/// ```
///
/// A record is written by its name in kebab-case, a constant of an enum by its name in lower case,
/// an absent value as `none`. `Y[i] = A[i, j]` is
///
/// ```text
/// (equation
///   (head (name "Y") square [(position (name "i"))] none)
///   assign
///   (access (name "A") square [(position (name "i")) (position (name "j"))])
///   (modifiers none none none))
/// ```
public final class TreeText {
  private TreeText() {}

  public static String print(Tree.Program program) {
    return new TreeTextWriter().write(program);
  }

  /// Reads what [#print] wrote.
  ///
  /// @throws IllegalArgumentException with the line, if the text is not of a program's tree
  public static Tree.Program parse(String text) {
    Object read = new TreeTextReader(text).read(Tree.Program.class);
    return (Tree.Program) read;
  }

  /// `IntegerLiteral` to `integer-literal`, `AT_MOST` to `at-most`.
  static String kebab(String name) {
    StringBuilder kebab = new StringBuilder();
    for (int k = 0; k < name.length(); k++) {
      char letter = name.charAt(k);
      if (k > 0 && Character.isUpperCase(letter) && Character.isLowerCase(name.charAt(k - 1))) {
        kebab.append('-');
      }
      kebab.append(letter == '_' ? '-' : Character.toLowerCase(letter));
    }
    return kebab.toString();
  }

  /// Whether a field is written at all.
  static boolean isWritten(Class<?> type) {
    return type != Origin.class;
  }

  static boolean isList(Class<?> type) {
    return type == List.class;
  }
}
