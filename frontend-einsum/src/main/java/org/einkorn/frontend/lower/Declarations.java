package org.einkorn.frontend.lower;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.einkorn.frontend.Known;
import org.einkorn.frontend.check.Linear;
import org.einkorn.frontend.check.Problem;
import org.einkorn.frontend.syntax.DeclarationKind;
import org.einkorn.frontend.syntax.FactorOperator;
import org.einkorn.frontend.syntax.Names;
import org.einkorn.frontend.syntax.TermOperator;
import org.einkorn.frontend.syntax.Tree;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.source.Origin;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.runtime.DType;
import org.jspecify.annotations.Nullable;

/// Reads declarations: sizes, constants, inputs.
final class Declarations {
  private final Context context;
  private final Map<String, Tree.Let> lets = new HashMap<>();

  Declarations(Context context) {
    this.context = context;
  }

  static Optional<DType> type(Context context, Tree.Name name) {
    Optional<DType> type = DType.of(name.text());
    if (type.isEmpty()) {
      List<String> all = Arrays.stream(DType.values()).map(DType::text).toList();
      context.report(
          new Problem.UnknownType(name.text(), name.origin(), Near.to(name.text(), all)));
    }
    return type;
  }

  /// Finds the names of sizes: capitals in extents that no `let` binds.
  void collect(List<Tree.Statement> statements) {
    for (Tree.Statement statement : statements) {
      if (statement instanceof Tree.Let let) {
        Tree.Let before = lets.putIfAbsent(let.name().text(), let);
        if (before != null) {
          context.report(
              new Problem.DefinedTwice(
                  let.name().text(), let.name().origin(), before.name().origin()));
        }
      }
    }
    for (Tree.Statement statement : statements) {
      switch (statement) {
        case Tree.Declaration declaration ->
            declaration
                .axes()
                .ifPresent(axes -> axes.forEach(axis -> axis.extent().ifPresent(this::sizes)));
        case Tree.Equation equation -> {
          sizes(equation.head());
          projected(equation.value());
          equation.modifiers().bounds().forEach(bound -> sizes(bound.extent()));
        }
        case Tree.ReadFile file -> sizes(file.head());
        case Tree.Let _,
            Tree.Semiring _,
            Tree.Function _,
            Tree.Rule _,
            Tree.Fact _,
            Tree.WriteFile _,
            Tree.Query _,
            Tree.Learn _ -> {}
      }
    }
  }

  private void sizes(Tree.Head head) {
    for (Tree.Index index : head.indices()) {
      if (index instanceof Tree.Sized sized) {
        sizes(sized.extent());
      }
    }
  }

  /// Sizes in `sum[j: N](…)`.
  private void projected(Tree.Expression value) {
    if (value instanceof Tree.Projection projection) {
      projection.extents().forEach(extent -> extent.ifPresent(this::sizes));
    }
    Uses.children(value).forEach(this::projected);
  }

  private void sizes(Tree.Expression extent) {
    if (extent instanceof Tree.Name(String text, Origin _)
        && Names.isCapital(text)
        && !lets.containsKey(text)) {
      context.sizes.add(text);
    }
    Uses.children(extent).forEach(this::sizes);
  }

  // ------------------------------------------------------------------------- let

  /// Evaluates all `let`s; they may use each other in any order.
  void evaluate() {
    List<Tree.Let> open = new ArrayList<>(lets.values());
    open.sort(
        Comparator.comparing(
            let -> let.origin().span().map(org.einkorn.ir.source.Span::start).orElse(0)));
    boolean progress = true;
    while (progress && !open.isEmpty()) {
      progress = open.removeIf(this::evaluate);
    }
    for (Tree.Let let : open) {
      List<Tree.Name> names = new ArrayList<>();
      Item.collect(let.value(), names);
      boolean isCircle =
          names.stream().map(Tree.Name::text).anyMatch(name -> open.contains(lets.get(name)));
      context.report(new Problem.NotConstant(isCircle, let.value().origin()));
      context.constants.put(let.name().text(), new Node.Broken());
    }
  }

