package org.einkorn.frontend.lower;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.einkorn.frontend.Known;
import org.einkorn.frontend.check.Extents;
import org.einkorn.frontend.check.Problem;
import org.einkorn.frontend.syntax.Names;
import org.einkorn.frontend.syntax.Tree;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.source.Origin;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.runtime.DType;

/// Relations whose tuples come from files, or from who runs the program.
///
/// `R(x, y) = "r.tsv"` becomes an input `R.tuples: i64[T, 2]` and the equation `R(R.tuples[t, 0],
/// R.tuples[t, 1])`. Which position a label has, and how long the axes are, only the data show: for
/// each such axis there is one more input, `R.labels.0` or `R.positions.0`, off which its extent is
/// read.
final class RelationFiles {
  static final String INPUT = ".tuples";

  private final Context context;
  private final Map<String, List<Source>> sources = new HashMap<>();
  private final List<Source> all = new ArrayList<>();

  /// One file of a relation.
  record Source(String relation, String input, Tree.ReadFile file, IndexExpr count) {
    int rank() {
      return file.head().indices().size();
    }
  }

  RelationFiles(Context context) {
    this.context = context;
  }

  /// Whether a statement gives the tuples of a relation.
  static boolean isRelation(Tree.ReadFile file) {
    boolean isText =
        file.path()
            .map(path -> path.value().toLowerCase(Locale.ROOT))
            .map(path -> path.matches(".*\\.(csv|tsv|csv\\.gz|tsv\\.gz|txt)"))
            .orElse(true);
    boolean isBoolean =
        file.head().type().map(type -> type.text().equals(DType.BOOL.text())).orElse(true);
    return file.head().form() == Tree.Form.ROUND && isText && isBoolean;
  }

  /// The equation that a file is.
  Item add(Tree.ReadFile file) {
    Tree.Head written = file.head();
    String relation = written.name().text();
    List<Source> before = sources.computeIfAbsent(relation, _ -> new ArrayList<>());
    String input = input(relation, before.size() + 1);
    Source source = new Source(relation, input, file, context.extents.unknown("T"));
    before.add(source);
    all.add(source);
    return new Item(
        written,
        Tree.AssignOperator.OR,
        Optional.empty(),
        Tree.Modifiers.NONE,
        false,
        Optional.of(source),
        file.origin());
  }

  /// The equation that a file is: for each tuple, the element at its positions is true.
  ///
  /// @param axes the extents of the relation
  static Part part(Item item, Source source, String target, List<IndexExpr> axes) {
    Frame frame = new Frame();
    Origin origin = item.origin();
    IndexExpr number = IndexExpr.variable(frame.variable("t", source.count(), origin).name());
    List<IndexExpr> write = new ArrayList<>();
    for (int axis = 0; axis < axes.size(); axis++) {
      Node cell =
          new Node.Read(
              source.input(),
              List.of(number, IndexExpr.of(axis)),
              List.of(Node.Check.NONE, Node.Check.NONE),
              origin);
      write.add(frame.gather(new Frame.Gather(cell, target, axis, axes.get(axis), origin)));
    }
    frame.write(write);
    return new Part(item, frame, write, new Node.Truth(true), List.of());
  }

  /// The input with the tuples of a file of a relation.
  ///
  /// @param number of the file among those of the relation, from 1
  static String input(String relation, int number) {
    return relation + INPUT + (number == 1 ? "" : "." + number);
  }

  /// What the left sides say of the extents of relations that nothing else declares.
  void declare(Declarations declarations, Map<String, Equations.Declared> declared) {
    for (Source source : all) {
      List<Optional<IndexExpr>> extents = new ArrayList<>();
      Set<String> named = new HashSet<>();
      for (Tree.Index index : source.file().head().indices()) {
        extents.add(
            switch (index) {
              case Tree.Sized sized when named.add(sized.name().text()) ->
                  declarations.extent(sized.extent());
              case Tree.Position(Tree.Name name, Origin _)
                  when !Names.isCapital(name.text()) && named.add(name.text()) ->
                  Optional.empty();
              default -> {
                refuse(source.file(), index);
                yield Optional.empty();
              }
            });
      }
      if (extents.stream().anyMatch(Optional::isPresent)) {
        declared.putIfAbsent(
            source.relation(),
            new Equations.Declared(
                Optional.of(extents), Optional.empty(), source.file().head().name().origin()));
      }
      List<IndexExpr> shape = List.of(source.count(), IndexExpr.of(source.rank()));
      context.tensors.put(
          source.input(),
          new TensorInfo(
              source.input(), DType.I64, DType.I64, shape, true, false, source.file().origin()));
    }
  }

