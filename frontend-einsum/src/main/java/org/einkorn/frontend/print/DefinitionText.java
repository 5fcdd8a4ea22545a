package org.einkorn.frontend.print;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.runtime.DType;

/// Prints one definition: a declaration and an equation for each term.
final class DefinitionText {
  private final Renaming tensors;
  private final Renaming sizes;
  private final Map<String, TensorType> types;
  private final List<String> lines = new ArrayList<>();

  DefinitionText(Renaming tensors, Renaming sizes, Map<String, TensorType> types) {
    this.tensors = tensors;
    this.sizes = sizes;
    this.types = types;
  }

  /// @param isKept whether the tensor is an output by its own name
  List<String> print(Definition definition, boolean isKept) {
    String name = tensors.of(definition.name());
    declare(isKept ? "output" : "tensor", name, definition.type());
    switch (definition.body()) {
      case Body.Accumulate(Projection projection, List<Contraction> terms) -> {
        DType value = terms.getFirst().valueType();
        boolean isTested = definition.type().dtype() == DType.BOOL && value != DType.BOOL;
        if (isTested) {
          // A number that is stored as bool is one unless it is 0; an equation would ask for > 0.
          String raw = tensors.fresh(name + "_raw");
          declare("tensor", raw, new TensorType(value, definition.type().extents()));
          terms.forEach(term -> term(raw, definition.type(), projection, term));
          String at = indices(definition.type().rank());
          lines.add(name + "[" + at + "] = bool(" + raw + "[" + at + "])");
        } else {
          terms.forEach(term -> term(name, definition.type(), projection, term));
        }
      }
      case Body.Scan scan -> scan(name, scan);
    }
    return lines;
  }

  private void declare(String word, String name, TensorType type) {
    ScalarText text = new ScalarText(tensors, sizes, Renaming.ofIndices(List.of()));
    lines.add(word + " " + name + "[" + text.positions(type.extents()) + "]: " + type.dtype());
  }

  private static String indices(int rank) {
    List<String> names = new ArrayList<>();
    for (int axis = 0; axis < rank; axis++) {
      names.add("i" + axis);
    }
    return String.join(", ", names);
  }

  private void scan(String name, Body.Scan scan) {
    Renaming indices = Renaming.ofIndices(scan.axes().stream().map(Axis::name).toList());
    ScalarText text = new ScalarText(tensors, sizes, indices);
    List<String> heads = new ArrayList<>();
    for (Axis axis : scan.axes()) {
      heads.add(indices.of(axis.name()));
    }
    String along = indices.of(scan.axes().get(scan.axis()).name());
    String word =
        switch (scan.projection()) {
          case SUM -> "cumsum";
          case PRODUCT -> "cumprod";
          case MAX -> "cummax";
          case MIN -> "cummin";
          case ANY, ALL, XOR, LOG_SUM_EXP -> "";
        };
    String operand = ScalarText.bare(text.strong(scan.operand()));
    String head = name + "[" + String.join(", ", heads) + "]";
    if (!word.isEmpty()) {
      lines.add(head + " = " + word + "[" + along + "](" + operand + ")");
      return;
    }
    // No word for this scan: a projection over what comes before, which gives the same.
    Axis axis = scan.axes().get(scan.axis());
    String before = tensors.fresh(name + "_step");
    List<IndexExpr> extents = scan.axes().stream().map(Axis::extent).toList();
    declare("tensor", before, new TensorType(scan.operand().type(), extents));
    lines.add(before + "[" + String.join(", ", heads) + "] = " + operand);
    String other = indices.fresh(along + "_before");
    List<String> at = new ArrayList<>(heads);
    at.set(scan.axis(), other);
    lines.add(
        head
            + sign(scan.projection())
            + scan.projection().text()
            + "["
            + other
            + ": "
            + text.position(axis.extent())
            + "](where("
            + other
            + " <= "
            + along
            + ", "
            + before
            + "["
            + String.join(", ", at)
            + "], "
            + text.strong(identity(scan.projection(), scan.operand().type()))
            + "))");
  }

  private static String sign(Projection projection) {
    return switch (projection) {
      case SUM -> " = ";
      case PRODUCT -> " *= ";
      case MAX -> " max= ";
      case MIN -> " min= ";
      case ANY -> " or= ";
      case ALL -> " and= ";
      case XOR -> " xor= ";
      case LOG_SUM_EXP -> " lse= ";
    };
  }

  private static Scalar identity(Projection projection, DType type) {
    return Scalar.Literal.of(type, projection.identity(type));
  }

  // ------------------------------------------------------------------------ a term

