package org.einkorn.frontend.lower;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.einkorn.frontend.syntax.LogicOperator;
import org.einkorn.frontend.syntax.Tree;
import org.einkorn.ir.source.Origin;

/// One equation, rule or fact of a tensor.
///
/// @param value absent for a fact and for a file
/// @param file the file that gives the tuples
record Item(
    Tree.Head head,
    Tree.AssignOperator operator,
    Optional<Tree.Expression> value,
    Tree.Modifiers modifiers,
    boolean isRule,
    Optional<RelationFiles.Source> file,
    Origin origin) {

  /// One that is written in the program.
  Item(
      Tree.Head head,
      Tree.AssignOperator operator,
      Optional<Tree.Expression> value,
      Tree.Modifiers modifiers,
      boolean isRule,
      Origin origin) {
    this(head, operator, value, modifiers, isRule, Optional.empty(), origin);
  }

  static Item of(Tree.Equation equation) {
    return new Item(
        equation.head(),
        equation.operator(),
        Optional.of(equation.value()),
        equation.modifiers(),
        false,
        equation.origin());
  }

  static Item of(Tree.Rule rule) {
    Tree.Expression body =
        rule.body().size() == 1
            ? rule.body().getFirst()
            : new Tree.Logic(LogicOperator.AND, rule.body(), rule.origin());
    return new Item(
        rule.head(),
        Tree.AssignOperator.OR,
        Optional.of(body),
        rule.modifiers(),
        true,
        rule.origin());
  }

  static Item of(Tree.Fact fact) {
    Tree.Access atom = fact.atom();
    Tree.Head head =
        new Tree.Head(atom.tensor(), atom.form(), atom.indices(), Optional.empty(), atom.origin());
    return new Item(
        head, Tree.AssignOperator.OR, Optional.empty(), Tree.Modifiers.NONE, false, fact.origin());
  }

  /// Whether the equation is a step of an iteration: it says how that ends.
  boolean isStep() {
    return modifiers.until().isPresent() || modifiers.steps().isPresent();
  }

  /// The names of tensors and functions that the right side, and the left side's positions, need.
  List<Tree.Name> needs() {
    List<Tree.Name> found = new ArrayList<>();
    value.ifPresent(expression -> collect(expression, found));
    head.indices().forEach(index -> collect(index, found));
    modifiers.until().ifPresent(part -> collect(part, found));
    modifiers.steps().ifPresent(part -> collect(part, found));
    modifiers.padding().flatMap(Tree.Padding::value).ifPresent(part -> collect(part, found));
    return found;
  }

  static void collect(Tree.Expression expression, List<Tree.Name> found) {
    switch (expression) {
      case Tree.Name name -> found.add(name);
      case Tree.Access access -> {
        found.add(access.tensor());
        access.indices().forEach(index -> collect(index, found));
      }
      case Tree.Indexed indexed -> indexed.indices().forEach(index -> collect(index, found));
      case Tree.Call call -> found.add(call.function());
      default -> {}
    }
    Uses.children(expression).forEach(child -> collect(child, found));
  }

  private static void collect(Tree.Index index, List<Tree.Name> found) {
    switch (index) {
      case Tree.Position(Tree.Expression value, Origin _) -> {
        // Capital names between brackets are sizes or labels; tensors have brackets of their own.
        if (!(value instanceof Tree.Name)) {
          collectReads(value, found);
        }
      }
      case Tree.Dotted _,
          Tree.Virtual _,
          Tree.Group _,
          Tree.Slice _,
          Tree.Sized _,
          Tree.Ellipsis _ -> {}
    }
  }

  private static void collectReads(Tree.Expression value, List<Tree.Name> found) {
    switch (value) {
      case Tree.Access _, Tree.Indexed _, Tree.Call _, Tree.Projection _ -> collect(value, found);
      default -> Uses.children(value).forEach(child -> collectReads(child, found));
    }
  }
}
