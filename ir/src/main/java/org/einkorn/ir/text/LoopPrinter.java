package org.einkorn.ir.text;

import java.util.List;
import java.util.stream.Collectors;
import org.einkorn.ir.loop.Annotation;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Growth;
import org.einkorn.ir.loop.Listing;
import org.einkorn.ir.loop.MmaShape;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Repeat;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.loop.TupleCount;
import org.einkorn.ir.tensor.Guard;

/// Writes level 2 of the IR.
///
/// ```text
/// module attention
/// symbols n, d
/// input Q: f32[n, d]
/// output S: f32[n, n]
/// buffer S: f32[n, n] global
///
/// function S {
///   for parallel i < n {
///     for j < n {
///       alloc acc: f32[] register {
///         acc[] = 0.0:f32
///         for k < d {
///           block S.update(spatial vi < n = i, spatial vj < n = j, reduce vk < d = k) {
///             reads Q[vi : 1, vk : 1], Q[vj : 1, vk : 1]
///             acc[] = acc[] + Q[vi, vk] * Q[vj, vk]
///           }
///         }
///         S[i, j] = acc[]
///       }
///     }
///   }
/// }
/// ```
///
/// `growing S of B` before the buffers says that the size `S` is that of the first axis of `B` and
/// grows as the run needs ([Growth]).
///
/// `repeat F, G test T until C for N` before the functions says that those from `F` to `G` run
/// again and again; after `T` in each round it is seen whether the buffer `C` holds, or whether
/// there were as many rounds as the buffer `N` says.
///
/// `tuples R = N` says that fixpoints have derived `N` tuples of the relation `R` in the end.
///
/// `listing R of B to C` says that no buffer holds the output `R`, and that the positions at which
/// it holds are the tuples of the buffer `B` from number 1 to before the number in the buffer `C`.
///
/// Behind the extent of a loop stands what is asked of the code for it ([Annotation]): `for i < n
/// prefetch Q by 8 { … }`, `for k < 16 mma m16n8k16 { … }`.
///
/// Braces hold a statement, or the statements of a sequence; a sequence of exactly one, or one
/// inside another, is written `seq { … }`. A block begins with `where` guards, `reads` and `writes`
/// regions (`start : extent` for each axis) and `init { … }`, as far as it has them.
public final class LoopPrinter {
  /// How many statements may nest.
  public static final int MAX_DEPTH = 250;

  private static final int WIDTH = 100;

  private final StringBuilder out = new StringBuilder();
  private int depth = 0;

  private LoopPrinter() {}

  /// The text of a module, which [LoopParser] reads back.
  public static String print(Module module) {
    LoopPrinter printer = new LoopPrinter();
    printer.out.append("module ").append(Words.name(module.name())).append('\n');
    SignaturePrinter.print(module.signature(), printer.out);
    for (Growth growth : module.growths()) {
      printer.out.append("growing ").append(Words.name(growth.symbol()));
      printer.out.append(" of ").append(Words.name(growth.buffer())).append('\n');
    }
    for (Buffer buffer : module.buffers()) {
      printer.out.append("buffer ").append(buffer(buffer)).append('\n');
    }
    module.repeats().forEach(printer::repeat);
    for (TupleCount tuples : module.tupleCounts()) {
      printer.out.append("tuples ").append(Words.name(tuples.relation())).append(" = ");
      printer.out.append(ExprPrinter.print(tuples.count())).append('\n');
    }
    for (Listing listing : module.listings()) {
      printer.out.append("listing ").append(Words.name(listing.relation()));
      printer.out.append(" of ").append(Words.name(listing.tuples()));
      printer.out.append(" to ").append(Words.name(listing.count())).append('\n');
    }
    for (Function function : module.functions()) {
      printer.out.append('\n');
      printer.function(function);
    }
    return printer.out.toString();
  }

  /// The text of one function, as it stands in its module.
  public static String print(Function function) {
    LoopPrinter printer = new LoopPrinter();
    printer.function(function);
    return printer.out.toString();
  }

  /// The text of one statement.
  public static String print(Stmt statement) {
    LoopPrinter printer = new LoopPrinter();
    printer.statement(statement);
    return printer.out.toString();
  }

  /// `repeat X.next, X.advance test X.settled until X.settled for X.limit`
  private void repeat(Repeat repeat) {
    out.append("repeat ").append(Words.name(repeat.first()));
    out.append(", ").append(Words.name(repeat.last()));
    repeat.test().ifPresent(name -> out.append(" test ").append(Words.name(name)));
    repeat.until().ifPresent(name -> out.append(" until ").append(Words.name(name)));
    repeat.limit().ifPresent(name -> out.append(" for ").append(Words.name(name)));
    out.append('\n');
  }

