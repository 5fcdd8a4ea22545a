package org.einkorn.ir.target;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.einkorn.ir.expr.IndexEvaluator;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Fetches;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Growth;
import org.einkorn.ir.loop.Listing;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Repeat;
import org.einkorn.ir.tensor.Binder;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.ir.text.ExprPrinter;
import org.einkorn.runtime.exec.Manifest;

/// What every backend needs to know of a module beside its loops.
public final class ModuleFacts {
  private final String name;
  private final Signature signature;
  private final List<Buffer> buffers;
  private final List<FunctionFacts> functions;
  private final List<Manifest.RepeatSpec> repeats;
  private final List<Growth> growths;
  private final List<Listing> listings;
  private final Map<String, Integer> symbolNumbers = new HashMap<>();
  private final Manifest manifest;

  /// What a caller needs to know of one function.
  ///
  /// @param fetches the fetches of its body in text order: the sites of traps
  /// @param steps for each of its steps the names of the global buffers that live in it
  public record FunctionFacts(
      String name,
      IndexExpr parallelExtent,
      List<IndexExpr.Fetch> fetches,
      List<Set<String>> steps) {
    public FunctionFacts {
      steps = steps.stream().map(Set::copyOf).toList();
      fetches = List.copyOf(fetches);
    }
  }

  private ModuleFacts(
      String name,
      Signature signature,
      List<Buffer> buffers,
      List<FunctionFacts> functions,
      List<Manifest.RepeatSpec> repeats,
      List<Growth> growths,
      List<Listing> listings) {
    this.name = name;
    this.growths = List.copyOf(growths);
    this.listings = List.copyOf(listings);
    this.repeats = List.copyOf(repeats);
    this.signature = signature;
    this.buffers = List.copyOf(buffers);
    this.functions = List.copyOf(functions);
    for (String symbol : signature.symbols()) {
      symbolNumbers.put(symbol, symbolNumbers.size());
    }
    growths.forEach(growth -> symbolNumbers.put(growth.symbol(), symbolNumbers.size()));
    this.manifest = makeManifest(growths);
  }

  public static ModuleFacts of(Module module) {
    List<Buffer> buffers = module.allBuffers();
    List<FunctionFacts> functions = new ArrayList<>();
    FunctionSteps steps =
        new FunctionSteps(buffers.stream().collect(Collectors.toMap(Buffer::name, each -> each)));
    for (Function function : module.functions()) {
      functions.add(
          new FunctionFacts(
              function.name(),
              function.parallelExtent(),
              Fetches.of(function.body()),
              withEnd(steps.of(function), function, module.repeats())));
    }
    List<Manifest.RepeatSpec> repeats =
        module.repeats().stream().map(repeat -> spec(module, repeat, buffers)).toList();
    return new ModuleFacts(
        module.name(),
        module.signature(),
        buffers,
        functions,
        repeats,
        module.growths(),
        module.listings());
  }

  /// The steps of a function, the first of which touches what ends the rounds that it begins.
  private static List<Set<String>> withEnd(
      List<Set<String>> steps, Function function, List<Repeat> repeats) {
    for (Repeat repeat : repeats) {
      if (repeat.first().equals(function.name())) {
        steps.getFirst().addAll(repeat.buffers());
      }
    }
    return steps;
  }

  private static Manifest.RepeatSpec spec(Module module, Repeat repeat, List<Buffer> buffers) {
    int first = module.placeOf(repeat.first());
    List<String> names = buffers.stream().map(Buffer::name).toList();
    return new Manifest.RepeatSpec(
        first,
        repeat.test().map(module::placeOf).orElse(first - 1),
        module.placeOf(repeat.last()),
        repeat.until().map(names::indexOf).orElse(-1),
        repeat.limit().map(names::indexOf).orElse(-1));
  }

  /// The facts of a program that is run in another form than loops.
  ///
  /// @param buffers all global memory, inputs first
  public static ModuleFacts of(
      String name, Signature signature, List<Buffer> buffers, List<FunctionFacts> functions) {
    return new ModuleFacts(name, signature, buffers, functions, List.of(), List.of(), List.of());
  }

  /// All that facts are made of, to be kept.
  public record Parts(
      String name,
      Signature signature,
      List<Buffer> buffers,
      List<FunctionFacts> functions,
      List<Manifest.RepeatSpec> repeats,
      List<Growth> growths,
      List<Listing> listings) {
    public Parts {
      buffers = List.copyOf(buffers);
      functions = List.copyOf(functions);
      repeats = List.copyOf(repeats);
      growths = List.copyOf(growths);
      listings = List.copyOf(listings);
    }

    /// The facts.
    public ModuleFacts facts() {
      return new ModuleFacts(name, signature, buffers, functions, repeats, growths, listings);
    }
  }

  /// What these facts are made of.
  public Parts parts() {
    return new Parts(name, signature, buffers, functions, repeats, growths, listings);
  }

  /// All global memory, inputs first.
  public List<Buffer> buffers() {
    return buffers;
  }

  /// How many functions there are.
  public int functionCount() {
    return functions.size();
  }

  public Manifest manifest() {
    return manifest;
  }

  /// The steps that a function takes, among those of the program.
  public Manifest.Steps stepsOf(int function) {
    int first = 0;
    for (FunctionFacts before : functions.subList(0, function)) {
      first += before.steps().size();
    }
    return new Manifest.Steps(first, first + functions.get(function).steps().size() - 1);
  }

