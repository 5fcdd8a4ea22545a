package org.einkorn.runtime.exec;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.DataFault;
import org.einkorn.runtime.Shape;
import org.einkorn.runtime.Tensor;
import org.einkorn.runtime.exec.Manifest.BufferSpec;
import org.einkorn.runtime.exec.Manifest.Content;
import org.einkorn.runtime.io.Relation;
import org.einkorn.runtime.io.Relation.Column;
import org.einkorn.runtime.io.Vocabulary;

/// The relations that a program takes from outside, as the tensors that its code reads: lists of
/// tuples, and how many labels and positions their axes have.
public final class RelationData {
  private final Manifest manifest;
  private final ProgramFiles files;
  private final Map<String, Relation> bound;
  private final Map<String, Tensor> tensors;
  private final Map<String, Column> columns = new HashMap<>();

  private RelationData(
      Manifest manifest,
      ProgramFiles files,
      Map<String, Relation> bound,
      Map<String, Tensor> tensors) {
    this.manifest = manifest;
    this.files = files;
    this.bound = bound;
    this.tensors = tensors;
  }

  /// What was read.
  ///
  /// @param inputs all inputs, those given before among them
  /// @param labels those that data give, by the symbol of the extent of the axes that have them
  public record Read(Map<String, Tensor> inputs, Map<String, List<String>> labels) {}

  /// The relation of which an input holds the tuples: `R` of `R.tuples` and of `R.tuples.2`.
  public static String relationOf(String input) {
    int end = input.lastIndexOf(".tuples");
    return end < 0 ? input : input.substring(0, end);
  }

  /// The names under which relations may be bound.
  public static Set<String> names(Manifest manifest) {
    return manifest.buffers().stream()
        .filter(RelationData::isTuples)
        .flatMap(spec -> Stream.of(spec.name(), relationOf(spec.name())))
        .collect(Collectors.toUnmodifiableSet());
  }

  /// Reads what a program takes from files, relations and other tensors.
  ///
  /// @param arena owns what is read
  /// @param manifest what it takes; nothing else of it matters
  /// @param bound relations by their names, in place of files
  /// @param given the other inputs that are bound
  public static Read read(
      Arena arena,
      Manifest manifest,
      ProgramFiles files,
      Map<String, Relation> bound,
      Map<String, Tensor> given) {
    Map<String, Tensor> inputs = files.readInputs(arena, manifest, given);
    boolean hasNone =
        bound.isEmpty() && manifest.buffers().stream().noneMatch(spec -> isTuples(spec));
    if (hasNone) {
      return new Read(inputs, Map.of());
    }
    RelationData data = new RelationData(manifest, files, bound, new LinkedHashMap<>(inputs));
    data.requireOneFile();
    return data.read(arena);
  }

  private static boolean isTuples(BufferSpec spec) {
    return spec.role().isInput() && spec.content().kind() == Content.Kind.TUPLES;
  }

  private List<BufferSpec> inputs(Content.Kind kind) {
    return manifest.buffers().stream()
        .filter(spec -> spec.role().isInput() && spec.content().kind() == kind)
        .toList();
  }

  /// A relation that is bound takes the place of its file; of several files it can't.
  private void requireOneFile() {
    for (String name : bound.keySet()) {
      List<String> all = inputs(Content.Kind.TUPLES).stream().map(BufferSpec::name).toList();
      List<String> own =
          all.stream()
              .filter(input -> input.equals(name) || relationOf(input).equals(name))
              .toList();
      if (own.size() != 1) {
        throw DataException.of(DataFault.INPUT_UNKNOWN)
            .expected(
                own.isEmpty()
                    ? "one of the relations "
                        + all.stream().map(RelationData::relationOf).distinct().toList()
                    : "one of " + own + ", as several files give the relation")
            .found("`" + name + "`");
      }
    }
  }

