package org.einkorn.frontend.equations;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.einkorn.frontend.syntax.DeclarationKind;
import org.einkorn.frontend.syntax.Names;
import org.einkorn.frontend.syntax.Tree;
import org.einkorn.frontend.syntax.TreePrinter;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.ir.tensor.TensorType;

/// A whole program: inputs, outputs, equations in order, queries, files.
public final class ProgramWriter {
  /// `Y[p, c]` or `R(x, y)`, as a user writes it.
  private static final Pattern PLAIN = Pattern.compile("([^\\[(]+)([\\[(])([^\\])]+)[\\])]\\?");

  private final Program program;
  private final Naming naming;
  private final Map<String, TensorType> types = new HashMap<>();

  private ProgramWriter(Program program) {
    this.program = program;
    this.naming = new Naming(program);
    program.signature().inputs().forEach(input -> types.put(input.name(), input.type()));
    program.definitions().forEach(definition -> types.put(definition.name(), definition.type()));
  }

  /// @throws org.einkorn.ir.target.RefusedException E0910 if no source can mean the program
  public static Tree.Program write(Program program) {
    return new ProgramWriter(Normal.of(program)).write();
  }

  private Tree.Program write() {
    List<Tree.Statement> statements = new ArrayList<>();
    program.signature().inputs().forEach(input -> statements.add(input(input)));
    Map<String, DefinitionWriter> writers = new LinkedHashMap<>();
    for (Definition definition : program.definitions()) {
      writers.put(definition.name(), new DefinitionWriter(naming, types, definition));
    }
    Set<String> declared = declaredOutputs();
    for (String output : declared) {
      DefinitionWriter writer = writers.get(output);
      if (writer == null) {
        throw Words.refused("the input `" + output + "` as an output");
      }
      statements.add(
          writer.needsDeclaration()
              ? writer.declaration(DeclarationKind.OUTPUT)
              : new Tree.Declaration(
                  DeclarationKind.OUTPUT,
                  Words.name(naming.tensor(output)),
                  Optional.empty(),
                  Optional.empty(),
                  Optional.empty(),
                  Words.NOWHERE));
    }
    writers.forEach(
        (name, writer) -> {
          if (!declared.contains(name) && writer.needsDeclaration()) {
            statements.add(writer.declaration(DeclarationKind.TENSOR));
          }
          statements.addAll(writer.equations());
        });
    program.signature().queries().forEach(query -> statements.add(query(query)));
    for (Signature.Output output : program.signature().outputs()) {
      output
          .file()
          .ifPresent(
              file ->
                  statements.add(
                      new Tree.WriteFile(Words.text(file), written(output), Words.NOWHERE)));
    }
    return new Tree.Program(statements, Words.NOWHERE);
  }

  /// `R(i0, i1)` where the file gets tuples.
  private Tree.Expression written(Signature.Output output) {
    Tree.Name name = Words.name(naming.tensor(output.name()));
    if (output.tuples().isEmpty()) {
      return name;
    }
    boolean hasLabels = output.tuples().get().stream().anyMatch(axis -> !axis.isEmpty());
    if (hasLabels || !Names.isCapital(name.text())) {
      throw Words.refused("the labels of the relation `" + output.name() + "` in a file");
    }
    List<Tree.Index> indices = new ArrayList<>();
    for (int axis = 0; axis < output.type().rank(); axis++) {
      indices.add(new Tree.Position(Words.name("i" + axis), Words.NOWHERE));
    }
    return new Tree.Access(name, Tree.Form.ROUND, indices, Words.NOWHERE);
  }

  private Tree.Statement input(Signature.Input input) {
    if (!(input.content() instanceof Signature.Content.Elements)) {
      throw Words.refused("the input `" + input.name() + "`, which data about a relation give,");
    }
    IndexWriter sizes = new IndexWriter(naming, List.of(), Map.of());
    List<Tree.Axis> axes = new ArrayList<>();
    for (IndexExpr extent : input.type().extents()) {
      axes.add(new Tree.Axis(Optional.empty(), Optional.of(sizes.write(extent)), Words.NOWHERE));
    }
    return new Tree.Declaration(
        switch (input.role()) {
          case INPUT -> DeclarationKind.INPUT;
          case PARAM -> DeclarationKind.PARAM;
        },
        Words.name(naming.tensor(input.name())),
        Optional.of(axes),
        Optional.of(Words.name(input.type().dtype().text())),
        input.file().map(Words::text),
        Words.NOWHERE);
  }

