package org.einkorn.ir.verify;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.ir.tensor.Slicing;
import org.einkorn.ir.tensor.TensorReads;

/// Rules about slicings: storing one slice at a time must not show.
final class SlicingRules {
  private SlicingRules() {}

  static final Rule<Subject.Equations> SLICES_STAND_TOGETHER =
      new Rule<>(
          "slices-stand-together",
          "The definitions of a slicing follow one another in the program, and are in no other.",
          (subject, report) -> {
            List<String> order =
                subject.program().definitions().stream().map(Definition::name).toList();
            Set<String> taken = new HashSet<>();
            for (Slicing slicing : subject.program().slicings()) {
              int first = order.indexOf(slicing.definitions().getFirst());
              int end = first + slicing.definitions().size();
              boolean isRun =
                  first >= 0
                      && end <= order.size()
                      && order.subList(first, end).equals(slicing.definitions());
              if (!isRun || !slicing.definitions().stream().allMatch(taken::add)) {
                report.find(
                    place(slicing),
                    "%s are no run of definitions".formatted(slicing.definitions()));
              }
            }
          });

  static final Rule<Subject.Equations> SLICES_SHARE_AXES =
      new Rule<>(
          "slices-share-axes",
          "Each definition of a slicing has one term, with all axes of the slicing; an axis has one"
              + " extent.",
          (subject, report) -> {
            for (Slicing slicing : subject.program().slicings()) {
              Map<String, IndexExpr> extents = new HashMap<>();
              for (Definition definition : definitions(subject.program(), slicing)) {
                boolean fits =
                    term(definition).map(term -> sharesAxes(term, slicing, extents)).orElse(false);
                if (!fits) {
                  report.find(
                      Subject.Equations.place(definition),
                      "does not have one term with the axes %s".formatted(slicing.axes()));
                }
              }
            }
          });

  private static boolean sharesAxes(
      Contraction term, Slicing slicing, Map<String, IndexExpr> extents) {
    Map<String, IndexExpr> own = new HashMap<>();
    for (Axis axis : term.axes()) {
      own.put(axis.name(), axis.extent());
    }
    for (String axis : slicing.axes()) {
      IndexExpr extent = own.get(axis);
      if (extent == null || !extent.equals(extents.computeIfAbsent(axis, name -> extent))) {
        return false;
      }
    }
    return true;
  }

  static final Rule<Subject.Equations> SLICES_STAY_INSIDE =
      new Rule<>(
          "slices-stay-inside",
          "Within a slicing, each tensor but the last is written and read at the slice alone, and"
              + " nothing else reads it.",
          (subject, report) -> {
            Program program = subject.program();
            Set<String> outputs = new HashSet<>();
            program.signature().outputs().stream()
                .map(Signature.Output::name)
                .forEach(outputs::add);
            for (Slicing slicing : program.slicings()) {
              Set<String> inner = new HashSet<>(slicing.definitions());
              inner.remove(slicing.last());
              for (Definition definition : program.definitions()) {
                String name = definition.name();
                boolean isInside = slicing.definitions().contains(name);
                boolean leaks =
                    isInside
                        ? !readsItsSlice(definition, slicing, inner)
                            || inner.contains(name)
                                && (outputs.contains(name) || !writesItsSlice(definition, slicing))
                        : TensorReads.of(definition.body()).stream().anyMatch(inner::contains);
                if (leaks) {
                  report.find(
                      Subject.Equations.place(definition),
                      "sees more than one slice of %s".formatted(slicing.axes()));
                }
              }
            }
          });

  private static boolean writesItsSlice(Definition definition, Slicing slicing) {
    return term(definition).filter(term -> startsWithSlice(term.write(), slicing)).isPresent();
  }

  private static boolean readsItsSlice(Definition definition, Slicing slicing, Set<String> inner) {
    boolean[] holds = {true};
    definition
        .body()
        .walk(
            Walk.of(
                scalar -> {
                  if (scalar instanceof Scalar.Read read && inner.contains(read.tensor())) {
                    holds[0] &= startsWithSlice(read.indices(), slicing);
                  }
                },
                index -> {
                  if (index instanceof IndexExpr.Fetch fetch && inner.contains(fetch.tensor())) {
                    holds[0] = false;
                  }
                }));
    return holds[0];
  }

  private static boolean startsWithSlice(List<IndexExpr> indices, Slicing slicing) {
    List<IndexExpr> slice = slicing.axes().stream().map(IndexExpr::variable).toList();
    return indices.size() >= slice.size() && indices.subList(0, slice.size()).equals(slice);
  }

  private static Optional<Contraction> term(Definition definition) {
    return definition.body() instanceof Body.Accumulate body && body.terms().size() == 1
        ? Optional.of(body.terms().getFirst())
        : Optional.empty();
  }

  private static List<Definition> definitions(Program program, Slicing slicing) {
    return program.definitions().stream()
        .filter(definition -> slicing.definitions().contains(definition.name()))
        .toList();
  }

  private static Place place(Slicing slicing) {
    return Place.of("the slicing of `" + slicing.last() + "`");
  }

  static final List<Rule<? super Subject.Equations>> ALL =
      List.of(SLICES_STAND_TOGETHER, SLICES_SHARE_AXES, SLICES_STAY_INSIDE);
}
