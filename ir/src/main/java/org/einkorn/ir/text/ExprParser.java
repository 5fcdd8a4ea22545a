package org.einkorn.ir.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.source.Span;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.runtime.DType;

/// Reads expressions by recursive descent. Names are looked up in the [Scope] at once: it tells
/// variables from symbols, and gives reads their types.
final class ExprParser {
  private final TokenReader in;

  /// How many nodes the expression that was read last is high.
  private int height = 0;

  private int nesting = 0;

  ExprParser(TokenReader in) {
    this.in = in;
  }

  // ---- index expressions

  IndexExpr index(Scope scope) {
    enter();
    try {
      return indexSum(scope);
    } finally {
      nesting--;
    }
  }

  private IndexExpr indexSum(Scope scope) {
    Token first = in.peek();
    IndexExpr sum = indexProduct(scope);
    while (in.sees("+") || in.sees("-")) {
      boolean minus = in.next().is("-");
      int left = height;
      IndexExpr term = indexProduct(scope);
      IndexExpr right = minus ? negated(first, term) : term;
      sum = new IndexExpr.Sum(sum, right);
      stack(first, left);
    }
    return sum;
  }

  /// `a - 2` is `a + -2`, `a - 2 * i` is `a + -2 * i`, `a - i` is `a + -1 * i`.
  private IndexExpr negated(Token first, IndexExpr term) {
    return switch (term) {
      case IndexExpr.Constant(long value) -> IndexExpr.of(-value);
      case IndexExpr.Product(IndexExpr.Constant(long factor), IndexExpr right) ->
          new IndexExpr.Product(IndexExpr.of(-factor), right);
      default -> {
        stack(first, 1);
        yield new IndexExpr.Product(IndexExpr.of(-1), term);
      }
    };
  }

  private IndexExpr indexProduct(Scope scope) {
    Token first = in.peek();
    IndexExpr product = indexAtom(scope);
    while (in.sees("*") || in.sees("floordiv") || in.sees("mod")) {
      String sign = in.next().text();
      int left = height;
      IndexExpr right = indexAtom(scope);
      product =
          switch (sign) {
            case "*" -> new IndexExpr.Product(product, right);
            case "floordiv" -> new IndexExpr.FloorDiv(product, right);
            default -> new IndexExpr.FloorMod(product, right);
          };
      stack(first, left);
    }
    return product;
  }

  private IndexExpr indexAtom(Scope scope) {
    Token first = in.peek();
    height = 1;
    if (first.kind() == Token.Kind.INTEGER || first.is("-")) {
      return IndexExpr.of(integer());
    }
    if (in.accept("(")) {
      IndexExpr inside = index(scope);
      in.expect(")");
      return inside;
    }
    if (in.accept("min")) {
      List<IndexExpr> two = twoIndices(first, scope);
      return new IndexExpr.Minimum(two.get(0), two.get(1));
    }
    if (in.accept("max")) {
      List<IndexExpr> two = twoIndices(first, scope);
      return new IndexExpr.Maximum(two.get(0), two.get(1));
    }
    if (in.accept("fetch")) {
      return fetch(first, scope);
    }
    if (!first.isName()) {
      throw in.expected("an index expression");
    }
    return scope.index(in.next());
  }

  private List<IndexExpr> twoIndices(Token first, Scope scope) {
    in.expect("(");
    IndexExpr left = index(scope);
    int leftHeight = height;
    in.expect(",");
    IndexExpr right = index(scope);
    in.expect(")");
    stack(first, leftHeight);
    return List.of(left, right);
  }

  private IndexExpr fetch(Token first, Scope scope) {
    in.expect("<");
    Token tensor = in.expectName("a tensor");
    in.expect(",");
    int axis = (int) number("an axis", Integer.MIN_VALUE, Integer.MAX_VALUE);
    in.expect(",");
    IndexExpr extent = index(scope);
    int extentHeight = height;
    in.expect(">");
    in.expect("(");
    Scalar source = scalar(scope);
    in.expect(")");
    stack(first, extentHeight);
    return in.node(first, () -> new IndexExpr.Fetch(tensor.text(), axis, extent, source));
  }