  private boolean evaluate(Tree.Let let) {
    Node value;
    try {
      value = constant(let.value());
    } catch (ArithmeticException overflow) {
      context.report(new Problem.TooLarge(let.value().origin()));
      value = new Node.Broken();
    }
    if (value == null) {
      return false;
    }
    if (let.type().isPresent()) {
      Optional<DType> type = type(context, let.type().get());
      if (type.isPresent()) {
        value = new Node.Convert(type.get(), value, let.origin());
      }
    }
    context.constants.put(let.name().text(), value);
    return true;
  }

  private @Nullable Node constant(Tree.Expression value) {
    return switch (value) {
      case Tree.IntegerLiteral(long number, Origin _) -> new Node.Whole(number);
      case Tree.DecimalLiteral(double number, Origin _) -> new Node.Real(number);
      case Tree.TruthLiteral(boolean truth, Origin _) -> new Node.Truth(truth);
      case Tree.Name(String text, Origin _) -> {
        Node known = context.constants.get(text);
        if (known != null) {
          context.used.add(text);
          yield known;
        }
        yield context.sizes.contains(text) ? new Node.Place(context.extents.declared(text)) : null;
      }
      case Tree.Negate(Tree.Expression operand, Origin _) ->
          fold(FactorOperator.TIMES, new Node.Whole(-1), constant(operand));
      case Tree.Sum sum -> {
        Node total = constant(sum.first());
        for (Tree.Term term : sum.rest()) {
          Node next = constant(term.value());
          if (term.operator() == TermOperator.MINUS) {
            next = fold(FactorOperator.TIMES, new Node.Whole(-1), next);
          }
          total = add(total, next);
        }
        yield total;
      }
      case Tree.Product product -> {
        Node total = constant(product.first());
        for (Tree.Factor factor : product.rest()) {
          total = fold(factor.operator(), total, constant(factor.value()));
        }
        yield total;
      }
      case Tree.Power power -> {
        Node base = constant(power.base());
        Node exponent = constant(power.exponent());
        if (base instanceof Node.Whole(long b)
            && exponent instanceof Node.Whole(long e)
            && e >= 0) {
          yield new Node.Whole(
              java.math.BigInteger.valueOf(b).pow((int) Math.min(e, 10_000)).longValueExact());
        }
        yield base != null && exponent != null && isNumber(base) && isNumber(exponent)
            ? new Node.Real(Math.pow(real(base), real(exponent)))
            : null;
      }
      case Tree.Call(Tree.Name name, List<Tree.Argument> arguments, Origin _)
          when arguments.size() == 2 -> {
        Node left = constant(arguments.get(0).value());
        Node right = constant(arguments.get(1).value());
        yield left == null || right == null ? null : extremum(name.text(), left, right);
      }
      case Tree.Call(Tree.Name name, List<Tree.Argument> arguments, Origin _)
          when arguments.size() == 1 -> {
        Node argument = constant(arguments.getFirst().value());
        yield argument != null && isNumber(argument) ? function(name.text(), real(argument)) : null;
      }
      default -> null;
    };
  }

  private static @Nullable Node function(String name, double x) {
    return switch (name) {
      case "sqrt" -> new Node.Real(Math.sqrt(x));
      case "exp" -> new Node.Real(Math.exp(x));
      case "log" -> new Node.Real(Math.log(x));
      default -> null;
    };
  }

  private static @Nullable Node extremum(String name, Node left, Node right) {
    Optional<IndexExpr> one = size(left);
    Optional<IndexExpr> two = size(right);
    if (one.isEmpty() || two.isEmpty()) {
      return null;
    }
    return switch (name) {
      case "min" -> ofSize(one.get().min(two.get()));
      case "max" -> ofSize(one.get().max(two.get()));
      default -> null;
    };
  }

  private static boolean isNumber(Node node) {
    return node instanceof Node.Whole || node instanceof Node.Real;
  }

