package org.einkorn.ir.text;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.loop.GridAxis;
import org.einkorn.ir.schedule.LoopName;
import org.einkorn.ir.schedule.Step;
import org.einkorn.ir.schedule.Trace;
import org.einkorn.ir.source.SourceFile;

/// Reads schedules, as [TracePrinter] writes them: a step is a line. `//` begins a comment. Errors:
/// `E0800`, `E0801`, `E0804` and `E0806` to `E0808`.
///
/// In an expression, what the module calls a symbol is one, and everything else is the variable of
/// a loop; whether there is such a loop is seen when the step is applied.
public final class TraceParser {
  /// How the steps begin that give nothing a name.
  private static final String VERBS =
      "`parallel`, `vectorize`, `unroll`, `bind`, `reorder`, `fission`, `lift`, `tensorize`,"
          + " `set-dtype`, `transform-layout`, `decompose-reduction`, `join`, `compute-at`,"
          + " `compute-inline`, `reverse-compute-at`, `reverse-compute-inline`, `set-scope`,"
          + " `fuse-reduction-epilogue`, `storage-align`, `rolling-buffer`,"
          + " `transform-block-layout`, `blockize`, `pad-einsum`, `decompose-padding`,"
          + " `annotate`, `double-buffer`";

  private static final String A_BLOCK = "the name of a block";
  static final String A_BUFFER = "the name of a buffer";

  private final TokenReader in;
  private final ExprParser exprs;
  private final Scope scope;
  private final SampleParser samples;
  private final MemoryStepParser memory;

  private TraceParser(TokenReader in, Scope scope) {
    this.in = in;
    this.exprs = new ExprParser(in);
    this.samples = new SampleParser(in, this);
    this.memory = new MemoryStepParser(in, this, samples);
    this.scope = scope;
  }

  /// The trace that a text holds, or what is wrong with it.
  ///
  /// @param symbols those of the module that is scheduled
  public static ParseResult<Trace> parse(SourceFile file, List<String> symbols) {
    Scope scope = scope(file, Set.copyOf(symbols));
    return TokenReader.readAll(file, in -> new TraceParser(in, scope).trace());
  }

  /// The traces that a text holds, one after the other, or what is wrong with it.
  ///
  /// @param symbols those of the module that is scheduled
  public static ParseResult<List<Trace>> parseAll(SourceFile file, List<String> symbols) {
    Scope scope = scope(file, Set.copyOf(symbols));
    return TokenReader.readAll(
        file,
        in -> {
          TraceParser parser = new TraceParser(in, scope);
          List<Trace> all = new ArrayList<>();
          do {
            all.add(parser.one());
          } while (!in.atEnd());
          return List.copyOf(all);
        });
  }

  private static Scope scope(SourceFile file, Set<String> symbols) {
    Scope scope = Scope.empty();
    Set<String> seen = new HashSet<>();
    for (Token token : Lexer.read(file, new ArrayList<>())) {
      if (token.isName() && seen.add(token.text())) {
        if (symbols.contains(token.text())) {
          scope.declareSymbol(token);
        } else {
          scope = scope.withVariable(token);
        }
      }
    }
    return scope;
  }

  private Trace trace() {
    Trace trace = one();
    if (!in.atEnd()) {
      throw in.unexpectedItem("nothing");
    }
    return trace;
  }

  private Trace one() {
    Token first = in.expect("schedule");
    String function = in.expectName("the name of a function").text();
    in.expect("{");
    List<Step> steps = new ArrayList<>();
    while (!in.sees("}")) {
      Token start = in.peek();
      steps.addAll(line());
      if (!in.sees("}") && !in.atEnd() && isSameLine(start)) {
        throw in.expected("the end of the line");
      }
    }
    in.expect("}");
    return in.node(first, () -> new Trace(function, steps));
  }

  /// One step, or one for each of several loops: `parallel i j`.
  private List<Step> line() {
    Token first = in.peek();
    if (in.accept("parallel")) {
      return loops(first).stream().<Step>map(Step.Parallel::new).toList();
    }
    if (in.accept("vectorize")) {
      return loops(first).stream().<Step>map(Step.Vectorize::new).toList();
    }
    if (in.accept("unroll")) {
      return loops(first).stream().<Step>map(Step.Unroll::new).toList();
    }
    if (in.accept("bind")) {
      List<LoopName> loops = loops(first);
      in.expect("to");
      GridAxis axis = axis();
      return loops.stream().<Step>map(loop -> new Step.Bind(loop, axis)).toList();
    }
    return List.of(step());
  }

