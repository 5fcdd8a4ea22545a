package org.einkorn.frontend.lower;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.einkorn.frontend.check.Problem;
import org.einkorn.frontend.syntax.Names;
import org.einkorn.frontend.syntax.Tree;
import org.einkorn.ir.source.Origin;
import org.einkorn.ir.source.Span;

/// What a program prints and writes: queries and files, each an output of its own.
final class Answers {
  private final Context context;
  private final Map<String, Origin> declared = new LinkedHashMap<>();
  private final Map<String, Integer> ranks = new LinkedHashMap<>();
  private final Set<String> kept = new LinkedHashSet<>();
  private final List<Question> questions = new ArrayList<>();
  private final List<Written> files = new ArrayList<>();

  /// A query and the tensor that answers it.
  ///
  /// @param legends labels that the query itself gives, by the number of the axis
  record Question(String text, String tensor, Map<Integer, List<String>> legends) {
    Question {
      legends = Map.copyOf(legends);
    }
  }

  /// A file and the tensor that is written to it.
  ///
  /// @param named the tensor that the program names, where it names one as a whole
  /// @param isAtom whether what is written is `R(…)`, a relation at some positions
  record Written(String path, String tensor, String named, boolean isAtom) {}

  Answers(Context context) {
    this.context = context;
  }

  /// @param rank how many axes the declaration names
  /// @param isKept whether the declaration is an `output`
  void declare(String name, int rank, Origin origin, boolean isKept) {
    declared.put(name, origin);
    ranks.put(name, rank);
    if (isKept) {
      kept.add(name);
    }
  }

  /// The tensors that an `output` names.
  Set<String> kept() {
    return kept;
  }

  Map<String, Origin> declared() {
    return declared;
  }

  /// How many axes the declaration of a tensor names.
  int rank(String name) {
    return ranks.getOrDefault(name, 0);
  }

  List<Question> questions() {
    return questions;
  }

  List<Written> files() {
    return files;
  }

  void lower(List<Tree.Statement> statements) {
    for (Tree.Statement statement : statements) {
      switch (statement) {
        case Tree.Query query -> {
          String text =
              query
                  .title()
                  .map(Tree.Text::value)
                  .orElseGet(
                      () ->
                          query.legends().isEmpty()
                              ? query.origin().span().map(Span::text).orElse("?").strip()
                              : query.value().origin().span().map(Span::text).orElse("") + "?");
          tensor(query.value(), "q", questions.size(), query.origin())
              .ifPresent(name -> questions.add(new Question(text, name, legends(query))));
        }
        case Tree.WriteFile file ->
            tensor(file.value(), "w", files.size(), file.origin())
                .ifPresent(
                    name ->
                        files.add(
                            new Written(
                                file.path().value(),
                                name,
                                file.value() instanceof Tree.Name bare ? bare.text() : name,
                                file.value() instanceof Tree.Access access
                                    && access.form() == Tree.Form.ROUND)));
        case Tree.Declaration _,
            Tree.Let _,
            Tree.Semiring _,
            Tree.Function _,
            Tree.Equation _,
            Tree.Rule _,
            Tree.Fact _,
            Tree.ReadFile _,
            Tree.Learn _ -> {}
      }
    }
  }

  /// Notes the variables of questions that occur nowhere else: whoever forgets the quotes of a
  /// label writes one.
  ///
  /// @param items the equations and rules of the program
  void lookForLabels(List<Tree.Statement> statements, Collection<List<Item>> items) {
    Set<String> known = new HashSet<>();
    Uses uses = new Uses(_ -> true);
    for (List<Item> group : items) {
      for (Item item : group) {
        item.value().ifPresent(value -> known.addAll(uses.of(value).keySet()));
      }
    }
    for (Tree.Statement statement : statements) {
      Optional<Tree.Expression> value =
          switch (statement) {
            case Tree.Query query -> Optional.of(query.value());
            case Tree.WriteFile file -> Optional.of(file.value());
            default -> Optional.empty();
          };
      if (value.isPresent() && value.get() instanceof Tree.Access access) {
        lookForLabels(access, known);
      }
    }
  }

  private void lookForLabels(Tree.Access access, Set<String> known) {
    TensorInfo tensor = context.tensor(access.tensor().text());
    if (tensor == null || tensor.isBroken() || tensor.rank() != access.indices().size()) {
      return;
    }
    for (int axis = 0; axis < tensor.rank(); axis++) {
      if (access.indices().get(axis) instanceof Tree.Position(Tree.Name name, Origin _)
          && !Names.isCapital(name.text())
          && !known.contains(name.text())) {
        context.required.add(
            new Context.Required(
                tensor.extents().get(axis),
                Optional.of(name.text()),
                new Problem.SpelledLikeLabel(name.text(), access.tensor().text(), name.origin())));
      }
    }
  }