  /// `[i, j + 1]`
  List<IndexExpr> indices(Scope scope) {
    Token first = in.expect("[");
    List<IndexExpr> indices = new ArrayList<>();
    int highest = 0;
    while (!in.sees("]")) {
      if (!indices.isEmpty()) {
        in.expect(",");
      }
      indices.add(index(scope));
      highest = Math.max(highest, height);
    }
    in.expect("]");
    height = 0;
    stack(first, highest);
    return indices;
  }

  /// Indices of `tensor`, as many as it has axes.
  List<IndexExpr> indicesOf(Token tensor, TensorType type, Scope scope) {
    List<IndexExpr> indices = indices(scope);
    requireRank(tensor, type, indices.size());
    return indices;
  }

  void requireRank(Token tensor, TensorType type, int indices) {
    if (indices != type.rank()) {
      String declared = tensor.text() + ": " + ExprPrinter.print(type);
      throw TokenReader.failure(
          "E0803",
          counted(indices, "index", "indices") + " for " + counted(type.rank(), "axis", "axes"),
          in.from(tensor),
          "`" + declared + "` has " + counted(type.rank(), "axis", "axes"));
    }
  }

  private static String counted(int count, String one, String many) {
    return count + " " + (count == 1 ? one : many);
  }

  // ---- types and guards

  DType dtype() {
    Optional<DType> type =
        in.peek().kind() == Token.Kind.WORD ? DType.of(in.peek().text()) : Optional.empty();
    if (type.isEmpty()) {
      throw in.expected("an element type");
    }
    in.next();
    return type.get();
  }

  TensorType type(Scope scope) {
    DType dtype = dtype();
    return new TensorType(dtype, indices(scope));
  }

  /// `0 <= i + k < n, 0 <= j < m`, or nothing before an opening brace.
  List<Guard> guards(Scope scope) {
    List<Guard> guards = new ArrayList<>();
    do {
      if (in.peek().kind() != Token.Kind.INTEGER || !in.peek().text().equals("0")) {
        throw in.expected("`0 <= … < …`");
      }
      in.next();
      in.expect("<=");
      IndexExpr index = index(scope);
      in.expect("<");
      guards.add(new Guard(index, index(scope)));
    } while (in.accept(","));
    return guards;
  }

  // ---- scalars

  /// A scalar with any operations in it.
  Scalar scalar(Scope scope) {
    enter();
    try {
      return infix(Precedence.NONE, scope);
    } finally {
      nesting--;
    }
  }

  /// A scalar without infix operations outside parentheses.
  Scalar operand(Scope scope) {
    return atom(scope);
  }

  private Scalar infix(int least, Scope scope) {
    Token first = in.peek();
    Scalar value = atom(scope);
    int most = Precedence.ATOM;
    for (Optional<BinaryOp> op = infixSign(); op.isPresent(); op = infixSign()) {
      BinaryOp sign = op.get();
      int precedence = Precedence.of(sign);
      if (precedence < least || precedence > most) {
        break;
      }
      in.next();
      int left = height;
      Scalar before = value;
      Scalar right = infix(precedence + 1, scope);
      stack(first, left);
      value = in.node(first, () -> new Scalar.Binary(sign, before, right));
      most = Precedence.chains(sign) ? precedence : precedence - 1;
    }
    return value;
  }

  /// The infix operation that comes next, if one does.
  Optional<BinaryOp> infixSign() {
    Token sign = in.peek();
    boolean possible = sign.kind() == Token.Kind.SIGN || sign.kind() == Token.Kind.WORD;
    return possible ? BinaryOp.of(sign.text()).filter(BinaryOp::isInfix) : Optional.empty();
  }