  private void refuse(Tree.ReadFile file, Tree.Index index) {
    List<String> axes = new ArrayList<>();
    for (int axis = 0; axis < file.head().indices().size(); axis++) {
      axes.add("x" + (axis + 1));
    }
    context.report(
        new Problem.NotWritable(
            "each column of a file has an index of its own, which may have an extent: `x: 10`",
            file.head().name().text()
                + "("
                + String.join(", ", axes)
                + ")"
                + file.path().map(path -> " = \"" + path.value() + "\"").orElse(""),
            index.origin()));
  }

  /// Adds the inputs, when all that the program says of the axes is known: the lists of tuples, and
  /// what shows how long axes are that only data decide.
  void addInputs() {
    Set<String> shown = new HashSet<>();
    for (Signature.Input input : context.inputs) {
      input
          .type()
          .extents()
          .forEach(extent -> shown.addAll(Extents.symbols(context.extents.resolve(extent))));
    }
    List<Signature.Input> axes = new ArrayList<>();
    for (Source source : all) {
      TensorInfo relation = context.tensor(source.relation());
      TensorInfo tuples = context.tensor(source.input());
      if (relation == null || relation.isBroken() || tuples == null) {
        continue;
      }
      OptionalLong count = known(source.input());
      if (count.isPresent()) {
        context.extents.unify(source.count(), IndexExpr.of(count.getAsLong()));
      }
      context.inputs.add(
          new Signature.Input(
              Signature.Role.INPUT,
              source.input(),
              tuples.type(),
              source.file().path().map(Tree.Text::value),
              new Signature.Content.Tuples(relation.extents())));
      for (int axis = 0; axis < relation.rank() && axis < source.rank(); axis++) {
        axis(source, axis, relation.extents().get(axis), shown).ifPresent(axes::add);
      }
    }
    context.inputs.addAll(axes);
  }

  /// The first extent of an input, where the program is compiled for its size.
  private OptionalLong known(String input) {
    Known known = context.request.specialize() ? context.request.inputs().get(input) : null;
    return known == null || known.rank() == 0 ? OptionalLong.empty() : known.extents().getFirst();
  }

  private Optional<Signature.Input> axis(
      Source source, int axis, IndexExpr extent, Set<String> shown) {
    if (!(context.extents.resolve(extent) instanceof IndexExpr.Symbol(String symbol))
        || shown.contains(symbol) && context.extents.vocabulary(extent).isEmpty()
        || context.extents.isOpen(extent)) {
      return Optional.empty();
    }
    shown.add(symbol);
    boolean isNumbered =
        context.extents.isNumbered(symbol) && context.extents.vocabulary(extent).isEmpty();
    Signature.Content content =
        isNumbered
            ? new Signature.Content.Positions(context.extents.leastOf(symbol))
            : new Signature.Content.Labels(context.labelsOf(extent));
    String name = source.relation() + (isNumbered ? ".positions." : ".labels.") + axis;
    String hint =
        source.file().head().indices().get(axis)
                instanceof Tree.Position(Tree.Name(String of, _), _)
            ? of.toUpperCase(Locale.ROOT)
            : source.relation() + "." + axis;
    long least =
        content instanceof Signature.Content.Labels(List<String> first)
            ? first.size()
            : context.extents.leastOf(symbol);
    context.extents.leaveOpen(symbol, hint, least);
    known(name).ifPresent(size -> context.extents.fixOpen(symbol, size));
    return Optional.of(
        new Signature.Input(
            Signature.Role.INPUT,
            name,
            new org.einkorn.ir.tensor.TensorType(DType.BOOL, List.of(extent)),
            Optional.empty(),
            content));
  }
}