  /// The extent of one axis of a buffer, for the given values of the symbols.
  public long extent(int buffer, int axis, long[] symbols) {
    return evaluate(buffers.get(buffer).type().extents().get(axis), symbols);
  }

  /// The trip count of a function's outermost parallel loop, or 1.
  public long parallelExtent(int function, long[] symbols) {
    return evaluate(functions.get(function).parallelExtent(), symbols);
  }

  private long evaluate(IndexExpr expr, long[] symbols) {
    return IndexEvaluator.extent(
        expr,
        name -> {
          Integer number = symbolNumbers.get(name);
          if (number == null) {
            throw new IllegalStateException("the symbol `" + name + "` is not declared");
          }
          return symbols[number];
        });
  }

  private Manifest makeManifest(List<Growth> growths) {
    List<Manifest.SymbolSpec> symbols = new ArrayList<>();
    for (String symbol : signature.symbols()) {
      symbols.add(binderOf(symbol));
    }
    List<String> names = buffers.stream().map(Buffer::name).toList();
    growths.forEach(
        growth ->
            symbols.add(
                new Manifest.SymbolSpec(growth.symbol(), names.indexOf(growth.buffer()), 0)));
    LiveRanges live =
        LiveRanges.of(
            functions.stream().flatMap(function -> function.steps().stream()).toList(),
            repeats.stream()
                .map(
                    repeat ->
                        new Manifest.Steps(
                            stepsOf(repeat.first()).first(), stepsOf(repeat.last()).last()))
                .toList(),
            keptToTheEnd());
    List<Manifest.BufferSpec> specs = new ArrayList<>();
    for (Signature.Input input : signature.inputs()) {
      specs.add(spec(signature, input, live.all()));
    }
    Map<String, Signature.Output> outputs = new HashMap<>();
    signature.outputs().forEach(output -> outputs.put(output.name(), output));
    for (Buffer buffer : buffers.subList(signature.inputs().size(), buffers.size())) {
      Optional<Signature.Output> output = Optional.ofNullable(outputs.get(buffer.name()));
      // A caller sees complex numbers where loops see their parts.
      TensorType type = output.map(Signature.Output::type).orElse(buffer.type());
      specs.add(
          new Manifest.BufferSpec(
              output.isPresent() ? Manifest.Role.OUTPUT : Manifest.Role.TEMPORARY,
              buffer.name(),
              type.dtype(),
              type.rank(),
              live.of(buffer.name()),
              output.flatMap(Signature.Output::file),
              output.map(made -> FileContents.of(signature, made)).orElse(Manifest.Content.PLAIN)));
    }
    List<Manifest.FunctionSpec> functionSpecs = new ArrayList<>();
    for (FunctionFacts function : functions) {
      List<Manifest.FetchSpec> fetches = new ArrayList<>();
      for (IndexExpr.Fetch fetch : function.fetches()) {
        fetches.add(
            new Manifest.FetchSpec(
                ExprPrinter.print(fetch.source()), fetch.tensor(), fetch.axis()));
      }
      functionSpecs.add(new Manifest.FunctionSpec(function.name(), fetches));
    }
    List<Manifest.QuerySpec> queries =
        signature.queries().stream()
            .map(query -> new Manifest.QuerySpec(query.text(), query.name(), query.labels()))
            .toList();
    List<Manifest.ListingSpec> lists =
        listings.stream().map(listing -> spec(listing, outputs, names)).toList();
    return new Manifest(name, symbols, specs, functionSpecs, repeats, queries, lists);
  }

  private Manifest.ListingSpec spec(
      Listing listing, Map<String, Signature.Output> outputs, List<String> names) {
    Signature.Output output = Objects.requireNonNull(outputs.get(listing.relation()));
    return new Manifest.ListingSpec(
        output.name(),
        names.indexOf(listing.tuples()),
        names.indexOf(listing.count()),
        output.file(),
        FileContents.ofListing(signature, output));
  }

  private static Manifest.BufferSpec spec(
      Signature signature, Signature.Input input, Manifest.Steps live) {
    Manifest.Role role =
        switch (input.role()) {
          case INPUT -> Manifest.Role.INPUT;
          case PARAM -> Manifest.Role.PARAM;
        };
    return new Manifest.BufferSpec(
        role,
        input.name(),
        input.type().dtype(),
        input.type().rank(),
        live,
        input.file(),
        FileContents.of(signature, input));
  }

  /// What a program takes, as far as it is needed to read it.
  public static Manifest inputsOf(Signature signature) {
    Manifest.Steps live = new Manifest.Steps(0, 0);
    return new Manifest(
        "",
        List.of(),
        signature.inputs().stream().map(input -> spec(signature, input, live)).toList(),
        List.of(),
        List.of(),
        List.of());
  }

  /// The buffers that hold something of use when all is done.
  private Set<String> keptToTheEnd() {
    Set<String> kept = new HashSet<>();
    signature.outputs().forEach(output -> kept.add(output.name()));
    for (Listing listing : listings) {
      kept.add(listing.tuples());
      kept.add(listing.count());
    }
    return kept;
  }

  private Manifest.SymbolSpec binderOf(String symbol) {
    Binder binder =
        Binder.of(signature, symbol)
            .orElseThrow(
                () ->
                    new IllegalStateException("no input has an axis that shows `" + symbol + "`"));
    return new Manifest.SymbolSpec(symbol, binder.input(), binder.axis());
  }
}
