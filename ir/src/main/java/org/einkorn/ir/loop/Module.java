package org.einkorn.ir.loop;

import java.util.ArrayList;
import java.util.List;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.tensor.Signature;

/// A program as loop nests, run in order.
///
/// @param buffers outputs and temporaries: all global memory that is no input
/// @param repeats functions that run more than once, in order; no function is part of two
/// @param growths sizes of temporaries that nothing but the run itself shows
/// @param tupleCounts what there is to know of the relations that fixpoints derive
/// @param listings the outputs that no buffer holds
public record Module(
    String name,
    Signature signature,
    List<Buffer> buffers,
    List<Function> functions,
    List<Repeat> repeats,
    List<Growth> growths,
    List<TupleCount> tupleCounts,
    List<Listing> listings) {
  public Module {
    buffers = List.copyOf(buffers);
    functions = List.copyOf(functions);
    repeats = List.copyOf(repeats);
    growths = List.copyOf(growths);
    tupleCounts = List.copyOf(tupleCounts);
    listings = List.copyOf(listings);
  }

  /// A module in which every function runs once.
  public Module(String name, Signature signature, List<Buffer> buffers, List<Function> functions) {
    this(name, signature, buffers, functions, List.of(), List.of(), List.of(), List.of());
  }

  /// This module with other functions, of which some repeat as before: they have the same names.
  public Module withFunctions(List<Function> others) {
    return with(signature, buffers, others);
  }

  /// This module with other functions, of which others repeat.
  public Module withFunctions(List<Function> others, List<Repeat> repetitions) {
    return new Module(
        name, signature, buffers, others, repetitions, growths, tupleCounts, listings);
  }

  /// This module with another signature, other memory and other functions. Functions that repeat
  /// and memory that grows, counts or lists have the same names.
  public Module with(Signature others, List<Buffer> memory, List<Function> code) {
    return new Module(name, others, memory, code, repeats, growths, tupleCounts, listings);
  }

  /// All sizes: those that inputs fix, then those that grow.
  public List<String> symbols() {
    List<String> all = new ArrayList<>(signature.symbols());
    growths.forEach(growth -> all.add(growth.symbol()));
    return List.copyOf(all);
  }

  /// Whether the module itself needs a buffer: to end a repetition, for a size, a count or a list.
  public boolean isNamed(String buffer) {
    boolean[] isCounted = {false};
    Walk walk =
        Walk.ofScalars(
            part ->
                isCounted[0] |= part instanceof Scalar.Read read && read.tensor().equals(buffer));
    tupleCounts.forEach(count -> walk.visit(count.count()));
    return isCounted[0]
        || repeats.stream().anyMatch(repeat -> repeat.buffers().contains(buffer))
        || growths.stream().anyMatch(growth -> growth.buffer().equals(buffer))
        || listings.stream()
            .anyMatch(listing -> listing.tuples().equals(buffer) || listing.count().equals(buffer));
  }

  /// Whether an input, an output or global memory has this name.
  public boolean hasTensor(String tensor) {
    return signature.hasInput(tensor)
        || signature.hasOutput(tensor)
        || buffers.stream().anyMatch(buffer -> buffer.name().equals(tensor));
  }

  /// The place of a function.
  ///
  /// @throws IllegalArgumentException if there is none of this name
  public int placeOf(String function) {
    for (int place = 0; place < functions.size(); place++) {
      if (functions.get(place).name().equals(function)) {
        return place;
      }
    }
    throw new IllegalArgumentException("no function `" + function + "`");
  }

  /// All global memory: the inputs in order, then the buffers. Compiled code takes it in this
  /// order. A complex input is a buffer of its [parts][org.einkorn.ir.tensor.TensorType#parts].
  public List<Buffer> allBuffers() {
    List<Buffer> all = new ArrayList<>();
    for (Signature.Input input : signature.inputs()) {
      all.add(new Buffer(input.name(), input.type().parts(), Buffer.Scope.GLOBAL));
    }
    all.addAll(buffers);
    return List.copyOf(all);
  }
}
