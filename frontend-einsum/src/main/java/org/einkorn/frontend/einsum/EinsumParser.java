package org.einkorn.frontend.einsum;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.einkorn.frontend.einsum.EinsumProblem.Sign;
import org.einkorn.frontend.einsum.EinsumSpec.Label;
import org.einkorn.frontend.einsum.EinsumSpec.Mark;
import org.einkorn.frontend.einsum.EinsumSpec.Term;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.source.Span;

/// Reads an einsum string in one go, left to right; the grammar is on the package page.
///
/// Nothing it meets stops it: what has no meaning is noted and skipped, so that one run shows all
/// that is wrong.
final class EinsumParser {
  /// A string with more mistakes than this is no einsum string, and a list of them no help.
  static final int MOST_PROBLEMS = 20;

  private final SourceFile source;
  private final String text;
  private final List<EinsumProblem> problems;
  private final List<Term> terms = new ArrayList<>();
  private Optional<Term> output = Optional.empty();
  private Optional<Span> arrow = Optional.empty();
  private List<Mark> marks = new ArrayList<>();
  private boolean isBroken = false;
  private int termStart = 0;
  private int at = 0;

  EinsumParser(SourceFile source, List<EinsumProblem> problems) {
    this.source = source;
    this.text = source.text();
    this.problems = problems;
  }

  List<Term> terms() {
    return terms;
  }

  /// What follows the arrow; nothing where there is no arrow.
  Optional<Term> output() {
    return output;
  }

  void parse() {
    while (at < text.length()) {
      if (text.startsWith("->", at)) {
        if (arrow.isPresent()) {
          refuseSecondOutput(2);
          return;
        }
        closeTerm();
        arrow = Optional.of(source.span(at, at + 2));
        at += 2;
        termStart = at;
      } else if (text.charAt(at) == ',') {
        if (arrow.isPresent()) {
          refuseSecondOutput(1);
          return;
        }
        closeTerm();
        at++;
        termStart = at;
      } else if (text.charAt(at) == '[') {
        sublist();
      } else {
        mark(false);
      }
    }
    closeTerm();
  }

  private void closeTerm() {
    Term term = new Term(marks, trimmed(termStart, at), isBroken);
    if (arrow.isPresent()) {
      output = Optional.of(term);
    } else {
      terms.add(term);
    }
    marks = new ArrayList<>();
    isBroken = false;
  }

  private void refuseSecondOutput(int width) {
    closeTerm();
    report(new EinsumProblem.SecondOutput(source.span(at, at + width), arrow.orElseThrow()));
  }

  /// `[0, 1, ...]`, with commas or blanks between.
  private void sublist() {
    int open = at;
    at++;
    boolean wantsItem = true;
    while (at < text.length()) {
      char next = text.charAt(at);
      if (next == ']') {
        at++;
        return;
      }
      if (next == ',') {
        if (wantsItem) {
          refuse(Sign.MISSING_NUMBER, at + 1);
        } else {
          wantsItem = true;
          at++;
        }
      } else if (text.startsWith("->", at) || next == '[') {
        break;
      } else if (isDigit(next)) {
        number();
        wantsItem = false;
      } else {
        wantsItem &= Character.isWhitespace(next);
        mark(true);
      }
    }
    isBroken = true;
    report(new EinsumProblem.OpenBracket(source.span(open, open + 1)));
  }

  private static boolean isDigit(char sign) {
    return sign >= '0' && sign <= '9';
  }

  private void number() {
    int start = at;
    long value = 0;
    while (at < text.length() && isDigit(text.charAt(at))) {
      value = Math.min(value * 10 + (text.charAt(at) - '0'), Integer.MAX_VALUE + 1L);
      at++;
    }
    if (value > Integer.MAX_VALUE) {
      at = start;
      refuse(Sign.LARGE_NUMBER, endOfDigits(start));
    } else {
      marks.add(new Mark(new Label.Numbered((int) value), source.span(start, at)));
    }
  }

  private int endOfDigits(int start) {
    int end = start;
    while (end < text.length() && isDigit(text.charAt(end))) {
      end++;
    }
    return end;
  }

  /// A letter, an ellipsis or a blank; everything else is refused.
  private void mark(boolean isSublist) {
    int letter = text.codePointAt(at);
    int next = at + Character.charCount(letter);
    if (letter == '…' || text.startsWith("...", at)) {
      ellipsis(letter == '…' ? next : at + 3);
    } else if (Character.isWhitespace(letter)) {
      at = next;
    } else if (Character.isLetter(letter)) {
      if (isSublist) {
        refuse(Sign.LETTER_IN_BRACKETS, next);
      } else {
        marks.add(new Mark(new Label.Letter(letter), source.span(at, next)));
        at = next;
      }
    } else if (letter == '.') {
      refuse(Sign.DOT, text.startsWith("..", at) ? at + 2 : next);
    } else if (letter < 128 && isDigit((char) letter)) {
      refuse(Sign.DIGIT, endOfDigits(at));
    } else {
      refuse(letter == '-' || letter == '>' ? Sign.HALF_ARROW : Sign.OTHER, next);
    }
  }

  private void ellipsis(int next) {
    Mark mark = new Mark(new Label.Ellipsis(), source.span(at, next));
    Optional<Mark> first = marks.stream().filter(Mark::isEllipsis).findFirst();
    if (first.isPresent()) {
      report(new EinsumProblem.SecondEllipsis(mark.span(), first.get().span()));
      isBroken = true;
    } else {
      marks.add(mark);
    }
    at = next;
  }

  /// Signs of one kind side by side are one mistake.
  private void refuse(Sign sign, int next) {
    Span span = source.span(at, next);
    if (!problems.isEmpty()
        && problems.getLast() instanceof EinsumProblem.BadSign(Span before, Sign same)
        && same == sign
        && before.end() == at) {
      problems.removeLast();
      span = before.cover(span);
    }
    report(new EinsumProblem.BadSign(span, sign));
    isBroken = true;
    at = next;
  }

  private void report(EinsumProblem problem) {
    if (problems.size() < MOST_PROBLEMS) {
      problems.add(problem);
    }
  }

  private Span trimmed(int start, int end) {
    int first = start;
    int last = end;
    while (first < last && Character.isWhitespace(text.charAt(first))) {
      first++;
    }
    while (first < last && Character.isWhitespace(text.charAt(last - 1))) {
      last--;
    }
    return source.span(first, last);
  }
}
