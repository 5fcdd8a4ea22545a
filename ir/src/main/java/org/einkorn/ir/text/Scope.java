package org.einkorn.ir.text;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Names;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.source.Span;
import org.einkorn.ir.tensor.TensorType;

/// The names that mean something at one place of IR text.
///
/// Symbols and tensors are declared once for a whole text; variables and allocated buffers for the
/// part they surround.
final class Scope {
  private final Map<String, Span> symbols;
  private final Map<String, Declared> tensors;
  private final Set<String> variables;

  /// What a declaration with an error would have declared: not known, and not worth a second error.
  private final Set<String> broken;

  /// A tensor, its type and where that stands.
  record Declared(TensorType type, Span place) {}

  private Scope(
      Map<String, Span> symbols,
      Map<String, Declared> tensors,
      Set<String> variables,
      Set<String> broken) {
    this.symbols = symbols;
    this.tensors = tensors;
    this.variables = variables;
    this.broken = broken;
  }

  /// A text in which nothing is declared yet.
  static Scope empty() {
    return new Scope(new LinkedHashMap<>(), new LinkedHashMap<>(), Set.of(), new HashSet<>());
  }

  void declareSymbol(Token name) {
    Span first = symbols.putIfAbsent(name.text(), name.span());
    if (first != null) {
      throw twice("symbol", name, first);
    }
  }

  /// Declares a tensor for all that follows.
  void declareTensor(Token name, TensorType type) {
    Declared first = tensors.putIfAbsent(name.text(), new Declared(type, name.span()));
    if (first != null) {
      throw twice("tensor", name, first.place());
    }
  }

  /// Notes that the declaration of `name` has an error.
  void breakName(String name) {
    broken.add(name);
  }

  /// This with one more variable. It may hide another variable, but no symbol: text could not tell
  /// the two apart.
  Scope withVariable(Token name) {
    Span symbol = symbols.get(name.text());
    if (symbol != null) {
      throw new ParseFailure(
          Diagnostic.error("E0805", "`" + name.text() + "` is a variable and a symbol")
              .at(name.span(), "a variable here")
              .and(symbol, "declared as a symbol here")
              .help("rename the variable"));
    }
    Set<String> more = new LinkedHashSet<>(variables);
    more.add(name.text());
    return new Scope(symbols, tensors, more, broken);
  }

  /// This with one more buffer, which hides another of its name.
  Scope withTensor(Token name, TensorType type) {
    Map<String, Declared> more = new HashMap<>(tensors);
    more.put(name.text(), new Declared(type, name.span()));
    return new Scope(symbols, more, variables, broken);
  }

  /// The variable or symbol of this name.
  IndexExpr index(Token name) {
    boolean known = variables.contains(name.text()) || symbols.containsKey(name.text());
    if (known && !Names.isName(name.text())) {
      throw TokenReader.failure(
          "E0804",
          "a node that can't be: a name with other characters than names may have",
          name.span(),
          "only letters, digits, `_`, primes and dots can stand in an expression");
    }
    if (variables.contains(name.text())) {
      return new IndexExpr.Variable(name.text());
    }
    if (symbols.containsKey(name.text())) {
      return new IndexExpr.Symbol(name.text());
    }
    Set<String> declared = new LinkedHashSet<>(variables);
    declared.addAll(symbols.keySet());
    throw unknown("index", name, declared);
  }

  Declared tensor(Token name) {
    Declared declared = tensors.get(name.text());
    if (declared == null) {
      throw unknown("tensor", name, tensors.keySet());
    }
    return declared;
  }

  private ParseFailure unknown(String kind, Token name, Set<String> known) {
    Diagnostic error =
        Diagnostic.error("E0802", "unknown " + kind + " `" + name.text() + "`")
            .at(name.span(), "nothing of this name is declared before this place");
    if (broken.contains(name.text())) {
      return new ParseFailure(error, true);
    }
    Optional<String> near = nearest(name.text(), known);
    if (near.isPresent()) {
      return new ParseFailure(error.help("`" + near.get() + "` is declared"));
    }
    List<String> some = known.stream().limit(8).map(other -> "`" + other + "`").toList();
    String rest = known.size() > some.size() ? ", …" : "";
    return new ParseFailure(
        error.help(
            some.isEmpty()
                ? "declare it: nothing is declared here"
                : "declared here: " + String.join(", ", some) + rest));
  }

  /// The name that differs from `name` by its case, or by a letter or two of a longer name.
  private static Optional<String> nearest(String name, Set<String> known) {
    String best = "";
    int distance = Math.min(name.length() / 3, 2);
    for (String other : known) {
      int edits = edits(name.toLowerCase(Locale.ROOT), other);
      if (edits <= distance) {
        best = other;
        distance = edits - 1;
      }
    }
    return best.isEmpty() ? Optional.empty() : Optional.of(best);
  }

  /// The least number of letters to insert, remove or replace, case aside.
  private static int edits(String one, String mixedCase) {
    String two = mixedCase.toLowerCase(Locale.ROOT);
    int[] above = new int[two.length() + 1];
    for (int column = 0; column <= two.length(); column++) {
      above[column] = column;
    }
    for (int row = 1; row <= one.length(); row++) {
      int[] line = new int[two.length() + 1];
      line[0] = row;
      for (int column = 1; column <= two.length(); column++) {
        int replaced = above[column - 1] + (one.charAt(row - 1) == two.charAt(column - 1) ? 0 : 1);
        line[column] = Math.min(replaced, 1 + Math.min(above[column], line[column - 1]));
      }
      above = line;
    }
    return above[two.length()];
  }

  private static ParseFailure twice(String kind, Token name, Span first) {
    return new ParseFailure(
        Diagnostic.error("E0805", kind + " `" + name.text() + "` is declared twice")
            .at(name.span(), "declared again here")
            .and(first, "declared first here")
            .help("give one of them another name"));
  }
}
