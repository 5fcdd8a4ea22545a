package org.einkorn;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.einkorn.frontend.Known;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.passes.layout.InPlace;
import org.einkorn.passes.layout.Storage;
import org.einkorn.runtime.Tensor;

/// The inputs of a program that are bound to views, by name, and how each lies in memory.
record Views(Map<String, Storage> storages) {
  static final Views NONE = new Views(Map.of());

  Views {
    storages = Map.copyOf(storages);
  }

  /// Those of the tensors that are not row-major.
  static Views of(Map<String, Tensor> bound) {
    Map<String, Storage> found = new LinkedHashMap<>();
    bound.forEach(
        (name, tensor) -> {
          Storage storage = Storage.of(tensor.layout());
          if (!(storage instanceof Storage.Dense)) {
            found.put(name, storage);
          }
        });
    return new Views(found);
  }

  /// Whether code that reads them in place is for their sizes only.
  boolean fixSizes() {
    return storages.values().stream()
        .anyMatch(
            storage ->
                switch (storage) {
                  case Storage.Dense _ -> false;
                  case Storage.Permuted(List<Storage.Place> places, int rank) ->
                      rank < places.size();
                  case Storage.Strided _ -> true;
                });
  }

  /// Those that a program can read in place; the run copies, or refuses, the others. What is an
  /// output too must be row-major, and what is converted is copied without what lies between.
  ///
  /// @param inputs what is known of the tensors
  Views within(Signature signature, Map<String, Known> inputs) {
    Map<String, Storage> found = new LinkedHashMap<>();
    for (Signature.Input input : signature.inputs()) {
      Storage storage = storages.get(input.name());
      boolean isOutput = signature.hasOutput(input.name());
      if (storage != null
          && !isOutput
          && !isConvertedSpread(storage, input, inputs)
          && fits(storage, input.type().extents())) {
        found.put(input.name(), storage);
      }
    }
    return new Views(found);
  }

  private static boolean isConvertedSpread(
      Storage storage, Signature.Input input, Map<String, Known> inputs) {
    Known known = inputs.get(input.name());
    return storage instanceof Storage.Strided strided
        && known != null
        && known.dtype() != input.type().dtype()
        && strided.elements()
            > known.extents().stream()
                .mapToLong(extent -> extent.orElse(1))
                .reduce(1, (a, b) -> a * b);
  }

  private static boolean fits(Storage storage, List<IndexExpr> extents) {
    int rank =
        switch (storage) {
          case Storage.Dense _ -> extents.size();
          case Storage.Permuted(List<Storage.Place> places, _) -> places.size();
          case Storage.Strided(List<Long> strides, _, _) -> strides.size();
        };
    if (rank != extents.size()) {
      return false;
    }
    for (int axis = 0; axis < rank; axis++) {
      if (storage.fixesExtent(axis) && !(extents.get(axis) instanceof IndexExpr.Constant)) {
        return false;
      }
    }
    return true;
  }

  Program rewrite(Program program) {
    return InPlace.of(program, storages);
  }

  /// The tensors that code reads.
  Map<String, Tensor> memory(Map<String, Tensor> bound) {
    Map<String, Tensor> memory = new LinkedHashMap<>(bound);
    storages.forEach((name, storage) -> memory.computeIfPresent(name, (_, t) -> storage.memory(t)));
    return memory;
  }

  /// What is known of the tensors that code reads.
  Map<String, Known> known(Map<String, Tensor> bound) {
    Map<String, Known> known = new LinkedHashMap<>();
    memory(bound)
        .forEach((name, tensor) -> known.put(name, Known.of(tensor.dtype(), tensor.shape())));
    return known;
  }
}