  private Scalar atom(Scope scope) {
    Token first = in.peek();
    height = 1;
    return switch (first.kind()) {
      case INTEGER, REAL -> literal();
      case QUOTED -> read(scope);
      case STRING, END -> throw in.expected("a value");
      case WORD -> Words.isReserved(first.text()) ? word(scope) : read(scope);
      case SIGN -> {
        if (in.sees("-")) {
          yield literal();
        }
        if (!in.accept("(")) {
          throw in.expected("a value");
        }
        Scalar inside = scalar(scope);
        in.expect(")");
        yield inside;
      }
    };
  }

  private Scalar read(Scope scope) {
    Token name = in.next();
    TensorType type = scope.tensor(name).type();
    List<IndexExpr> indices = indicesOf(name, type, scope);
    return in.node(name, () -> new Scalar.Read(name.text(), type.dtype(), indices));
  }

  private Scalar word(Scope scope) {
    Token first = in.peek();
    return switch (first.text()) {
      case "true", "false" ->
          new Scalar.Literal(DType.BOOL, in.next().text().equals("true") ? 1 : 0);
      case "nan", "inf" -> literal();
      case "pos" -> {
        in.next();
        in.expect("(");
        IndexExpr index = index(scope);
        in.expect(")");
        stack(first, 0);
        yield new Scalar.Position(index);
      }
      case "select" -> {
        in.next();
        List<Scalar> three = arguments(first, 3, scope);
        yield in.node(first, () -> new Scalar.Select(three.get(0), three.get(1), three.get(2)));
      }
      case "fma" -> {
        in.next();
        List<Scalar> three = arguments(first, 3, scope);
        yield in.node(
            first, () -> new Scalar.MultiplyAdd(three.get(0), three.get(1), three.get(2)));
      }
      case "dot" -> {
        in.next();
        yield dot(first, scope);
      }
      default -> call(scope);
    };
  }

  /// An operation or a conversion by its name.
  private Scalar call(Scope scope) {
    Token first = in.peek();
    Optional<UnaryOp> unary = UnaryOp.of(first.text());
    if (unary.isPresent()) {
      in.next();
      List<Scalar> one = arguments(first, 1, scope);
      return in.node(first, () -> new Scalar.Unary(unary.get(), one.getFirst()));
    }
    Optional<BinaryOp> binary = BinaryOp.of(first.text()).filter(op -> !op.isInfix());
    if (binary.isPresent()) {
      in.next();
      List<Scalar> two = arguments(first, 2, scope);
      return in.node(first, () -> new Scalar.Binary(binary.get(), two.get(0), two.get(1)));
    }
    Optional<DType> type = DType.of(first.text());
    if (type.isPresent()) {
      in.next();
      List<Scalar> one = arguments(first, 1, scope);
      return in.node(first, () -> new Scalar.Cast(type.get(), one.getFirst()));
    }
    throw in.expected("a value");
  }

  /// `(a0, a1, a2, a3; b0, b1, b2, b3; c)`
  private Scalar dot(Token first, Scope scope) {
    in.expect("(");
    List<Scalar> lefts = commas(Scalar.Dot.PRODUCTS, scope);
    int highest = height;
    in.expect(";");
    List<Scalar> rights = commas(Scalar.Dot.PRODUCTS, scope);
    highest = Math.max(highest, height);
    in.expect(";");
    Scalar addend = scalar(scope);
    highest = Math.max(highest, height);
    in.expect(")");
    height = 0;
    stack(first, highest);
    return in.node(first, () -> new Scalar.Dot(lefts, rights, addend));
  }

  private List<Scalar> arguments(Token first, int count, Scope scope) {
    in.expect("(");
    List<Scalar> arguments = commas(count, scope);
    int highest = height;
    in.expect(")");
    height = 0;
    stack(first, highest);
    return arguments;
  }

  /// Values with commas between them; their greatest height is the height then.
  private List<Scalar> commas(int count, Scope scope) {
    List<Scalar> values = new ArrayList<>();
    int highest = 0;
    for (int value = 0; value < count; value++) {
      if (value > 0) {
        in.expect(",");
      }
      values.add(scalar(scope));
      highest = Math.max(highest, height);
    }
    height = highest;
    return values;
  }

