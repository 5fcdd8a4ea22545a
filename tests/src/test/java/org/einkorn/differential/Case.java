package org.einkorn.differential;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.ir.text.TensorPrinter;

/// A program and the data it is run on.
///
/// @param choices decides what is random about its runs, such as which loops become vectors
record Case(Program program, SequencedMap<String, Data> inputs, long choices) {
  Case {
    inputs = new LinkedHashMap<>(inputs);
  }

  Case with(Program other, SequencedMap<String, Data> data) {
    return new Case(other, data, choices);
  }

  /// The sizes that the inputs give the symbols.
  Map<String, Long> sizes() {
    Map<String, Long> sizes = new LinkedHashMap<>();
    for (Signature.Input input : program.signature().inputs()) {
      Data data = inputs.get(input.name());
      List<IndexExpr> extents = input.type().extents();
      for (int axis = 0; data != null && axis < extents.size(); axis++) {
        long extent = data.extents()[axis];
        switch (extents.get(axis)) {
          case IndexExpr.Symbol(String name) -> sizes.putIfAbsent(name, extent);
          case IndexExpr.Sum(IndexExpr.Symbol(String name), IndexExpr.Constant(long more)) ->
              sizes.putIfAbsent(name, extent - more);
          default -> {}
        }
      }
    }
    return sizes;
  }

  long[] symbolValues() {
    Map<String, Long> sizes = sizes();
    return program.signature().symbols().stream()
        .mapToLong(symbol -> sizes.getOrDefault(symbol, 0L))
        .toArray();
  }

  /// The program as IR text, and the data.
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(TensorPrinter.print(program)).append('\n');
    inputs.forEach((name, data) -> text.append(name).append(": ").append(data).append('\n'));
    return text.toString();
  }
}
