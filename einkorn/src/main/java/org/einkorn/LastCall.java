package org.einkorn;

import org.einkorn.runtime.DType;
import org.einkorn.runtime.Layout;
import org.einkorn.runtime.Shape;
import org.einkorn.runtime.Tensor;

/// What a call found that holds for the next one with tensors of the same types and layouts, as
/// most calls have: to look a kind of call up costs more than a small kernel takes.
///
/// @param types the type of each tensor
/// @param layouts how each lies
/// @param found what the call found
record LastCall<T>(DType[] types, Layout[] layouts, T found) {
  static <T> LastCall<T> of(Tensor[] tensors, T found) {
    DType[] types = new DType[tensors.length];
    Layout[] layouts = new Layout[tensors.length];
    for (int number = 0; number < tensors.length; number++) {
      types[number] = tensors[number].dtype();
      layouts[number] = tensors[number].layout();
    }
    return new LastCall<>(types, layouts, found);
  }

  /// Whether tensors are of these types and layouts.
  boolean fits(Tensor[] tensors) {
    if (tensors.length != types.length) {
      return false;
    }
    for (int number = 0; number < types.length; number++) {
      Tensor tensor = tensors[number];
      if (tensor.dtype() != types[number] || !isSame(tensor.layout(), layouts[number])) {
        return false;
      }
    }
    return true;
  }

  private static boolean isSame(Layout one, Layout other) {
    if (one == other) {
      return true;
    }
    Shape shape = one.shape();
    if (one.offset() != other.offset() || !shape.equals(other.shape())) {
      return false;
    }
    for (int axis = 0; axis < shape.rank(); axis++) {
      if (one.stride(axis) != other.stride(axis)) {
        return false;
      }
    }
    return true;
  }
}
