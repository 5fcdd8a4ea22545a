package org.einkorn.backend.jvm;

import java.util.Optional;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.runtime.DType;

/// The vectors that code may use.
///
/// @param bits the size of a vector register; 0 where there is no Vector API
record VectorMachine(int bits) {
  /// Code that runs everywhere.
  static final VectorMachine NONE = new VectorMachine(0);

  private static final String MODULE = "jdk.incubator.vector";

  VectorMachine {
    if (bits != 0 && bits != 128 && bits != 256 && bits != 512) {
      throw new IllegalArgumentException("no vectors of " + bits + " bits");
    }
  }

  /// What this process offers: the Vector API is there where the process was started with
  /// `--add-modules jdk.incubator.vector`.
  static VectorMachine detect() {
    Optional<Module> module = ModuleLayer.boot().findModule(MODULE);
    if (module.isEmpty()) {
      return NONE;
    }
    // By reflection, since this class has to load where the module is absent.
    Class<?> vectors = Class.forName(module.get(), MODULE + ".FloatVector");
    if (vectors == null) {
      return NONE;
    }
    try {
      Object species = vectors.getField("SPECIES_PREFERRED").get(null);
      Class<?> type = Class.forName(module.get(), MODULE + ".VectorSpecies");
      if (type == null) {
        return NONE;
      }
      int bits = (int) type.getMethod("vectorBitSize").invoke(species);
      return bits >= 128 && bits <= 512 ? new VectorMachine(bits) : NONE;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the Vector API is not the one of Java 25", e);
    }
  }

  boolean isPresent() {
    return bits > 0;
  }

  /// How many vectors an array of full vectors takes.
  int vectors(Buffer array) {
    return (int) (array.constantElements().orElseThrow() / lanes(array.type().dtype()));
  }

  /// How many elements of a type a vector holds.
  int lanes(DType type) {
    return bits / 8 / type.byteSize();
  }
}