  // ---------------------------------------------------------------------- outputs

  /// The first outputs, as many as must be declared for all of them to stand in their order: the
  /// others follow from queries and files.
  private Set<String> declaredOutputs() {
    List<Signature.Output> outputs = program.signature().outputs();
    List<String> names = outputs.stream().map(Signature.Output::name).toList();
    for (int count = 0; count < names.size(); count++) {
      Set<String> kept = new LinkedHashSet<>(names.subList(0, count));
      program.signature().queries().forEach(query -> kept.add(query.name()));
      outputs.stream().filter(o -> o.file().isPresent()).forEach(o -> kept.add(o.name()));
      if (List.copyOf(kept).equals(names)) {
        return new LinkedHashSet<>(names.subList(0, count));
      }
    }
    return new LinkedHashSet<>(names);
  }

  // ---------------------------------------------------------------------- queries

  private Tree.Statement query(Signature.Query query) {
    String name = naming.tensor(query.name());
    int rank = Objects.requireNonNull(types.get(query.name()), query.name()).rank();
    Optional<Tree.Expression> asWritten = asWritten(query.text(), name, rank);
    boolean hasLabels = query.labels().stream().anyMatch(labels -> !labels.isEmpty());
    Tree.Expression value =
        asWritten.orElseGet(
            () -> hasLabels ? access(name, letters(rank), Tree.Form.SQUARE) : Words.name(name));
    List<Tree.Legend> legends = new ArrayList<>();
    if (hasLabels && value instanceof Tree.Access access) {
      for (int axis = 0; axis < query.labels().size(); axis++) {
        List<Tree.Text> labels = query.labels().get(axis).stream().map(Words::text).toList();
        if (!labels.isEmpty()) {
          Tree.Position position = (Tree.Position) access.indices().get(axis);
          legends.add(new Tree.Legend((Tree.Name) position.value(), labels, Words.NOWHERE));
        }
      }
    }
    boolean isSame = (TreePrinter.print(value) + "?").equals(query.text());
    Optional<Tree.Text> title = isSame ? Optional.empty() : Optional.of(Words.text(query.text()));
    return new Tree.Query(value, title, legends, Words.NOWHERE);
  }

  private List<String> letters(int rank) {
    List<String> letters = new ArrayList<>();
    for (int axis = 0; axis < rank; axis++) {
      letters.add("i" + axis);
    }
    return letters;
  }

  private static Tree.Expression access(String name, List<String> indices, Tree.Form form) {
    return new Tree.Access(
        Words.name(name),
        form,
        indices.stream()
            .<Tree.Index>map(index -> new Tree.Position(Words.name(index), Words.NOWHERE))
            .toList(),
        Words.NOWHERE);
  }

  /// The question itself, where it asks for the whole tensor by plain indices.
  private static Optional<Tree.Expression> asWritten(String text, String name, int rank) {
    Matcher plain = PLAIN.matcher(text);
    if (!plain.matches() || !plain.group(1).equals(name)) {
      return Optional.empty();
    }
    List<String> indices = Arrays.stream(plain.group(3).split(",")).map(String::strip).toList();
    boolean isRound = plain.group(2).equals("(");
    boolean isPlain =
        indices.size() == rank
            && Set.copyOf(new LinkedHashSet<>(indices)).size() == rank
            && indices.stream().allMatch(i -> Names.isName(i) && !Names.isCapital(i))
            && (!isRound || Names.isCapital(name));
    return isPlain
        ? Optional.of(access(name, indices, isRound ? Tree.Form.ROUND : Tree.Form.SQUARE))
        : Optional.empty();
  }
}
