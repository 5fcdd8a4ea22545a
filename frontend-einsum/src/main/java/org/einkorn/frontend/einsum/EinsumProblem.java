package org.einkorn.frontend.einsum;

import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.source.Span;

/// Everything that can be wrong with an einsum string, as data; [#diagnostic()] holds the words.
sealed interface EinsumProblem {
  /// A character that is no letter, comma, ellipsis or arrow.
  record BadCharacter(Span at) implements EinsumProblem {}

  /// More or fewer terms than operands.
  record OperandCount(Span at, int terms, int operands) implements EinsumProblem {}

  /// A term does not fit the rank of its operand.
  record Rank(Span at, int letters, boolean hasEllipsis, String operand, int rank)
      implements EinsumProblem {}

  /// A letter of the output that no operand has.
  record UnknownOutputLetter(Span at, String letter) implements EinsumProblem {}

  /// One letter with two extents, neither of which is 1.
  ///
  /// @param operand the operand of the second use, as `B: f32[4, 5]`
  record Extents(
      Span at,
      long extent,
      String operand,
      Span first,
      long firstExtent,
      String firstOperand,
      String letter)
      implements EinsumProblem {}

  /// Two ellipses in one term.
  record SecondEllipsis(Span at, Span first) implements EinsumProblem {}

  /// The axes of an ellipsis that an explicit output leaves out.
  record EllipsisNotInOutput(Span output, Span ellipsis, int axes) implements EinsumProblem {}

  /// A complex operand.
  record Complex(Span at, String operand) implements EinsumProblem {}

  default Diagnostic diagnostic() {
    return switch (this) {
      case BadCharacter(Span at) ->
          Diagnostic.error("E0301", "`" + at.text() + "` has no meaning in an einsum string")
              .at(at, "neither a letter nor `,`, `...` or `->`")
              .help("name each axis with one letter, as in `ij,jk->ik`");
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
      case Rank(Span at, int letters, boolean hasEllipsis, String operand, int rank) ->
          Diagnostic.error("E0303", "`" + operand + "` has " + count(rank, "axis"))
              .at(at, (hasEllipsis ? "at least " : "") + count(letters, "axis") + " here")
              .help(
                  letters < rank
                      ? "write `...` for the other axes"
                      : "leave out " + count(letters - rank, "letter"));
      case UnknownOutputLetter(Span at, String letter) ->
          Diagnostic.error("E0304", "`" + letter + "` occurs in the output only")
              .at(at, "no operand has an axis `" + letter + "`")
              .help("use only letters of the operands after `->`");
      case Extents e ->
          Diagnostic.error("E0305", "axis `" + e.letter + "` has two extents")
              .at(e.at, "`" + e.letter + "` is " + e.extent + " here, from `" + e.operand + "`")
              .and(
                  e.first,
                  "`" + e.letter + "` is " + e.firstExtent + " here, from `" + e.firstOperand + "`")
              .help("give the two axes letters of their own, or transpose one operand");
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
      case Complex(Span at, String operand) ->
          Diagnostic.error("E0308", "complex operands can't be contracted in this version")
              .at(at, "`" + operand + "`")
              .help("contract the real and the imaginary part apart");
    };
  }

  private static String count(int number, String noun) {
    String plural = noun.equals("axis") ? "axes" : noun + "s";
    return number + " " + (number == 1 ? noun : plural);
  }
}
