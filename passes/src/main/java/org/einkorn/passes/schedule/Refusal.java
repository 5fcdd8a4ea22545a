package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.schedule.Step;
import org.einkorn.ir.text.LoopPrinter;
import org.einkorn.ir.text.TracePrinter;

/// A step that is not applied, and why.
///
/// @param at the function as it is before the step, and the steps that led there
/// @param place the loop or block that the reason is about
/// @param label what is to be said of it
/// @param notes more about the reason, such as the accesses of a dependence
public record Refusal(
    Reason reason, Step step, Schedule at, Optional<Stmt> place, String label, List<String> notes) {
  public Refusal {
    notes = List.copyOf(notes);
  }

  /// This with one note more.
  Refusal and(String note) {
    List<String> more = new ArrayList<>(notes);
    more.add(note);
    return new Refusal(reason, step, at, place, label, more);
  }

  /// Steps of the same kind that would be applied, at most four.
  public List<Step> alternatives() {
    return Alternatives.of(at, step);
  }

  /// The reason, the function with the place underlined, the notes and the alternatives.
  public String text() {
    int number = at.trace().steps().size() + 1;
    StringBuilder out = new StringBuilder();
    out.append("refused[").append(reason.text()).append("]: `");
    out.append(TracePrinter.print(step)).append("`, step ").append(number);
    out.append(" of the schedule of `").append(at.trace().function()).append("`\n");
    out.append("  |\n");
    for (String line : lines()) {
      out.append("  | ").append(line).append('\n');
    }
    if (place.isEmpty()) {
      out.append("  = ").append(label).append('\n');
    }
    notes.forEach(note -> out.append("  = ").append(note).append('\n'));
    String legal =
        alternatives().stream()
            .map(other -> "`" + TracePrinter.print(other) + "`")
            .collect(Collectors.joining(", "));
    out.append("  = legal here: ").append(legal.isEmpty() ? "no step like it" : legal);
    return out.append('\n').toString();
  }

  private List<String> lines() {
    List<String> lines = new ArrayList<>(LoopPrinter.print(at.function()).lines().toList());
    place.ifPresent(
        stmt -> {
          int number = lineOf(at.function(), stmt);
          String line = lines.get(number);
          String text = line.strip();
          int end = stmt instanceof Stmt.Block ? text.indexOf('(') : text.lastIndexOf(" {");
          int length = end < 0 ? text.length() : end;
          String underline = " ".repeat(line.indexOf(text)) + "^".repeat(length) + " " + label;
          lines.add(number + 1, underline);
        });
    return lines;
  }

  /// The line of the text on which a loop, a block or an allocation begins: that which changes with
  /// its name.
  private static int lineOf(Function function, Stmt place) {
    Stmt marked =
        switch (place) {
          case Stmt.For loop -> loop.with(loop.variable() + "′", loop.extent(), loop.body());
          case Stmt.Block block ->
              Statements.with(block, block.name() + "′", block.iters(), block.init(), block.body());
          case Stmt.Allocate(Buffer buffer, Stmt body) ->
              new Stmt.Allocate(
                  new Buffer(buffer.name() + "′", buffer.type(), buffer.scope()), body);
          case Stmt.Sequence _, Stmt.If _, Stmt.When _, Stmt.While _, Stmt.Store _ ->
              throw new IllegalArgumentException("neither a loop, nor a block, nor memory");
        };
    Function other =
        new Function(function.name(), Statements.replace(function.body(), place, marked));
    List<String> before = LoopPrinter.print(function).lines().toList();
    List<String> after = LoopPrinter.print(other).lines().toList();
    int line = 0;
    while (before.get(line).equals(after.get(line))) {
      line++;
    }
    return line;
  }
}