  private Step step() {
    Token first = in.peek();
    if (in.accept("reorder")) {
      List<LoopName> loops = loops(first);
      return in.node(first, () -> new Step.Reorder(loops));
    }
    if (in.accept("fission")) {
      LoopName loop = loop();
      in.expect("after");
      String block = name(A_BLOCK);
      return in.node(first, () -> new Step.Fission(loop, block));
    }
    if (in.accept("tensorize")) {
      LoopName place = loop();
      in.expect("as");
      String intrinsic = in.next().text();
      return in.node(first, () -> new Step.Tensorize(place, intrinsic));
    }
    Optional<Step> ofMemory = memory.step(first);
    if (ofMemory.isPresent()) {
      return ofMemory.get();
    }
    if (in.accept("annotate")) {
      LoopName loop = loop();
      in.expect("prefetch");
      String buffer = name(A_BUFFER);
      in.expect("by");
      IndexExpr distance = samples.amount();
      return in.node(first, () -> new Step.Prefetch(loop, buffer, distance));
    }
    if (in.accept("join")) {
      String function = name("the name of a function");
      return in.node(first, () -> new Step.Join(function));
    }
    if (in.accept("compute")) {
      return compute(first);
    }
    if (in.accept("reverse")) {
      hyphenated("compute");
      return reverseCompute(first);
    }
    if (in.accept("fuse")) {
      hyphenated("reduction", "epilogue");
      String block = name(A_BLOCK);
      in.expect("into");
      String reduction = name(A_BLOCK);
      return in.node(first, () -> new Step.FuseReductionEpilogue(block, reduction));
    }
    if (in.accept("transform")) {
      return transform(first);
    }
    if (in.accept("pad")) {
      return padEinsum(first);
    }
    if (in.accept("blockize")) {
      LoopName loop = loop();
      in.expect("as");
      String name = name(A_BLOCK);
      return in.node(first, () -> new Step.Blockize(loop, name));
    }
    if (in.accept("decompose")) {
      return decompose(first);
    }
    return in.accept("(") ? several(first) : named(first);
  }

  private GridAxis axis() {
    for (GridAxis axis : GridAxis.values()) {
      if (in.accept(axis.text())) {
        return axis;
      }
    }
    throw in.expected("an axis of a grid, such as `block.x` or `thread.x`");
  }

  /// `-at b at i`, or `-inline b`
  private Step compute(Token first) {
    in.expect("-");
    if (in.accept("inline")) {
      String block = name(A_BLOCK);
      return in.node(first, () -> new Step.ComputeInline(block));
    }
    if (!in.accept("at")) {
      throw in.expected("`at` or `inline`");
    }
    String block = name(A_BLOCK);
    LoopName loop = at();
    return in.node(first, () -> new Step.ComputeAt(block, loop));
  }

  private Step reverseCompute(Token first) {
    return switch (compute(first)) {
      case Step.ComputeInline(String block) ->
          in.node(first, () -> new Step.ReverseComputeInline(block));
      case Step.ComputeAt(String block, LoopName loop) ->
          in.node(first, () -> new Step.ReverseComputeAt(block, loop));
      default -> throw new IllegalStateException("another step");
    };
  }

  /// `-reduction b at k`, or `-padding b at i`
  private Step decompose(Token first) {
    in.expect("-");
    boolean isPadding = in.accept("padding");
    if (!isPadding && !in.accept("reduction")) {
      throw in.expected("`reduction` or `padding`");
    }
    String block = name(A_BLOCK);
    LoopName loop = at();
    return in.node(
        first,
        () ->
            isPadding
                ? new Step.DecomposePadding(block, loop)
                : new Step.DecomposeReduction(block, loop));
  }

  LoopName at() {
    in.expect("at");
    return loop();
  }

  /// The rest of a word with hyphens.
  void hyphenated(String... words) {
    for (String word : words) {
      in.expect("-");
      in.expect(word);
    }
  }

  /// `-einsum b by (i 8, j 32)`
  private Step padEinsum(Token first) {
    hyphenated("einsum");
    String block = name(A_BLOCK);
    in.expect("by");
    in.expect("(");
    List<Step.Padding> paddings = new ArrayList<>();
    do {
      Token start = in.peek();
      String loop = name("the name of a loop");
      IndexExpr multiple = samples.amount();
      paddings.add(in.node(start, () -> new Step.Padding(loop, multiple)));
    } while (in.accept(","));
    in.expect(")");
    return in.node(first, () -> new Step.PadEinsum(block, paddings));
  }

