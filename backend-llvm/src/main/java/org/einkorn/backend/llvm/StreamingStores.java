package org.einkorn.backend.llvm;

import java.util.List;
import java.util.OptionalLong;
import org.einkorn.backend.llvm.binding.Builder;
import org.einkorn.backend.llvm.binding.Comparison;
import org.einkorn.backend.llvm.binding.Value;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Usage;

/// Stores vectors past the caches.
///
/// A store reads the line that it stores to before it changes it, and puts something else out of a
/// cache. For a tensor that is larger than what a core has of the caches, and that a function
/// stores and does not read, both are of no use: without them a third less is moved where as much
/// is stored as read.
///
/// The instructions want addresses that are multiples of a vector. Whether they are is asked where
/// the vectors are stored, since it depends on the caller's memory and on the length of rows; where
/// they are not, stores are as always. What they store is seen by other threads in no certain order
/// until there was a fence, which stands before each end of the function.
final class StreamingStores {
  /// More than a core has of the last cache of most CPUs, which all of its cores share.
  private static final long LEAST_BYTES = 8 << 20;

  private static final int LINE_BYTES = 64;

  /// No instruction stores fewer lanes so.
  private static final int LEAST_VECTOR_BYTES = 16;

  private final Code code;
  private final Builder builder;
  private final Control control;

  /// A vector that is stored.
  record Lanes(Value address, Value value) {}

  StreamingStores(Code code, Control control) {
    this.code = code;
    this.builder = code.builder;
    this.control = control;
  }

  /// Whether a function should store so to a tensor that is not its own.
  static boolean isWorth(Buffer buffer, Usage usage, CpuTraits traits) {
    OptionalLong elements = buffer.constantElements();
    return traits.hasStreamingStores()
        && usage.writes(buffer.name())
        && !usage.reads(buffer.name())
        && elements.isPresent()
        && elements.getAsLong() >= LEAST_BYTES / buffer.type().dtype().byteSize();
  }

  /// Stores vectors that lie side by side: past the caches where they are whole lines, since one of
  /// which a part is stored is read first.
  ///
  /// @param bytes of each vector
  void write(List<Lanes> vectors, int bytes, int elementBytes) {
    if (bytes < LEAST_VECTOR_BYTES || vectors.size() * bytes % LINE_BYTES != 0) {
      vectors.forEach(each -> builder.store(each.value, each.address, elementBytes));
      return;
    }
    Value first = builder.number(vectors.getFirst().address, code.i64);
    Value isAligned =
        builder.compare(
            Comparison.EQUAL, builder.and(first, code.i64(LINE_BYTES - 1L)), code.i64(0));
    control.choose(
        isAligned,
        () -> vectors.forEach(each -> builder.stream(each.value, each.address, bytes)),
        () -> vectors.forEach(each -> builder.store(each.value, each.address, elementBytes)));
  }
}