  // ---- numbers

  /// `-1.5:f32`, `7:i64`, `nan:f64`
  private Scalar literal() {
    Token first = in.peek();
    String sign = in.accept("-") ? "-" : "";
    Token digits = in.peek();
    boolean special = digits.is("nan") || digits.is("inf");
    boolean number = digits.kind() == Token.Kind.INTEGER || digits.kind() == Token.Kind.REAL;
    if (!special && !number) {
      throw in.expected("a number");
    }
    in.next();
    in.expect(":");
    DType type = dtype();
    Span place = in.from(first);
    if (type.isFloat()) {
      double value = real(sign + digits.text(), type, place);
      return in.node(first, () -> new Scalar.Literal(type, Double.doubleToLongBits(value)));
    }
    if (digits.kind() != Token.Kind.INTEGER) {
      throw TokenReader.failure(
          "E0804", "`" + digits.text() + "` is no " + type, place, "not an integer");
    }
    long value =
        type == DType.I32
            ? inRange(sign + digits.text(), Integer.MIN_VALUE, Integer.MAX_VALUE, place)
            : inRange(sign + digits.text(), Long.MIN_VALUE, Long.MAX_VALUE, place);
    return in.node(first, () -> new Scalar.Literal(type, value));
  }

  private static double real(String digits, DType type, Span place) {
    String unsigned = digits.startsWith("-") ? digits.substring(1) : digits;
    if (unsigned.equals("nan")) {
      return Double.NaN;
    }
    if (unsigned.equals("inf")) {
      return digits.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
    }
    boolean exact = unsigned.startsWith("0x") || type != DType.F32;
    double value = exact ? Double.parseDouble(digits) : Float.parseFloat(digits);
    boolean vanished = value == 0 && unsigned.matches("0x[0.]*[1-9a-fA-F].*|[0.]*[1-9].*");
    if (Double.isInfinite(value) || vanished) {
      throw TokenReader.failure(
          "E0808",
          "`" + digits + "` lies outside " + type,
          place,
          vanished ? "rounds to zero" : "rounds to infinity");
    }
    return value;
  }

  private long integer() {
    return number("an integer", Long.MIN_VALUE, Long.MAX_VALUE);
  }

  /// How many there are of something.
  long count(String what) {
    return number(what, 0, Long.MAX_VALUE);
  }

  /// An integer with its sign.
  private long number(String what, long least, long greatest) {
    Token first = in.peek();
    String sign = in.accept("-") ? "-" : "";
    if (in.peek().kind() != Token.Kind.INTEGER) {
      throw in.expected(what);
    }
    return inRange(sign + in.next().text(), least, greatest, in.from(first));
  }

  private static long inRange(String digits, long least, long greatest, Span place) {
    try {
      long value = Long.parseLong(digits);
      if (value >= least && value <= greatest) {
        return value;
      }
    } catch (NumberFormatException tooLong) {
      // The digits are digits, so the number is too great for any integer; refused below.
    }
    throw TokenReader.failure(
        "E0808", "`" + digits + "` is out of range", place, "not in " + least + " … " + greatest);
  }

  // ---- depth

  private void enter() {
    if (++nesting > ExprPrinter.MAX_HEIGHT) {
      nesting--;
      throw tooDeep(in.peek().span());
    }
  }

  /// Puts a node on top of what was read last and on top of another child.
  private void stack(Token first, int otherChild) {
    height = 1 + Math.max(height, otherChild);
    if (height > ExprPrinter.MAX_HEIGHT) {
      throw tooDeep(first.span());
    }
  }

  private static ParseFailure tooDeep(Span place) {
    return TokenReader.failure(
        "E0807",
        "an expression nests too deep",
        place,
        "more than " + ExprPrinter.MAX_HEIGHT + " operations inside one another");
  }
}
