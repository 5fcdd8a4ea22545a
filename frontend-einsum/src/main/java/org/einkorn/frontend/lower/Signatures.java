package org.einkorn.frontend.lower;

import java.util.List;
import java.util.Optional;
import org.einkorn.frontend.syntax.Tree;
import org.einkorn.ir.source.Span;

/// How functions are called, for messages.
final class Signatures {
  private Signatures() {}

  /// `where(condition, then, otherwise)`, `clamp(x, low, high)`
  static String of(Context context, String name) {
    Optional<Tree.Function> written =
        Optional.ofNullable(context.functions.get(name)).or(() -> Prelude.function(name));
    if (written.isPresent()) {
      return of(written.get());
    }
    return switch (name) {
      case "where" -> "where(condition, then, otherwise)";
      case "pow" -> "pow(base, exponent)";
      case "xor", "logaddexp" -> name + "(x, y)";
      case "kron" -> "kron(A, B)";
      case "concat" -> "concat(A, B)";
      case "transpose", "diag" -> name + "(A)";
      case "eye", "iota" -> name + "(n)";
      case "one_hot" -> "one_hot(T, n)";
      case "pos" -> "pos(i+1)";
      case "random", "normal" -> name + "(i, seed: 1)";
      case "grad" -> "grad(Loss, W)";
      case "jvp" -> "jvp(F, X, V)";
      case "vjp" -> "vjp(F, X, U)";
      case "hvp" -> "hvp(Loss, W, V)";
      case "root" -> "root(R, X)";
      case "jet" -> "jet(F, X, V, order: 3)";
      default -> name + "(x)";
    };
  }

  static String of(Tree.Function function) {
    return function.name().text() + "(" + String.join(", ", parameters(function)) + ")";
  }

  private static List<String> parameters(Tree.Function function) {
    return function.parameters().stream()
        .map(parameter -> parameter.origin().span().map(Span::text).orElse(parameter.name().text()))
        .toList();
  }
}
