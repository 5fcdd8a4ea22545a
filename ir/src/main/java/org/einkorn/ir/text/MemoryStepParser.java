package org.einkorn.ir.text;

import java.util.Optional;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.schedule.LoopName;
import org.einkorn.ir.schedule.Step;
import org.einkorn.runtime.DType;

/// Reads the steps of a trace that are about memory: where it lies, what it holds, how much there
/// is of it.
final class MemoryStepParser {
  private final TokenReader in;
  private final TraceParser steps;
  private final SampleParser samples;

  MemoryStepParser(TokenReader in, TraceParser steps, SampleParser samples) {
    this.in = in;
    this.steps = steps;
    this.samples = samples;
  }

  /// A step that begins with a word of memory; nothing where another one begins.
  Optional<Step> step(Token first) {
    if (in.accept("set")) {
      return Optional.of(set(first));
    }
    if (in.accept("lift")) {
      String buffer = steps.name(TraceParser.A_BUFFER);
      in.expect("above");
      LoopName loop = steps.loop();
      return Optional.of(in.node(first, () -> new Step.Lift(buffer, loop)));
    }
    if (in.accept("storage")) {
      return Optional.of(storageAlign(first));
    }
    if (in.accept("rolling")) {
      steps.hyphenated("buffer");
      String buffer = steps.name(TraceParser.A_BUFFER);
      LoopName loop = steps.at();
      return Optional.of(in.node(first, () -> new Step.RollingBuffer(buffer, loop)));
    }
    if (in.accept("double")) {
      steps.hyphenated("buffer");
      String buffer = steps.name(TraceParser.A_BUFFER);
      LoopName loop = steps.at();
      return Optional.of(in.node(first, () -> new Step.DoubleBuffer(buffer, loop)));
    }
    return Optional.empty();
  }

  /// `-dtype acc f32`, or `-scope T local at i`
  private Step set(Token first) {
    in.expect("-");
    if (in.accept("scope")) {
      String buffer = steps.name(TraceParser.A_BUFFER);
      Buffer.Scope scope = scope();
      LoopName loop = steps.at();
      return in.node(first, () -> new Step.SetScope(buffer, scope, loop));
    }
    if (!in.accept("dtype")) {
      throw in.expected("`dtype` or `scope`");
    }
    String buffer = steps.name(TraceParser.A_BUFFER);
    DType type = dtype();
    return in.node(first, () -> new Step.SetType(buffer, type));
  }

  private Buffer.Scope scope() {
    for (Buffer.Scope scope : Buffer.Scope.values()) {
      if (scope != Buffer.Scope.GLOBAL && in.accept(scope.text())) {
        return scope;
      }
    }
    throw in.expected("`local`, `shared` or `register`");
  }

  private DType dtype() {
    Optional<DType> type = DType.of(in.peek().text());
    if (type.isEmpty()) {
      throw in.expected("a type, such as `f32`");
    }
    in.next();
    return type.get();
  }

  /// `-align P axis 0 factor 8 offset 1`
  private Step storageAlign(Token first) {
    steps.hyphenated("align");
    String buffer = steps.name(TraceParser.A_BUFFER);
    in.expect("axis");
    long axis = samples.number();
    in.expect("factor");
    IndexExpr factor = samples.amount();
    in.expect("offset");
    IndexExpr offset = samples.amount();
    return in.node(
        first, () -> new Step.StorageAlign(buffer, Math.toIntExact(axis), factor, offset));
  }

  /// `-read B`, `-write B` or `-inplace B`
  Step cache(Token first, String name) {
    in.expect("-");
    Token kind = in.peek();
    if (!in.accept("read") && !in.accept("write") && !in.accept("inplace")) {
      throw in.expected("`read`, `write` or `inplace`");
    }
    String buffer = steps.name(TraceParser.A_BUFFER);
    return in.node(
        first,
        () ->
            switch (kind.text()) {
              case "read" -> new Step.CacheRead(name, buffer);
              case "write" -> new Step.CacheWrite(name, buffer);
              default -> new Step.CacheInPlace(name, buffer);
            });
  }
}
