package org.einkorn.frontend.einsum;

import java.util.OptionalLong;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.source.Span;

/// Everything that can be wrong with an einsum string, as data; [#diagnostic()] holds the words.
sealed interface EinsumProblem {
  int MOST_SHOWN = 16;

  /// A sign that is no letter, comma, ellipsis, bracket or arrow.
  record BadSign(Span at, Sign sign) implements EinsumProblem {}

  /// What may have been meant by a sign that has no meaning where it stands.
  enum Sign {
    DOT("an ellipsis is three dots", "write `...` for any further axes"),
    HALF_ARROW("half an arrow", "write `->` before the axes of the result, without a blank in it"),
    DIGIT(
        "a number stands between brackets",
        "write `[0, 1]` for axes with numbers, or name each axis with one letter"),
    LETTER_IN_BRACKETS(
        "between brackets axes are numbers", "write `[0, 1]`, or letters without brackets"),
    MISSING_NUMBER("no number before this comma", "separate numbers by one comma, as in `[0, 1]`"),
    LARGE_NUMBER("too large for the number of an axis", "number the axes from 0"),
    OTHER(
        "neither a letter nor `,`, `...` or `->`",
        "name each axis with one letter, as in `ij,jk->ik`");

    private final String label;
    private final String help;

    Sign(String label, String help) {
      this.label = label;
      this.help = help;
    }
  }

  /// More or fewer terms than operands.
  record OperandCount(Span at, int terms, int operands) implements EinsumProblem {}

  /// A term does not fit the rank of its operand.
  record Rank(Span at, int named, boolean hasEllipsis, String operand, int rank)
      implements EinsumProblem {}

  /// A letter of the output that no operand has.
  record UnknownOutputLetter(Span at, String letter) implements EinsumProblem {}

  /// One letter with two extents, neither of which is 1; or twice in one term, with two extents.
  record Extents(Use use, Use first, String letter) implements EinsumProblem {
    /// @param operand the operand of the use, as `B: f32[4, 5]`
    record Use(Span at, OptionalLong extent, int number, String operand) {
      String extentText() {
        return extent.isPresent() ? Long.toString(extent.getAsLong()) : "another extent";
      }
    }

    boolean isDiagonal() {
      return use.number == first.number;
    }
  }

  /// Two ellipses in one term.
  record SecondEllipsis(Span at, Span first) implements EinsumProblem {}

  /// The axes of an ellipsis that an explicit output leaves out.
  record EllipsisNotInOutput(Span output, Span ellipsis, int axes) implements EinsumProblem {}

  /// A complex operand under operations that only real numbers have.
  record Complex(Span at, String operand, String semiring) implements EinsumProblem {}

  /// A second arrow, or a comma after the arrow.
  record SecondOutput(Span at, Span arrow) implements EinsumProblem {}

  /// A list of numbers that does not end.
  record OpenBracket(Span at) implements EinsumProblem {}

  default Diagnostic diagnostic() {
    return switch (this) {
      case BadSign(Span at, Sign sign) ->
          Diagnostic.error("E0301", "`" + shown(at) + "` has no meaning in an einsum string")
              .at(at, sign.label)
              .help(sign.help);
      case OperandCount(Span at, int terms, int operands) ->
          Diagnostic.error(
                  "E0302",
                  "the string is for "
                      + count(terms, "operand")
                      + ", but there "
                      + (operands == 1 ? "is " : "are ")
                      + operands)
              .at(at, count(terms, "term") + " here")
              .help("separate the terms with commas, one for each operand");
      case Rank(Span at, int named, boolean hasEllipsis, String operand, int rank) ->
          Diagnostic.error("E0303", "`" + operand + "` has " + count(rank, "axis"))
              .at(at, (hasEllipsis ? "at least " : "") + count(named, "axis") + " here")
              .help(
                  named < rank
                      ? "write `...` for the other axes"
                      : "leave out " + count(named - rank, "letter"));
      case UnknownOutputLetter(Span at, String letter) ->
          Diagnostic.error("E0304", "`" + letter + "` occurs in the output only")
              .at(at, "no operand has an axis `" + letter + "`")
              .help("use only letters of the operands after `->`");
      case Extents problem -> extents(problem);
      case SecondEllipsis(Span at, Span first) ->
          Diagnostic.error("E0306", "two ellipses in one term")
              .at(at, "the second")
              .and(first, "the first")
              .help("write `...` once; it stands for any number of axes");
      case EllipsisNotInOutput(Span output, Span ellipsis, int axes) ->
          Diagnostic.error("E0307", "the output leaves out the axes of the ellipsis")
              .at(output, "no `...` here")
              .and(ellipsis, "stands for " + count(axes, "axis"))
              .help("write `...` in the output too, or name the axes that are to be summed");
      case Complex(Span at, String operand, String semiring) ->
          Diagnostic.error("E0308", "`" + semiring + "` is not defined on complex numbers")
              .at(at, "`" + operand + "`")
              .help("take `plus-times`, or operands that are real");
      case SecondOutput(Span at, Span arrow) ->
          Diagnostic.error("E0309", "an einsum has one output")
              .at(at, at.length() > 1 ? "a second arrow" : "a comma after the arrow")
              .and(arrow, "the output begins here")
              .help("write one `->`, and after it the axes of the one result");
      case OpenBracket(Span at) ->
          Diagnostic.error("E0310", "a list of axes does not end")
              .at(at, "no `]` belongs to this")
              .help("close it, as in `[0, 1],[1, 2]->[0, 2]`");
    };
  }

  /// The signs themselves, or the first of many.
  private static String shown(Span at) {
    String text = at.text();
    return text.codePointCount(0, text.length()) <= MOST_SHOWN
        ? text
        : text.substring(0, text.offsetByCodePoints(0, MOST_SHOWN)) + "…";
  }

  private static Diagnostic extents(Extents problem) {
    String letter = "`" + problem.letter + "` is ";
    return Diagnostic.error("E0305", "axis `" + problem.letter + "` has two extents")
        .at(
            problem.use.at,
            letter + problem.use.extentText() + " here, from `" + problem.use.operand + "`")
        .and(
            problem.first.at,
            letter + problem.first.extentText() + " here, from `" + problem.first.operand + "`")
        .help(
            problem.isDiagonal()
                ? "a diagonal needs axes of one extent, and 1 is no exception; give them letters of"
                    + " their own"
                : "give the two axes letters of their own, or transpose one operand");
  }

  private static String count(int number, String noun) {
    String plural = noun.equals("axis") ? "axes" : noun + "s";
    return number + " " + (number == 1 ? noun : plural);
  }
}
