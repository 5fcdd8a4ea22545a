package org.einkorn.frontend.einsum;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.source.Span;

/// A parsed einsum string.
///
/// @param terms one for each operand
/// @param output as written, or as it follows from the terms
/// @param isImplicit whether the output follows from the terms
record EinsumSpec(List<Term> terms, Term output, boolean isImplicit) {
  EinsumSpec {
    terms = List.copyOf(terms);
  }

  /// What one axis is called.
  sealed interface Label {
    /// One letter of any script.
    record Letter(int codePoint) implements Label {}

    /// A number of a sublist.
    record Numbered(int value) implements Label {}

    /// `...`: any further axes.
    record Ellipsis() implements Label {}

    /// As the user writes it.
    default String text() {
      return switch (this) {
        case Letter(int codePoint) -> Character.toString(codePoint);
        case Numbered(int value) -> Integer.toString(value);
        case Ellipsis _ -> "...";
      };
    }

    /// The name of the axis in the IR.
    default String name() {
      return this instanceof Numbered ? "n" + text() : text();
    }

    /// The order of an output that is not written: numbers, then letters by their code points, so
    /// that capitals come first.
    default long order() {
      return switch (this) {
        case Letter(int codePoint) -> (1L << 32) + codePoint;
        case Numbered(int value) -> value;
        case Ellipsis _ -> -1;
      };
    }
  }

  /// The axes of one operand, or of the output.
  ///
  /// @param span the whole term, without the blanks around it
  /// @param isBroken whether something in it was refused, so that the axes may not be all
  record Term(List<Mark> marks, Span span, boolean isBroken) {
    Term {
      marks = List.copyOf(marks);
    }

    Optional<Mark> ellipsis() {
      return marks.stream().filter(Mark::isEllipsis).findFirst();
    }

    /// How many axes have a name of their own.
    int namedCount() {
      return (int) marks.stream().filter(mark -> !mark.isEllipsis()).count();
    }
  }

  /// One axis, or `...`, and where it stands.
  record Mark(Label label, Span span) {
    boolean isEllipsis() {
      return label instanceof Label.Ellipsis;
    }
  }

  /// Parses a string; what is wrong with it goes to `problems`, and what can be made of it is the
  /// result even then.
  static EinsumSpec parse(SourceFile source, List<EinsumProblem> problems) {
    EinsumParser parser = new EinsumParser(source, problems);
    parser.parse();
    Optional<Term> output = parser.output();
    if (output.isEmpty()) {
      return new EinsumSpec(parser.terms(), implicitOutput(source, parser.terms()), true);
    }
    requireKnown(output.get(), parser.terms(), problems);
    return new EinsumSpec(parser.terms(), output.get(), false);
  }

  private static Term implicitOutput(SourceFile source, List<Term> terms) {
    Map<Label, Integer> counts = new HashMap<>();
    List<Mark> all = terms.stream().flatMap(term -> term.marks.stream()).toList();
    all.forEach(mark -> counts.merge(mark.label, 1, Integer::sum));
    List<Mark> output = new ArrayList<>();
    all.stream().filter(Mark::isEllipsis).findFirst().ifPresent(output::add);
    all.stream()
        .filter(mark -> !mark.isEllipsis() && counts.getOrDefault(mark.label, 0) == 1)
        .sorted(Comparator.comparingLong(mark -> mark.label.order()))
        .forEach(output::add);
    return new Term(output, source.span(0, source.length()).after(), false);
  }

  private static void requireKnown(Term output, List<Term> terms, List<EinsumProblem> problems) {
    for (Mark mark : output.marks) {
      boolean isKnown =
          mark.isEllipsis()
              || terms.stream()
                  .anyMatch(
                      term -> term.marks.stream().anyMatch(one -> one.label.equals(mark.label)));
      if (!isKnown && problems.size() < EinsumParser.MOST_PROBLEMS) {
        problems.add(new EinsumProblem.UnknownOutputLetter(mark.span, mark.label.text()));
      }
    }
  }
}
