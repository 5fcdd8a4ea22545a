package org.einkorn.frontend.syntax;

import java.util.ArrayList;
import java.util.List;
import org.einkorn.ir.source.Span;

/// `ein fmt`: a program in canonical text, its comments kept.
///
/// The statements are printed by [TreePrinter]. A comment after a statement stays on its line, and
/// such comments of neighboring lines are aligned; a comment within a statement moves to a line
/// before it; every other comment keeps its line. One blank line stays where there were one or
/// more. Facts written side by side stay side by side.
public final class Formatter {
  private static final String FACT_GAP = "   ";

  private final List<Comment> comments;
  private final List<Line> lines = new ArrayList<>();
  private int nextComment;

  /// The last source line that has been written out, 0 at the start.
  private int sourceLine;

  private Formatter(List<Comment> comments) {
    this.comments = comments;
  }

  /// A line of the result; `remark` is the comment at its end, or empty.
  private record Line(String text, String remark) {}

  /// The canonical text of a program without syntax errors.
  ///
  /// @throws IllegalArgumentException if the program has errors: what could not be read would be
  ///   lost
  public static String format(ParseResult result) {
    if (result.hasErrors()) {
      throw new IllegalArgumentException("a program with syntax errors cannot be formatted");
    }
    Formatter formatter = new Formatter(result.comments());
    formatter.statements(result.program().statements(), "");
    formatter.commentsBefore(Integer.MAX_VALUE, "");
    return formatter.assemble();
  }

  private void statements(List<Tree.Statement> statements, String indent) {
    boolean afterFact = false;
    for (Tree.Statement statement : statements) {
      Span span = statement.origin().span().orElseThrow();
      boolean sideBySide =
          afterFact
              && statement instanceof Tree.Fact
              && span.line() == sourceLine
              && lines.getLast().remark().isEmpty();
      afterFact = statement instanceof Tree.Fact;
      if (sideBySide && !commentBefore(span.end()) && joinFact(statement)) {
        remarks(span);
        continue;
      }
      if (statement instanceof Tree.Function function
          && function.body() instanceof Tree.Block block) {
        function(function, block, indent);
        continue;
      }
      commentsBefore(span.end(), indent);
      emit(TreePrinter.print(statement), span.line(), indent);
      sourceLine = span.endLine();
      remarks(span);
    }
  }

  private boolean joinFact(Tree.Statement fact) {
    String joined = lines.getLast().text() + FACT_GAP + TreePrinter.print(fact);
    if (joined.length() > TreePrinter.WIDTH) {
      return false;
    }
    lines.set(lines.size() - 1, new Line(joined, ""));
    return true;
  }

  private void function(Tree.Function function, Tree.Block block, String indent) {
    Span whole = function.origin().span().orElseThrow();
    Span braces = block.origin().span().orElseThrow();
    commentsBefore(braces.start(), indent);
    emit(TreePrinter.blockStart(function), whole.line(), indent);
    sourceLine = braces.line();
    remarks(braces.file().span(braces.start(), braces.start() + 1));
    int before = lines.size();
    statements(block.statements(), indent + "  ");
    commentsBefore(braces.end(), indent + "  ");
    if (lines.size() == before) {
      sourceLine = braces.endLine();
    }
    lines.add(new Line(indent + "}", ""));
    sourceLine = braces.endLine();
    remarks(braces);
  }

  private boolean commentBefore(int offset) {
    return nextComment < comments.size() && comments.get(nextComment).span().start() < offset;
  }

  /// Writes the comments that begin before `offset` to lines of their own.
  private void commentsBefore(int offset, String indent) {
    while (commentBefore(offset)) {
      Comment comment = comments.get(nextComment++);
      emit(comment.text().stripTrailing(), comment.span().line(), indent);
      sourceLine = Math.max(sourceLine, comment.span().endLine());
    }
  }

  /// Puts the comments that follow `span` on its last line at the end of the line just written.
  private void remarks(Span span) {
    int line = span.endLine();
    while (nextComment < comments.size()) {
      Comment comment = comments.get(nextComment);
      if (comment.span().line() != line || !nothingBetween(span, comment.span())) {
        return;
      }
      Line last = lines.removeLast();
      String remark = comment.text().stripTrailing();
      lines.add(
          new Line(last.text(), last.remark().isEmpty() ? remark : last.remark() + " " + remark));
      nextComment++;
      sourceLine = comment.span().endLine();
      span = comment.span();
    }
  }

  private static boolean nothingBetween(Span before, Span after) {
    String gap = before.file().text().substring(before.end(), after.start());
    return gap.chars().allMatch(unit -> unit == ';' || Character.isWhitespace(unit));
  }

  private void emit(String text, int fromLine, String indent) {
    boolean first = lines.isEmpty() || lines.getLast().text().endsWith("{");
    if (!first && fromLine > sourceLine + 1) {
      lines.add(new Line("", ""));
    }
    // The lines of a comment stand as they are; those of a statement move with it.
    boolean comment = text.startsWith("/*");
    lines.add(new Line(indent + (comment ? text : text.replace("\n", "\n" + indent)), ""));
  }

  private String assemble() {
    StringBuilder text = new StringBuilder();
    int k = 0;
    while (k < lines.size()) {
      int end = k;
      int width = 0;
      while (end < lines.size() && !lines.get(end).remark().isEmpty()) {
        width = Math.max(width, lastLineWidth(lines.get(end).text()));
        end++;
      }
      for (; k < end; k++) {
        Line line = lines.get(k);
        text.append(line.text()).repeat(' ', width + 2 - lastLineWidth(line.text()));
        text.append(line.remark()).append('\n');
      }
      if (k < lines.size()) {
        text.append(lines.get(k).text()).append('\n');
        k++;
      }
    }
    return text.toString();
  }

  private static int lastLineWidth(String text) {
    String last = text.substring(text.lastIndexOf('\n') + 1);
    return last.codePointCount(0, last.length());
  }
}
