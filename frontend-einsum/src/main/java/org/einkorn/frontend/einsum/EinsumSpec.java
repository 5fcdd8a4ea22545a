package org.einkorn.frontend.einsum;

import java.util.ArrayList;
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
record EinsumSpec(List<Term> terms, Term output) {
  EinsumSpec {
    terms = List.copyOf(terms);
  }

  /// The axes of one operand, or of the output.
  ///
  /// @param span the whole term, without the blanks around it
  record Term(List<Mark> marks, Span span) {
    Term {
      marks = List.copyOf(marks);
    }

    Optional<Mark> ellipsis() {
      return marks.stream().filter(Mark::isEllipsis).findFirst();
    }

    /// How many axes have a letter of their own.
    int letterCount() {
      return (int) marks.stream().filter(mark -> !mark.isEllipsis()).count();
    }
  }

  /// One letter, or `...`, and where it stands.
  record Mark(String text, Span span) {
    static final String ELLIPSIS = "...";

    boolean isEllipsis() {
      return text.equals(ELLIPSIS);
    }
  }

  /// Parses a string; what is wrong with it goes to `problems`, and the result is absent then.
  static Optional<EinsumSpec> parse(SourceFile source, List<EinsumProblem> problems) {
    int before = problems.size();
    EinsumSpec spec = new Parser(source, problems).parse();
    return problems.size() == before ? Optional.of(spec) : Optional.empty();
  }

  private static final class Parser {
    private final SourceFile source;
    private final List<EinsumProblem> problems;

    Parser(SourceFile source, List<EinsumProblem> problems) {
      this.source = source;
      this.problems = problems;
    }

    EinsumSpec parse() {
      String text = source.text();
      int arrow = text.indexOf("->");
      int end = arrow < 0 ? text.length() : arrow;
      List<Term> terms = new ArrayList<>();
      int start = 0;
      while (true) {
        int comma = text.indexOf(',', start);
        int stop = comma < 0 || comma > end ? end : comma;
        terms.add(term(start, stop));
        if (stop == end) {
          break;
        }
        start = stop + 1;
      }
      if (arrow < 0) {
        return new EinsumSpec(terms, implicitOutput(terms));
      }
      Term output = term(arrow + 2, text.length());
      requireKnown(output, terms);
      return new EinsumSpec(terms, output);
    }

    private Term term(int start, int end) {
      String text = source.text();
      List<Mark> marks = new ArrayList<>();
      int at = start;
      while (at < end) {
        int letter = text.codePointAt(at);
        int next = at + Character.charCount(letter);
        if (letter == '…' || text.startsWith("...", at)) {
          next = letter == '…' ? next : at + 3;
          Mark mark = new Mark(Mark.ELLIPSIS, source.span(at, next));
          marks.stream()
              .filter(Mark::isEllipsis)
              .findFirst()
              .ifPresentOrElse(
                  first -> problems.add(new EinsumProblem.SecondEllipsis(mark.span, first.span)),
                  () -> marks.add(mark));
        } else if (Character.isLetter(letter)) {
          marks.add(new Mark(Character.toString(letter), source.span(at, next)));
        } else if (!Character.isWhitespace(letter)) {
          problems.add(new EinsumProblem.BadCharacter(source.span(at, next)));
        }
        at = next;
      }
      return new Term(marks, trimmed(start, end));
    }

    private Span trimmed(int start, int end) {
      String text = source.text();
      while (start < end && Character.isWhitespace(text.charAt(start))) {
        start++;
      }
      while (start < end && Character.isWhitespace(text.charAt(end - 1))) {
        end--;
      }
      return source.span(start, end);
    }

    private Term implicitOutput(List<Term> terms) {
      Map<String, Integer> counts = new HashMap<>();
      List<Mark> all = terms.stream().flatMap(term -> term.marks.stream()).toList();
      all.forEach(mark -> counts.merge(mark.text, 1, Integer::sum));
      List<Mark> output = new ArrayList<>();
      all.stream().filter(Mark::isEllipsis).findFirst().ifPresent(output::add);
      all.stream()
          .filter(mark -> !mark.isEllipsis() && counts.getOrDefault(mark.text, 0) == 1)
          .sorted((one, two) -> one.text.codePointAt(0) - two.text.codePointAt(0))
          .forEach(output::add);
      return new Term(output, source.span(0, source.length()).after());
    }

    private void requireKnown(Term output, List<Term> terms) {
      for (Mark mark : output.marks) {
        boolean isKnown =
            mark.isEllipsis()
                || terms.stream()
                    .anyMatch(t -> t.marks.stream().anyMatch(m -> m.text.equals(mark.text)));
        if (!isKnown) {
          problems.add(new EinsumProblem.UnknownOutputLetter(mark.span, mark.text));
        }
      }
    }
  }
}
