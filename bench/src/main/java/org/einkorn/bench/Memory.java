package org.einkorn.bench;

import java.lang.foreign.MemorySegment;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.einkorn.runtime.Tensor;

/// Pointers of JavaCPP to the memory of tensors.
final class Memory {
  private Memory() {}

  private static final class Address extends Pointer {
    Address(long address) {
      this.address = address;
    }
  }

  static Pointer of(Tensor tensor) {
    return new Address(tensor.segment().address());
  }

  /// @param element where it begins
  static FloatPointer floats(Tensor tensor, long element) {
    return new FloatPointer(new Address(address(tensor, element)));
  }

  /// @param element where it begins
  static DoublePointer doubles(Tensor tensor, long element) {
    return new DoublePointer(new Address(address(tensor, element)));
  }

  private static long address(Tensor tensor, long element) {
    MemorySegment segment = tensor.segment();
    return segment.address() + element * tensor.dtype().byteSize();
  }
}
