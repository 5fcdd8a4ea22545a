package org.einkorn.runtime.exec;

import java.util.List;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.DataFault;
import org.einkorn.runtime.Tensor;

/// Reads the sizes off the data: solves the extents of the inputs for the symbols, and checks that
/// every axis of every input has the extent that the program says.
final class SymbolSolver {
  private final KernelModule module;
  private final Manifest manifest;

  SymbolSolver(KernelModule module) {
    this.module = module;
    this.manifest = module.manifest();
  }

  /// The value of each symbol, in the manifest's order.
  ///
  /// @param inputs one tensor for each input buffer, in order, of the right rank
  /// @param grown the sizes that grow, in order
  long[] solve(List<Tensor> inputs, long[] grown) {
    long[] symbols = new long[manifest.symbols().size()];
    int growing = 0;
    for (int number = 0; number < symbols.length; number++) {
      Manifest.SymbolSpec symbol = manifest.symbols().get(number);
      if (manifest.grows(symbol)) {
        symbols[number] = grown[growing++];
        continue;
      }
      long actual = inputs.get(symbol.buffer()).extent(symbol.axis());
      symbols[number] = solveAxis(symbol, number, actual, symbols);
    }
    check(inputs, symbols);
    return symbols;
  }

  /// The extent of the axis is linear in this symbol, given the symbols before it. Where its factor
  /// is 0, the axis fits any number, and 0 is taken: `H * D` without heads has no positions
  /// whatever `D` is.
  private long solveAxis(Manifest.SymbolSpec symbol, int number, long actual, long[] symbols) {
    symbols[number] = 0;
    long atZero = module.extent(symbol.buffer(), symbol.axis(), symbols);
    symbols[number] = 1;
    long slope = module.extent(symbol.buffer(), symbol.axis(), symbols) - atZero;
    if (slope == 0 && actual == atZero) {
      return 0;
    }
    if (slope == 0 || (actual - atZero) % slope != 0 || (actual - atZero) / slope < 0) {
      throw DataException.of(DataFault.SHAPE_MISMATCH)
          .at("axis " + symbol.axis() + " of `" + name(symbol.buffer()) + "`")
          .expected(atZero + " + " + slope + " × `" + symbol.name() + "` positions")
          .found(actual);
    }
    return (actual - atZero) / slope;
  }

  private void check(List<Tensor> inputs, long[] symbols) {
    for (int buffer = 0; buffer < inputs.size(); buffer++) {
      Tensor tensor = inputs.get(buffer);
      for (int axis = 0; axis < tensor.rank(); axis++) {
        long expected = module.extent(buffer, axis, symbols);
        if (tensor.extent(axis) != expected) {
          throw DataException.of(DataFault.SHAPE_MISMATCH)
              .at("axis " + axis + " of `" + name(buffer) + "`")
              .expected(expected + reason(buffer, axis))
              .found(tensor.extent(axis) + ", shape " + tensor.shape());
        }
      }
    }
  }

  /// Which other input fixed the size, so that both sides of a disagreement are shown.
  private String reason(int buffer, int axis) {
    StringBuilder text = new StringBuilder();
    for (Manifest.SymbolSpec symbol : manifest.symbols()) {
      if (symbol.buffer() != buffer || symbol.axis() != axis) {
        long[] probe = new long[manifest.symbols().size()];
        long before = module.extent(buffer, axis, probe);
        probe[manifest.symbols().indexOf(symbol)] = 1;
        if (module.extent(buffer, axis, probe) != before) {
          text.append(", as axis ")
              .append(symbol.axis())
              .append(" of `")
              .append(name(symbol.buffer()))
              .append("` fixes `")
              .append(symbol.name())
              .append('`');
        }
      }
    }
    return text.toString();
  }

  private String name(int buffer) {
    return manifest.buffers().get(buffer).name();
  }
}