  private Read read(Arena arena) {
    for (BufferSpec labels : inputs(Content.Kind.LABELS)) {
      columns.put(
          symbol(labels), new Column.Labels(new Vocabulary(labels.content().labels().getFirst())));
    }
    for (BufferSpec positions : inputs(Content.Kind.POSITIONS)) {
      columns.put(
          symbol(positions), new Column.Counted(new Relation.Extent(positions.content().least())));
    }
    for (BufferSpec input : inputs(Content.Kind.TUPLES)) {
      if (!tensors.containsKey(input.name())) {
        List<Column> meaning = input.content().extents().stream().map(this::column).toList();
        tensors.put(input.name(), relation(input).tuples(arena, meaning, true));
      }
    }
    Map<String, List<String>> labels = new HashMap<>();
    columns.forEach(
        (symbol, column) -> {
          if (column instanceof Column.Labels(Vocabulary vocabulary)) {
            labels.put(symbol, vocabulary.labels());
          }
        });
    for (Content.Kind kind : List.of(Content.Kind.LABELS, Content.Kind.POSITIONS)) {
      for (BufferSpec axis : inputs(kind)) {
        Column column = columns.get(symbol(axis));
        if (column != null && !tensors.containsKey(axis.name())) {
          Tensor all = Tensor.allocate(arena, DType.BOOL, extent(column));
          all.segment().fill((byte) 1);
          tensors.put(axis.name(), all);
        }
      }
    }
    return new Read(tensors, labels);
  }

  private static Shape extent(Column column) {
    return Shape.of(
        switch (column) {
          case Column.Labels(Vocabulary vocabulary) -> vocabulary.size();
          case Column.Counted(Relation.Extent extent) -> extent.value();
          case Column.Below(long extent, String _) -> extent;
        });
  }

  private static String symbol(BufferSpec axis) {
    return axis.content().extents().getFirst();
  }

  private Relation relation(BufferSpec input) {
    String name = relationOf(input.name());
    Relation given = bound.containsKey(input.name()) ? bound.get(input.name()) : bound.get(name);
    if (given != null) {
      return given;
    }
    if (input.file().isEmpty()) {
      throw DataException.of(DataFault.INPUT_MISSING)
          .expected("the tuples of the relation `" + name + "`")
          .found("none")
          .withHelp("bind it by name: " + name + "=file.tsv");
    }
    return Relation.read(files.resolve(input.file().get()).path());
  }

  /// What a column holds: labels, or positions that say how long the axis is, or positions below an
  /// extent that is known otherwise.
  private Column column(String extent) {
    if (!extent.isEmpty() && Character.isDigit(extent.charAt(0))) {
      return new Column.Below(Long.parseLong(extent), "");
    }
    Column known = columns.get(extent);
    if (known != null) {
      return known;
    }
    for (BufferSpec input : inputs(Content.Kind.ELEMENTS)) {
      Tensor tensor = tensors.get(input.name());
      int axis = input.content().extents().indexOf(extent);
      if (tensor != null && !extent.isEmpty() && axis >= 0 && axis < tensor.rank()) {
        return new Column.Below(
            tensor.extent(axis),
            ", as axis " + axis + " of `" + input.name() + "` fixes `" + extent + "`");
      }
    }
    // An extent that is computed: the run checks the positions.
    return new Column.Counted(new Relation.Extent(0));
  }

  /// The labels of the axes of a tensor.
  ///
  /// @param said those that the program gives
  /// @param extents as text: the symbol of an axis to which data give labels
  static List<List<String>> labels(
      List<List<String>> said, List<String> extents, Map<String, List<String>> fromData) {
    List<List<String>> all = new ArrayList<>();
    for (int axis = 0; axis < said.size(); axis++) {
      boolean isOpen = said.get(axis).isEmpty() && axis < extents.size();
      all.add(isOpen ? fromData.getOrDefault(extents.get(axis), List.of()) : said.get(axis));
    }
    return all;
  }
}