  /// The labels in a query, by the places of its indices.
  private Map<Integer, List<String>> legends(Tree.Query query) {
    Map<Integer, List<String>> labels = new LinkedHashMap<>();
    List<Tree.Index> indices =
        query.value() instanceof Tree.Access access ? access.indices() : List.of();
    for (Tree.Legend legend : query.legends()) {
      int axis = -1;
      for (int place = 0; place < indices.size(); place++) {
        if (indices.get(place) instanceof Tree.Position(Tree.Name(String text, _), _)
            && text.equals(legend.index().text())) {
          axis = place;
        }
      }
      if (axis < 0) {
        context.report(
            new Problem.UnknownName(legend.index().text(), legend.index().origin(), List.of()));
      }
      labels.put(axis, legend.labels().stream().map(Tree.Text::value).toList());
    }
    return labels;
  }

  /// The tensor with the value: one that is there already, or a new one.
  private Optional<String> tensor(Tree.Expression value, String letter, int number, Origin origin) {
    Optional<String> existing = existing(value);
    if (existing.isPresent()) {
      context.used.add(existing.get());
      return existing;
    }
    String base = "Answer";
    List<Tree.Name> names = new ArrayList<>();
    Item.collect(value, names);
    for (Tree.Name name : names) {
      if (Names.isCapital(name.text())) {
        base = name.text();
        break;
      }
    }
    String target = base + "." + letter + number;
    boolean isWhole = value instanceof Tree.Name || value instanceof Tree.Call;
    List<Tree.Index> free = isWhole ? List.of() : free(value);
    boolean isBare = free.isEmpty() && !(value instanceof Tree.Access);
    Tree.Head head =
        new Tree.Head(
            new Tree.Name("Answer", origin),
            isBare ? Tree.Form.BARE : Tree.Form.SQUARE,
            free,
            Optional.empty(),
            origin);
    Item item =
        new Item(
            head,
            Tree.AssignOperator.ASSIGN,
            Optional.of(value),
            Tree.Modifiers.NONE,
            false,
            origin);
    Equations.lower(context, target, List.of(item), Optional.empty());
    TensorInfo made = context.tensor(target);
    return made == null || made.isBroken() ? Optional.empty() : Optional.of(target);
  }

  /// `Y?` and `Y[p, c]?` ask for a tensor that is there, if an equation defines it.
  private Optional<String> existing(Tree.Expression value) {
    String name;
    if (value instanceof Tree.Name bare) {
      name = bare.text();
    } else if (value instanceof Tree.Access access && isPlain(access)) {
      name = access.tensor().text();
      TensorInfo tensor = context.tensor(name);
      if (tensor != null && tensor.rank() != access.indices().size()) {
        return Optional.empty();
      }
    } else {
      return Optional.empty();
    }
    TensorInfo tensor = context.tensor(name);
    boolean isTaken = files.stream().anyMatch(file -> file.tensor().equals(name));
    return tensor == null || tensor.isInput() || tensor.isBroken() || isTaken
        ? Optional.empty()
        : Optional.of(name);
  }

  private static boolean isPlain(Tree.Access access) {
    Set<String> seen = new LinkedHashSet<>();
    for (Tree.Index index : access.indices()) {
      boolean plain =
          index instanceof Tree.Position(Tree.Name(String text, Origin _), Origin _)
              && !Names.isCapital(text)
              && seen.add(text);
      if (!plain) {
        return false;
      }
    }
    return true;
  }

  /// The indices of an answer, in order of appearance.
  private List<Tree.Index> free(Tree.Expression value) {
    List<Tree.Index> found = new ArrayList<>();
    Uses uses = Elaborator.usesOf(context, Env.empty(), List.of(), value);
    if (value instanceof Tree.Access access) {
      List<Tree.Index> ordered = new ArrayList<>();
      for (Tree.Index index : access.indices()) {
        switch (index) {
          case Tree.Slice slice ->
              ordered.add(
                  new Tree.Slice(
                      Optional.empty(), Optional.empty(), Optional.empty(), slice.origin()));
          case Tree.Ellipsis ellipsis -> ordered.add(ellipsis);
          case Tree.Position _, Tree.Dotted _, Tree.Virtual _, Tree.Group _, Tree.Sized _ -> {
            for (String name : uses.ofIndices(List.of(index)).keySet()) {
              if (name.equals("...")) {
                continue;
              }
              Tree.Index plain =
                  new Tree.Position(new Tree.Name(name, index.origin()), index.origin());
              if (!ordered.contains(plain)) {
                ordered.add(plain);
              }
            }
          }
        }
      }
      return ordered;
    }
    for (String name : uses.of(value).keySet()) {
      found.add(
          name.equals("...")
              ? new Tree.Ellipsis(value.origin())
              : new Tree.Position(new Tree.Name(name, value.origin()), value.origin()));
    }
    return found;
  }
}
