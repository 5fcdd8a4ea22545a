package org.einkorn.ir.verify;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Listing;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.ir.tensor.TensorType;

/// What rules look at: a program of either level and the facts collected from it.
sealed interface Subject {
  Signature signature();

  Facts facts();

  /// The names that extents may use.
  default List<String> symbols() {
    return signature().symbols();
  }

  /// A tensor that a program declares.
  record Declared(String name, TensorType type, Place place) {}

  /// The tensors that are no inputs, in order.
  List<Declared> results();

  /// The type under which this level sees a tensor of the signature.
  TensorType seen(TensorType type);

  /// The inputs, then the results.
  default List<Declared> tensors() {
    List<Declared> all = new ArrayList<>();
    for (Declared input : inputs(signature())) {
      all.add(new Declared(input.name(), seen(input.type()), input.place()));
    }
    all.addAll(results());
    return List.copyOf(all);
  }

  /// The types of all tensors; of two with one name, the first.
  default Map<String, TensorType> types() {
    Map<String, TensorType> types = new LinkedHashMap<>();
    tensors().forEach(tensor -> types.putIfAbsent(tensor.name(), tensor.type()));
    return types;
  }

  static List<Declared> inputs(Signature signature) {
    return signature.inputs().stream()
        .map(
            input ->
                new Declared(input.name(), input.type(), Place.of("input `" + input.name() + "`")))
        .toList();
  }

  /// A program of equations.
  record Equations(Program program, Facts facts) implements Subject {
    @Override
    public Signature signature() {
      return program.signature();
    }

    @Override
    public List<Declared> results() {
      return program.definitions().stream()
          .map(each -> new Declared(each.name(), each.type(), place(each)))
          .toList();
    }

    @Override
    public TensorType seen(TensorType type) {
      return type;
    }

    static Place place(Definition definition) {
      return new Place("`" + definition.name() + "`", definition.origin());
    }
  }

  /// A program of loop nests.
  record Nests(Module module, Facts facts, NestFacts nests) implements Subject {
    @Override
    public Signature signature() {
      return module.signature();
    }

    @Override
    public List<String> symbols() {
      return module.symbols();
    }

    @Override
    public List<Declared> results() {
      return module.buffers().stream()
          .map(each -> new Declared(each.name(), each.type(), place(each)))
          .toList();
    }

    /// With the outputs that are lists, which no buffer holds.
    @Override
    public Map<String, TensorType> types() {
      Map<String, TensorType> types = new LinkedHashMap<>(Subject.super.types());
      for (Listing listing : module.listings()) {
        for (Signature.Output output : signature().outputs()) {
          if (output.name().equals(listing.relation())) {
            types.putIfAbsent(output.name(), output.type());
          }
        }
      }
      return types;
    }

    @Override
    public TensorType seen(TensorType type) {
      return type.parts();
    }

    static Place place(Buffer buffer) {
      return Place.of("buffer `" + buffer.name() + "`");
    }
  }
}
