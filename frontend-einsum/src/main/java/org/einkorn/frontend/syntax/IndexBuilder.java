package org.einkorn.frontend.syntax;

import static org.einkorn.frontend.syntax.EinkornParser.*;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.tree.ParseTree;
import org.antlr.v4.runtime.tree.TerminalNode;
import org.einkorn.frontend.syntax.Tree.Expression;
import org.einkorn.frontend.syntax.Tree.Index;
import org.einkorn.frontend.syntax.Tree.Name;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.source.Origin;

/// What stands between brackets, to [Tree.Index] and [Tree.Axis]. One shape means different things
/// in different places: `c: 10` is an extent where an axis is named, and nothing where one is read.
final class IndexBuilder {
  private final Places places;
  private final ExpressionBuilder expressions;

  IndexBuilder(Places places, ExpressionBuilder expressions) {
    this.places = places;
    this.expressions = expressions;
  }

  /// The items, after a check that between two commas there is one.
  static List<ItemContext> items(
      Places places, List<ItemContext> items, ParserRuleContext brackets) {
    boolean afterComma = false;
    for (ParseTree child : brackets.children) {
      boolean comma =
          child instanceof TerminalNode terminal && terminal.getSymbol().getType() == COMMA;
      if (comma && afterComma) {
        throw new SyntaxFault(
            Diagnostic.error("E0008", "nothing stands between two commas")
                .at(places.of(((TerminalNode) child).getSymbol()), "")
                .help("write one `,`; a whole axis is `:`"));
      }
      afterComma = comma;
    }
    return items;
  }

  /// The indices of a tensor that is read.
  List<Index> reads(List<ItemContext> items, ParserRuleContext brackets) {
    List<Index> indices = writes(items, brackets);
    refuseExtents(indices);
    return indices;
  }

  /// The indices of a tensor that is defined; they may have extents.
  List<Index> writes(List<ItemContext> items, ParserRuleContext brackets) {
    List<Index> indices = new ArrayList<>();
    for (ItemContext item : items(places, items, brackets)) {
      indices.add(read(item));
    }
    return indices;
  }

  /// One index, where `c: 10` is still allowed.
  Index read(ItemContext item) {
    Origin origin = expressions.origin(item);
    if (item.ELLIPSIS() != null) {
      return new Tree.Ellipsis(origin);
    }
    if (item.STAR() != null) {
      return virtual(item, origin);
    }
    if (item.DOT() != null) {
      return dotted(item, origin);
    }
    if (item.range() != null) {
      return slice(item, origin);
    }
    List<Name> group = group(item.expression());
    return group.isEmpty()
        ? new Tree.Position(expressions.build(item.expression()), origin)
        : new Tree.Group(group, origin);
  }

  private Index virtual(ItemContext item, Origin origin) {
    Name name = expressions.name(item.name());
    if (Names.isCapital(name.text())) {
      throw new SyntaxFault(
          Diagnostic.error("E0011", "a virtual index begins in lower case")
              .at(ExpressionBuilder.span(name.origin()), "this is a constant")
              .help("write `*t`"));
    }
    long offset = 0;
    if (item.INTEGER() != null) {
      long distance = expressions.integer(item.INTEGER().getSymbol()).value();
      offset = item.MINUS() != null ? -distance : distance;
    }
    return new Tree.Virtual(name, offset, origin);
  }

  private Index dotted(ItemContext item, Origin origin) {
    if (expressions.build(item.expression()) instanceof Name name
        && !Names.isCapital(name.text())) {
      return new Tree.Dotted(name, origin);
    }
    throw new SyntaxFault(
        Diagnostic.error("E0011", "a dot marks one axis")
            .at(places.of(item.DOT().getSymbol()), "what stands before it is not an index")
            .help("name the axis and put the dot after its name: `Y[p, c.]`"));
  }

  private Index slice(ItemContext item, Origin origin) {
    Optional<Expression> start = Optional.ofNullable(item.expression()).map(expressions::build);
    List<Optional<Expression>> parts = parts(item.range());
    Optional<Expression> stop = parts.get(0);
    Optional<Expression> step = parts.get(1);
    boolean variable =
        start.isPresent() && start.get() instanceof Name name && !Names.isCapital(name.text());
    if (!variable) {
      return new Tree.Slice(start, stop, step, origin);
    }
    if (stop.isPresent() && item.range().COLON().size() == 1) {
      return new Tree.Sized((Name) start.get(), stop.get(), origin);
    }
    throw new SyntaxFault(
        Diagnostic.error("E0011", "a slice begins at a constant")
            .at(expressions.span(item), "this begins at an index")
            .help("shift the index instead: `X[i+4]`"));
  }