  private void function(Function function) {
    body("function " + Words.name(function.name()), function.body());
  }

  private void statement(Stmt statement) {
    switch (statement) {
      case Stmt.For(var kind, String variable, var extent, var annotations, Stmt body) -> {
        String how = kind == Stmt.LoopOrder.SERIAL ? "" : kind.text() + " ";
        String range = Words.name(variable) + " < " + ExprPrinter.print(extent);
        String asked =
            annotations.stream().map(LoopPrinter::annotation).collect(Collectors.joining());
        body("for " + how + range + asked, body);
      }
      case Stmt.Block block -> block(block);
      case Stmt.Sequence(List<Stmt> statements) -> {
        open("seq");
        statements.forEach(this::statement);
        close();
      }
      case Stmt.Allocate(Buffer buffer, Stmt body) -> body("alloc " + buffer(buffer), body);
      case Stmt.If(List<Guard> guards, Stmt body) ->
          body(guards.isEmpty() ? "if" : "if " + guards(guards), body);
      case Stmt.When(var condition, Stmt body) ->
          body("when " + ExprPrinter.print(condition), body);
      case Stmt.While(var condition, Stmt body) ->
          body("while " + ExprPrinter.print(condition), body);
      case Stmt.Store(String buffer, var indices, var value) ->
          line(
              Words.name(buffer)
                  + ExprPrinter.printIndices(indices)
                  + " = "
                  + ExprPrinter.print(value));
    }
  }

  private static String annotation(Annotation annotation) {
    return " " + print(annotation);
  }

  /// `prefetch B by 8`, `mma m16n8k16`
  public static String print(Annotation annotation) {
    return switch (annotation) {
      case Annotation.Prefetch(String buffer, int distance) ->
          "%s %s by %d".formatted(annotation.word(), Words.name(buffer), distance);
      case Annotation.Mma(MmaShape shape) -> annotation.word() + " " + shape.text();
    };
  }

  private void block(Stmt.Block block) {
    String name = "block " + Words.name(block.name()) + "(";
    wrapped(name, block.iters().stream().map(LoopPrinter::iter).toList(), ") {");
    deepen();
    if (!block.guards().isEmpty()) {
      line("where " + guards(block.guards()));
    }
    regions("reads ", block.reads());
    regions("writes ", block.writes());
    block.init().ifPresent(init -> body("init", init));
    inside(block.body());
    close();
  }

  private static String iter(Stmt.BlockIter iter) {
    String range = Words.name(iter.variable()) + " < " + ExprPrinter.print(iter.extent());
    return iter.kind().text() + " " + range + " = " + ExprPrinter.print(iter.binding());
  }

  private void regions(String word, List<Stmt.Region> regions) {
    if (!regions.isEmpty()) {
      wrapped(word, regions.stream().map(LoopPrinter::region).toList(), "");
    }
  }

  private static String region(Stmt.Region region) {
    return region.ranges().stream()
        .map(range -> ExprPrinter.print(range.start()) + " : " + ExprPrinter.print(range.extent()))
        .collect(Collectors.joining(", ", Words.name(region.buffer()) + "[", "]"));
  }

  private static String guards(List<Guard> guards) {
    return guards.stream().map(ExprPrinter::print).collect(Collectors.joining(", "));
  }

  private static String buffer(Buffer buffer) {
    String type = ExprPrinter.print(buffer.type());
    return Words.name(buffer.name()) + ": " + type + " " + buffer.scope().text();
  }

  // ---- layout

  /// A heading and a statement in braces.
  private void body(String heading, Stmt body) {
    open(heading);
    inside(body);
    close();
  }

  /// The statements of a sequence, but for a sequence of one, which would be taken for its
  /// statement.
  private void inside(Stmt body) {
    if (body instanceof Stmt.Sequence(List<Stmt> statements) && statements.size() != 1) {
      statements.forEach(this::statement);
    } else {
      statement(body);
    }
  }

  private void open(String heading) {
    line(heading + " {");
    deepen();
  }

  private void close() {
    depth--;
    line("}");
  }

  private void deepen() {
    if (++depth > MAX_DEPTH) {
      throw new IllegalArgumentException("statements nest deeper than " + MAX_DEPTH);
    }
  }

  private void line(String text) {
    out.repeat(' ', 2 * depth).append(text).append('\n');
  }

  /// A list on one line, or on one line for each element where that is too long.
  private void wrapped(String before, List<String> elements, String after) {
    String text = before + String.join(", ", elements) + after;
    if (2 * depth + text.codePointCount(0, text.length()) > WIDTH) {
      String margin = " ".repeat(2 * depth + before.codePointCount(0, before.length()));
      text = before + String.join(",\n" + margin, elements) + after;
    }
    line(text);
  }
}