  private void term(String target, TensorType type, Projection projection, Contraction term) {
    Renaming indices = Renaming.ofIndices(term.axes().stream().map(Axis::name).toList());
    ScalarText text = new ScalarText(tensors, sizes, indices);
    Map<String, IndexExpr> extents = new LinkedHashMap<>();
    term.axes().forEach(axis -> extents.put(axis.name(), axis.extent()));

    Set<String> written = new LinkedHashSet<>();
    List<String> heads = new ArrayList<>();
    Set<String> said = new HashSet<>();
    for (int place = 0; place < term.write().size(); place++) {
      IndexExpr index = term.write().get(place);
      written.addAll(variables(index));
      heads.add(head(index, type.extents().get(place), extents, text, said));
    }
    StringBuilder over = new StringBuilder();
    for (Axis axis : term.axes()) {
      if (!written.contains(axis.name())) {
        over.append(over.isEmpty() ? "" : ", ")
            .append(indices.of(axis.name()))
            .append(": ")
            .append(text.position(axis.extent()));
      }
    }
    Scalar none = identity(projection, term.valueType());
    List<String> conditions = conditions(term, text);
    conditions.addAll(prefixes(term, extents, text));
    for (String name : written) {
      if (!said.contains(name)) {
        conditions.add(domain(target, name, extents, text, indices));
      }
    }
    String value = text.joined(term.join(), term.operands());
    if (!conditions.isEmpty()) {
      value =
          "where("
              + String.join(" and ", conditions)
              + ", "
              + value
              + ", "
              + text.strong(none)
              + ")";
    }
    if (!over.isEmpty()) {
      value = projection.text() + "[" + over + "](" + value + ")";
    }
    lines.add(target + "[" + String.join(", ", heads) + "]" + sign(projection) + value);
  }

  /// One position of the left side, with the extent of its index where the axis has another.
  private static String head(
      IndexExpr index,
      IndexExpr axisExtent,
      Map<String, IndexExpr> extents,
      ScalarText text,
      Set<String> said) {
    if (index instanceof IndexExpr.Variable(String name) && said.add(name)) {
      IndexExpr extent = extents.get(name);
      return axisExtent.equals(extent) || extent == null
          ? text.position(index)
          : text.position(index) + ": " + text.position(extent);
    }
    return text.position(index);
  }

  private static Set<String> variables(IndexExpr index) {
    Set<String> found = new LinkedHashSet<>();
    Walk.ofIndices(
            part -> {
              if (part instanceof IndexExpr.Variable(String name)) {
                found.add(name);
              }
            })
        .visit(index);
    return found;
  }

  /// How far an index runs that the left side has in a function only: a tensor of that extent which
  /// is true everywhere.
  private String domain(
      String target,
      String name,
      Map<String, IndexExpr> extents,
      ScalarText text,
      Renaming indices) {
    String domain = tensors.fresh(target + "_" + indices.of(name) + "_domain");
    IndexExpr extent = java.util.Objects.requireNonNull(extents.get(name));
    lines.add("tensor " + domain + "[" + text.position(extent) + "]: bool");
    lines.add(domain + "[i] = true");
    return domain + "[" + indices.of(name) + "]";
  }

  /// The guards that no read brings about by itself.
  private List<String> conditions(Contraction term, ScalarText text) {
    Set<Guard> implied = new HashSet<>();
    for (Scalar operand : term.operands()) {
      reads(operand, implied);
    }
    List<String> conditions = new ArrayList<>();
    for (Guard guard : term.guards()) {
      if (!implied.contains(guard)) {
        String position = text.position(guard.index());
        conditions.add("0 <= " + position);
        conditions.add(position + " < " + text.position(guard.extent()));
      }
    }
    return conditions;
  }

  /// `i < I` for an index that runs over a part of an axis only: else the axis would have to be as
  /// long as the index runs.
  private List<String> prefixes(Contraction term, Map<String, IndexExpr> extents, ScalarText text) {
    Set<String> conditions = new LinkedHashSet<>();
    Walk walk =
        Walk.ofScalars(
            scalar -> {
              if (scalar instanceof Scalar.Read(String tensor, DType _, List<IndexExpr> at)) {
                TensorType type = java.util.Objects.requireNonNull(types.get(tensor));
                for (int axis = 0; axis < at.size(); axis++) {
                  IndexExpr extent = type.extents().get(axis);
                  if (at.get(axis) instanceof IndexExpr.Variable(String name)
                      && !extent.equals(extents.get(name))
                      && !isTested(term, at.get(axis))) {
                    conditions.add(text.position(at.get(axis)) + " < " + text.position(extent));
                  }
                }
              }
            });
    term.operands().forEach(walk::visit);
    return new ArrayList<>(conditions);
  }

  /// Whether a condition inside compares the index: then that keeps the reads apart.
  private static boolean isTested(Contraction term, IndexExpr index) {
    boolean[] found = {false};
    Walk walk =
        Walk.ofScalars(
            scalar ->
                found[0] |=
                    scalar instanceof Scalar.Binary binary
                        && binary.op().isComparison()
                        && (binary.left().equals(new Scalar.Position(index))
                            || binary.right().equals(new Scalar.Position(index))));
    term.operands().forEach(walk::visit);
    return found[0];
  }

  /// The guards of reads that happen at every point.
  private void reads(Scalar scalar, Set<Guard> found) {
    switch (scalar) {
      case Scalar.Read(String tensor, DType _, List<IndexExpr> at) -> {
        TensorType type = java.util.Objects.requireNonNull(types.get(tensor));
        for (int axis = 0; axis < at.size(); axis++) {
          found.add(new Guard(at.get(axis), type.extents().get(axis)));
        }
      }
      case Scalar.Select select -> reads(select.condition(), found);
      case Scalar.Unary unary -> reads(unary.operand(), found);
      case Scalar.Binary(BinaryOp _, Scalar left, Scalar right) -> {
        reads(left, found);
        reads(right, found);
      }
      case Scalar.Cast cast -> reads(cast.operand(), found);
      case Scalar.Literal _, Scalar.Position _ -> {}
    }
  }
}
