package org.einkorn.ir.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.ir.tensor.TensorType;

/// Reads what [SignaturePrinter] writes, and declares its symbols and inputs.
///
/// What follows may see an input under another type than the signature gives it.
final class SignatureParser {
  private final TokenReader in;
  private final ExprParser exprs;
  private final Scope scope;
  private final UnaryOperator<TensorType> seen;

  /// @param seen the type under which expressions see an input of this type
  SignatureParser(TokenReader in, ExprParser exprs, Scope scope, UnaryOperator<TensorType> seen) {
    this.in = in;
    this.exprs = exprs;
    this.scope = scope;
    this.seen = seen;
  }

  Signature signature() {
    List<String> symbols = new ArrayList<>();
    if (in.sees("symbols")) {
      in.item(
          () -> {
            symbols(symbols);
            return true;
          });
    }
    List<Signature.Input> inputs = new ArrayList<>();
    while (in.sees("input") || in.sees("param")) {
      in.item(this::input).ifPresent(inputs::add);
    }
    List<Signature.Output> outputs = new ArrayList<>();
    while (in.sees("output")) {
      in.item(this::output).ifPresent(outputs::add);
    }
    List<Signature.Query> queries = new ArrayList<>();
    while (in.sees("query")) {
      in.item(this::query).ifPresent(queries::add);
    }
    return new Signature(symbols, inputs, outputs, queries);
  }

  private void symbols(List<String> symbols) {
    in.expect("symbols");
    do {
      Token name = in.expectName("a symbol");
      scope.declareSymbol(name);
      symbols.add(name.text());
    } while (in.accept(","));
  }

  private Signature.Input input() {
    Signature.Role role = in.next().is("param") ? Signature.Role.PARAM : Signature.Role.INPUT;
    Token name = in.expectName("the name of an input");
    TensorType type = declaredType(name);
    scope.declareTensor(name, seen.apply(type));
    Optional<String> file =
        in.accept("=") ? Optional.of(in.expectString("the name of a file")) : Optional.empty();
    return new Signature.Input(role, name.text(), type, file, content());
  }

  private Signature.Content content() {
    if (in.accept("tuples")) {
      List<IndexExpr> extents = new ArrayList<>();
      in.expect("[");
      while (!in.sees("]")) {
        if (!extents.isEmpty()) {
          in.expect(",");
        }
        extents.add(exprs.index(scope));
      }
      in.expect("]");
      return new Signature.Content.Tuples(extents);
    }
    if (in.accept("labels")) {
      return new Signature.Content.Labels(labels());
    }
    return in.accept("positions")
        ? new Signature.Content.Positions(exprs.count("how many positions there are at least"))
        : new Signature.Content.Elements();
  }

  private Signature.Output output() {
    in.expect("output");
    Token name = in.expectName("the name of an output");
    in.expect(":");
    TensorType type = exprs.type(scope);
    Optional<String> file =
        in.accept("->") ? Optional.of(in.expectString("the name of a file")) : Optional.empty();
    return new Signature.Output(
        name.text(),
        type,
        file,
        in.accept("tuples") ? Optional.of(axesOfLabels()) : Optional.empty());
  }

  private Signature.Query query() {
    in.expect("query");
    String text = in.expectString("the text of a query");
    in.expect("=");
    Token name = in.expectName("the tensor that answers the query");
    return new Signature.Query(text, name.text(), axesOfLabels());
  }

  private List<List<String>> axesOfLabels() {
    List<List<String>> labels = new ArrayList<>();
    while (in.accept("labels")) {
      labels.add(labels());
    }
    return labels;
  }

  private List<String> labels() {
    List<String> labels = new ArrayList<>();
    in.expect("[");
    while (!in.sees("]")) {
      if (!labels.isEmpty()) {
        in.expect(",");
      }
      labels.add(in.expectString("a label"));
    }
    in.expect("]");
    return labels;
  }

  /// `: f32[n, d]`; where it has an error, `name` is known to be broken.
  TensorType declaredType(Token name) {
    try {
      in.expect(":");
      return exprs.type(scope);
    } catch (ParseFailure failure) {
      scope.breakName(name.text());
      throw failure;
    }
  }
}
