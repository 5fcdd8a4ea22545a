package org.einkorn;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.einkorn.frontend.Known;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.passes.Sizes;
import org.einkorn.passes.layout.Storage;
import org.einkorn.passes.pipeline.Pipeline;
import org.einkorn.runtime.cache.CacheKey;

/// The code of one program of equations, for any sizes.
///
/// Most programs have one code for all sizes. Where the passes ask for sizes, as the order of a
/// contraction, the form of a relation and a schedule do, they run once for each sizes; code is
/// generated once for each program and its loops that come of that, and there are few. Safe to use
/// from many threads at once.
final class SizedCode {
  /// Of how many sizes the code is remembered.
  private static final int REMEMBERED = 1024;

  private final Supplier<Program> program;
  private final Signature signature;
  private final Map<String, Storage> targets;
  private final Options options;
  private final boolean hasLists;
  private final Optional<KeptCode> kept;
  private final Map<Made, CompiledCode> byMade = new LinkedHashMap<>();
  private final Map<Map<String, Long>, CompiledCode> bySizes =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Map<String, Long>, CompiledCode> eldest) {
          return size() > REMEMBERED;
        }
      };
  private volatile Optional<CompiledCode> general = Optional.empty();

  /// What the code is generated from.
  private record Made(Program equations, Optional<Module> scheduled) {}

  /// What is known of the input with a name, if anything.
  interface Shapes {
    Optional<Known> of(Signature.Input input);
  }

  /// Code whose outputs may be lists of tuples.
  SizedCode(Program program, Options options) {
    this(Optional.empty(), program.signature(), () -> program, Map.of(), options, true);
  }

  /// Code whose outputs may be lists of tuples.
  ///
  /// @param key of the program in the cache
  /// @param program made only if the code is not there
  SizedCode(
      Optional<CacheKey> key, Signature signature, Supplier<Program> program, Options options) {
    this(key, signature, program, Map.of(), options, true);
  }

  /// Code whose outputs are tensors.
  ///
  /// @param targets how outputs lie, where that isn't row-major
  SizedCode(Program program, Map<String, Storage> targets, Options options) {
    this(Optional.empty(), program.signature(), () -> program, targets, options, false);
  }

  private SizedCode(
      Optional<CacheKey> key,
      Signature signature,
      Supplier<Program> program,
      Map<String, Storage> targets,
      Options options,
      boolean hasLists) {
    this.hasLists = hasLists;
    this.signature = signature;
    this.program = program;
    this.targets = Map.copyOf(targets);
    this.options = options;
    this.kept = KeptCode.of(key, program, this.targets, options, hasLists);
  }

  /// The code for inputs of these shapes, made now if it is not there yet.
  ///
  /// @param timings receives what each step took; nothing where the code was there
  CompiledCode of(Shapes shapes, List<Pipeline.Timing> timings) {
    Optional<CompiledCode> forAll = general;
    return forAll.isPresent() ? forAll.get() : of(sizes(shapes), timings);
  }

  private synchronized CompiledCode of(Map<String, Long> known, List<Pipeline.Timing> timings) {
    if (general.isPresent()) {
      return general.get();
    }
    CompiledCode compilation = bySizes.get(known);
    if (compilation == null) {
      compilation = compile(known, timings);
      bySizes.put(known, compilation);
    }
    return compilation;
  }

  private CompiledCode compile(Map<String, Long> known, List<Pipeline.Timing> timings) {
    Optional<KeptCode.Found> found = kept.flatMap(there -> there.find(known, timings));
    if (found.isPresent()) {
      if (found.get().isForAll()) {
        general = Optional.of(found.get().code());
      }
      return found.get().code();
    }
    Sizes sizes = Sizes.of(known);
    Program equations = program.get();
    Pipelines.Optimized optimized = Pipelines.optimize(equations, options, sizes, hasLists);
    List<Pipeline.Timing> all = new ArrayList<>(optimized.timings());
    Made made = new Made(optimized.program(), optimized.scheduled());
    CompiledCode compilation = byMade.get(made);
    if (compilation == null) {
      CompiledCode fresh = Pipelines.compile(equations, optimized, targets, options, all);
      compilation = kept.map(there -> there.keep(fresh, known, !sizes.wereAsked())).orElse(fresh);
      timings.addAll(all);
      byMade.put(made, compilation);
    } else {
      compilation = compilation.retraced(optimized.pipeline().trace());
    }
    if (!sizes.wereAsked()) {
      general = Optional.of(compilation);
    }
    return compilation;
  }

  /// The values of the symbols that an input shows as an axis of their own.
  private Map<String, Long> sizes(Shapes shapes) {
    Map<String, Long> sizes = new LinkedHashMap<>();
    for (Signature.Input input : signature.inputs()) {
      Optional<Known> known = shapes.of(input);
      List<IndexExpr> extents = input.type().extents();
      if (known.isEmpty() || known.get().rank() != extents.size()) {
        continue; // the run refuses it
      }
      for (int axis = 0; axis < extents.size(); axis++) {
        OptionalLong extent = known.get().extents().get(axis);
        if (extents.get(axis) instanceof IndexExpr.Symbol(String symbol) && extent.isPresent()) {
          sizes.putIfAbsent(symbol, extent.getAsLong());
        }
      }
    }
    return sizes;
  }
}