  /// What stands after the first `:` and after the second.
  private List<Optional<Expression>> parts(RangeContext range) {
    List<Optional<Expression>> parts = new ArrayList<>(List.of(Optional.empty(), Optional.empty()));
    int part = -1;
    for (ParseTree child : range.children) {
      if (child instanceof ExpressionContext expression) {
        parts.set(part, Optional.of(expressions.build(expression)));
      } else {
        part++;
      }
    }
    return parts;
  }

  /// The names of `(h d)`, or none if the item is anything else.
  private List<Name> group(ExpressionContext expression) {
    ParserRuleContext context = expression;
    while (context.getChildCount() == 1 && context.getChild(0) instanceof ParserRuleContext child) {
      context = child;
    }
    if (!ExpressionBuilder.isParenthesized(context)
        || !(ExpressionBuilder.unwrap(context) instanceof ProductContext product)) {
      return List.of();
    }
    List<Name> names = new ArrayList<>();
    List<ParserRuleContext> factors = new ArrayList<>();
    factors.add(product.unary());
    for (FactorContext factor : product.factor()) {
      if (factor.power() == null) {
        return List.of();
      }
      factors.add(factor.power());
    }
    for (ParserRuleContext factor : factors) {
      // By shape alone: to build a factor here and again later would double the work per level.
      if (ExpressionBuilder.unwrap(factor) instanceof PrimaryContext leaf && leaf.name() != null) {
        names.add(expressions.name(leaf.name()));
      } else {
        return List.of();
      }
    }
    return names;
  }

  /// The axes of a declaration.
  List<Tree.Axis> axes(BracketsContext brackets) {
    return axes(brackets.item(), brackets);
  }

  /// The axes of a declaration, in brackets of either kind.
  List<Tree.Axis> axes(List<ItemContext> written, ParserRuleContext brackets) {
    List<Tree.Axis> axes = new ArrayList<>();
    for (ItemContext item : items(places, written, brackets)) {
      axes.add(axis(item));
    }
    return axes;
  }

  private Tree.Axis axis(ItemContext item) {
    Origin origin = expressions.origin(item);
    Index index = read(item);
    return switch (index) {
      case Tree.Sized sized ->
          new Tree.Axis(Optional.of(sized.name()), Optional.of(sized.extent()), origin);
      case Tree.Position(Name name, _) when !Names.isCapital(name.text()) ->
          new Tree.Axis(Optional.of(name), Optional.empty(), origin);
      case Tree.Position(Expression extent, _) ->
          new Tree.Axis(Optional.empty(), Optional.of(extent), origin);
      case Tree.Slice(Optional<Expression> start, Optional<Expression> stop, _, _)
          when isCapital(start) ->
          throw new SyntaxFault(
              Diagnostic.error("E0014", "the name of an axis begins in lower case")
                  .at(ExpressionBuilder.span(start.get().origin()), "this is a constant")
                  .help(
                      "write `p: "
                          + stop.map(end -> ExpressionBuilder.span(end.origin()).text()).orElse("P")
                          + "`"));
      case Tree.Dotted _, Tree.Virtual _, Tree.Group _, Tree.Slice _, Tree.Ellipsis _ ->
          throw new SyntaxFault(
              Diagnostic.error("E0014", "`" + expressions.span(item).text() + "` is not an axis")
                  .at(expressions.span(item), "")
                  .help("an axis is declared as `p: P`, `64` or `p`"));
    };
  }

  private static boolean isCapital(Optional<Expression> start) {
    return start.isPresent() && start.get() instanceof Name name && Names.isCapital(name.text());
  }

  /// Refuses what only a left side may say: `c: 10` is an extent, and reading does not set one.
  private void refuseExtents(List<Index> indices) {
    for (Index index : indices) {
      if (index instanceof Tree.Sized sized) {
        throw new SyntaxFault(
            Diagnostic.error("E0011", "an extent is given only where a tensor is defined")
                .at(ExpressionBuilder.span(sized.origin()), "this reads a tensor")
                .help(
                    "write `"
                        + sized.name().text()
                        + "` here and the extent on the left side or in a declaration"));
      }
    }
  }
}