  /// `-layout P (k, j) to (j floordiv 8, k, j mod 8)`, or `-block-layout b` and so on
  private Step transform(Token first) {
    in.expect("-");
    boolean isBlock = in.accept("block");
    if (isBlock) {
      in.expect("-");
    }
    in.expect("layout");
    String what = name(isBlock ? A_BLOCK : A_BUFFER);
    List<String> axes = new ArrayList<>();
    in.expect("(");
    if (!in.sees(")")) {
      do {
        axes.add(name(isBlock ? "the name of an iterator" : "the name of an axis"));
      } while (in.accept(","));
    }
    in.expect(")");
    in.expect("to");
    List<IndexExpr> positions = new ArrayList<>();
    in.expect("(");
    if (!in.sees(")")) {
      do {
        positions.add(exprs.index(scope));
      } while (in.accept(","));
    }
    in.expect(")");
    return in.node(
        first,
        () ->
            isBlock
                ? new Step.TransformBlockLayout(what, axes, positions)
                : new Step.TransformLayout(what, axes, positions));
  }

  /// `io, ii) = split i by 8`
  private Step several(Token first) {
    List<String> names = new ArrayList<>();
    do {
      names.add(name("the name of a loop"));
    } while (in.accept(","));
    in.expect(")");
    in.expect("=");
    if (in.accept("partition")) {
      LoopName loop = loop();
      in.expect("at");
      IndexExpr point = exprs.index(scope);
      if (names.size() != 2) {
        throw in.expected("two names of loops before it");
      }
      return in.node(
          first, () -> new Step.Partition(names.getFirst(), names.getLast(), loop, point));
    }
    if (in.accept("sample")) {
      return samples.tile(first, names);
    }
    if (!in.accept("split")) {
      throw in.expected("`split`, `partition` or `sample-tile`");
    }
    LoopName loop = loop();
    in.expect("by");
    List<Optional<IndexExpr>> factors = new ArrayList<>();
    do {
      factors.add(in.accept("_") ? Optional.empty() : Optional.of(exprs.index(scope)));
    } while (in.accept(","));
    if (factors.size() == names.size() - 1) {
      factors.addFirst(Optional.empty());
    }
    return in.node(first, () -> new Step.Split(names, loop, factors));
  }

  /// `ij = fuse i j`
  private Step named(Token first) {
    String name = name("a step");
    if (!in.sees("=")) {
      throw new ParseFailure(
          in.expected("`=`")
              .diagnostic()
              .help(
                  "`%s` is no step: a step begins with one of %s, or with new names and `=`"
                      .formatted(name, VERBS)));
    }
    in.expect("=");
    if (in.accept("fuse")) {
      List<LoopName> loops = loops(first);
      return in.node(first, () -> new Step.Fuse(name, loops));
    }
    if (in.accept("rfactor")) {
      String block = name(A_BLOCK);
      in.expect("at");
      LoopName loop = loop();
      return in.node(first, () -> new Step.FactorReduction(name, block, loop));
    }
    if (in.accept("cache")) {
      return memory.cache(first, name);
    }
    if (in.accept("reindex")) {
      String buffer = name(A_BUFFER);
      in.expect("of");
      String block = name(A_BLOCK);
      OptionalInt read =
          isSameLine(first) && in.accept("read")
              ? OptionalInt.of(Math.toIntExact(samples.number()))
              : OptionalInt.empty();
      return in.node(first, () -> new Step.Reindex(name, buffer, block, read));
    }
    if (in.accept("sample")) {
      return samples.named(first, name);
    }
    if (!in.accept("add")) {
      throw in.expected(
          "`fuse`, `rfactor`, `cache-read`, `reindex`, `add-unit-loop`, `sample-choice` or"
              + " `sample-location`");
    }
    hyphenated("unit", "loop");
    String block = name(A_BLOCK);
    return in.node(first, () -> new Step.AddUnitLoop(name, block));
  }

  /// All loops up to the end of the line.
  private List<LoopName> loops(Token first) {
    List<LoopName> loops = new ArrayList<>();
    do {
      loops.add(loop());
    } while (isSameLine(first) && !in.atEnd() && !in.sees("}") && !in.sees("to"));
    return loops;
  }

  LoopName loop() {
    Token first = in.peek();
    String variable = name("the name of a loop");
    Optional<String> block = in.accept("of") ? Optional.of(name(A_BLOCK)) : Optional.empty();
    return in.node(first, () -> new LoopName(variable, block));
  }

  String name(String what) {
    Token token = in.peek();
    if (token.kind() == Token.Kind.WORD && TracePrinter.WORDS.contains(token.text())) {
      throw in.expected(what);
    }
    return in.expectName(what).text();
  }

  private boolean isSameLine(Token first) {
    return in.peek().span().line() == first.span().line();
  }
}