  private static double real(Node node) {
    return node instanceof Node.Whole(long value) ? value : ((Node.Real) node).value();
  }

  private static Optional<IndexExpr> size(Node node) {
    return switch (node) {
      case Node.Whole(long value) -> Optional.of(IndexExpr.of(value));
      case Node.Place(IndexExpr index) -> Optional.of(index);
      default -> Optional.empty();
    };
  }

  private static Node ofSize(IndexExpr size) {
    IndexExpr normal = Linear.normalize(size);
    return normal instanceof IndexExpr.Constant(long value)
        ? new Node.Whole(value)
        : new Node.Place(normal);
  }

  private static @Nullable Node add(@Nullable Node left, @Nullable Node right) {
    if (left == null || right == null) {
      return null;
    }
    Optional<IndexExpr> one = size(left);
    Optional<IndexExpr> two = size(right);
    if (one.isPresent() && two.isPresent()) {
      return ofSize(one.get().plus(two.get()));
    }
    return isNumber(left) && isNumber(right) ? new Node.Real(real(left) + real(right)) : null;
  }

  private static @Nullable Node fold(
      FactorOperator operator, @Nullable Node left, @Nullable Node right) {
    if (left == null || right == null) {
      return null;
    }
    Optional<IndexExpr> one = size(left);
    Optional<IndexExpr> two = size(right);
    if (one.isPresent() && two.isPresent()) {
      boolean isZero = two.get().equals(IndexExpr.Constant.ZERO);
      switch (operator) {
        case JUXTAPOSE, TIMES -> {
          return ofSize(one.get().times(two.get()));
        }
        case REMAINDER -> {
          return isZero ? null : ofSize(one.get().floorMod(two.get()));
        }
        case DIVIDE -> {
          // Whole where it comes out even, which is what extents need; else a number as usual.
          boolean isEven =
              !isZero
                  && (Linear.normalize(one.get().floorMod(two.get()))
                          .equals(IndexExpr.Constant.ZERO)
                      || left instanceof Node.Place
                      || right instanceof Node.Place);
          if (isEven) {
            return ofSize(one.get().floorDiv(two.get()));
          }
        }
      }
    }
    if (!isNumber(left) || !isNumber(right)) {
      return null;
    }
    double a = real(left);
    double b = real(right);
    return switch (operator) {
      case JUXTAPOSE, TIMES -> new Node.Real(a * b);
      case DIVIDE -> new Node.Real(a / b);
      case REMAINDER -> new Node.Real(a - b * Math.floor(a / b));
    };
  }

  // ------------------------------------------------------------------ declarations

  /// The extent of a declared axis, an expression of sizes.
  Optional<IndexExpr> extent(Tree.Expression value) {
    Node constant;
    try {
      constant = constant(value);
    } catch (ArithmeticException overflow) {
      context.report(new Problem.TooLarge(value.origin()));
      return Optional.empty();
    }
    Optional<IndexExpr> size = constant == null ? Optional.empty() : size(constant);
    if (size.isPresent() && isNegative(context, size.get(), value.origin())) {
      return Optional.empty();
    }
    if (size.isEmpty() && !(constant instanceof Node.Broken)) {
      context.report(new Problem.NotAPosition("neither a size nor a whole number", value.origin()));
    }
    return size;
  }

  /// Whether an extent is below 0, which is reported.
  static boolean isNegative(Context context, IndexExpr extent, Origin origin) {
    boolean isNegative = extent instanceof IndexExpr.Constant(long value) && value < 0;
    if (isNegative) {
      context.report(new Problem.NegativeExtent(Shapes.text(extent), origin));
    }
    return isNegative;
  }

  List<Optional<IndexExpr>> extents(List<Tree.Axis> axes) {
    List<Optional<IndexExpr>> extents = new ArrayList<>();
    for (Tree.Axis axis : axes) {
      extents.add(
          axis.extent()
              .flatMap(this::extent)
              .or(
                  () ->
                      axis.name()
                          .map(
                              name ->
                                  context.extents.unknown(name.text().toUpperCase(Locale.ROOT)))));
    }
    return extents;
  }

  Equations.Declared declared(Tree.Declaration declaration) {
    return new Equations.Declared(
        declaration.axes().map(this::extents),
        declaration.type().flatMap(name -> type(context, name)),
        declaration.name().origin());
  }

  /// An `input` or `param` that comes from outside.
  void input(Tree.Declaration declaration) {
    String name = declaration.name().text();
    Optional<String> file = declaration.value().map(value -> ((Tree.Text) value).value());
    Signature.Role role =
        declaration.kind() == DeclarationKind.PARAM ? Signature.Role.PARAM : Signature.Role.INPUT;
    Equations.Declared declared = declared(declaration);
    add(role, name, declared, file);
  }

  /// `X = "x.npy"`: an input that a file gives.
  void file(Tree.ReadFile statement) {
    Tree.Head head = statement.head();
    Optional<List<Optional<IndexExpr>>> extents = Optional.empty();
    if (head.form() != Tree.Form.BARE) {
      List<Optional<IndexExpr>> all = new ArrayList<>();
      for (Tree.Index index : head.indices()) {
        all.add(
            switch (index) {
              case Tree.Sized sized -> extent(sized.extent());
              case Tree.Position(Tree.Name name, Origin _) when !Names.isCapital(name.text()) ->
                  Optional.of(
                      context.extents.unknown(name.text().toUpperCase(java.util.Locale.ROOT)));
              default -> {
                context.report(
                    new Problem.NotWritable(
                        "the axes of a file are named, or have an extent",
                        "input "
                            + head.name().text()
                            + statement
                                .path()
                                .map(path -> " = \"" + path.value() + "\"")
                                .orElse(""),
                        index.origin()));
                yield Optional.empty();
              }
            });
      }
      extents = Optional.of(all);
    }
    Optional<DType> type = head.type().flatMap(name -> type(context, name));
    if (head.form() == Tree.Form.ROUND && type.isEmpty()) {
      type = Optional.of(DType.BOOL);
    }
    add(
        Signature.Role.INPUT,
        head.name().text(),
        new Equations.Declared(extents, type, head.name().origin()),
        statement.path().map(Tree.Text::value));
  }

  private void add(
      Signature.Role role, String name, Equations.Declared declared, Optional<String> file) {
    Optional<Known> known =
        Optional.ofNullable(context.request.inputs().get(name))
            .or(() -> file.flatMap(path -> context.request.files().apply(path)));
    if (known.isEmpty() && file.map(context.request.unreadable()::contains).orElse(false)) {
      Inputs.broken(context, name, declared.origin());
      return;
    }
    Optional<Context.ImplicitInput> used = Optional.ofNullable(context.implicit.get(name));
    Optional<List<Optional<IndexExpr>>> extents = declared.extents();
    if (extents.isEmpty()) {
      int rank = known.map(Known::rank).orElse(used.map(Context.ImplicitInput::rank).orElse(0));
      if (rank < 0) {
        context.needRank(name, declared.origin());
        Inputs.broken(context, name, declared.origin());
        return;
      }
      extents = Optional.of(Collections.nCopies(rank, Optional.empty()));
    }
    if (known.isPresent() && known.get().rank() != extents.get().size()) {
      context.report(
          new Problem.TwoRanks(
              name, declared.origin(), extents.get().size(), Origin.UNKNOWN, known.get().rank()));
      Inputs.broken(context, name, declared.origin());
      return;
    }
    boolean isPosition = used.map(Context.ImplicitInput::isPosition).orElse(false);
    DType type =
        declared
            .type()
            .or(() -> known.map(Known::dtype))
            .orElse(isPosition ? DType.I64 : DType.F32);
    Inputs.add(context, role, name, type, extents.get(), known, file, declared.origin());
  }
}
