package org.einkorn.runtime;

import java.util.ArrayList;
import java.util.List;

/// How the elements of one tensor print: all of them in one width and one notation, chosen by
/// looking at every element that will be shown.
sealed interface ElementFormat {
  /// The padded text of an element.
  String format(Element element);

  /// An element on its way to text: `integer` for integer and Boolean types, else the two parts.
  record Element(DType dtype, long integer, double real, double imaginary) {
    /// The one element of a scalar tensor.
    static Element of(Tensor scalar) {
      DType dtype = scalar.dtype();
      if (dtype.isInteger() || dtype == DType.BOOL) {
        return new Element(dtype, scalar.getLong(), 0, 0);
      }
      return new Element(dtype, 0, scalar.getReal(), scalar.getImaginary());
    }
  }

  /// The format for these elements of a tensor with axes.
  static ElementFormat forElements(DType dtype, List<Element> elements) {
    return switch (dtype.kind()) {
      case BOOLEAN -> new Booleans();
      case INTEGER -> {
        int width = 0;
        for (Element element : elements) {
          width = Math.max(width, Long.toString(element.integer()).length());
        }
        yield new Integers(width);
      }
      case FLOAT -> new Floats(FloatFormat.of(dtype, reals(elements), false));
      case COMPLEX ->
          new Complexes(
              FloatFormat.of(partType(dtype), reals(elements), false),
              FloatFormat.of(partType(dtype), imaginaries(elements), true));
    };
  }

  /// The text of an element that stands alone: all its digits, no padding.
  static String scalar(Element element) {
    DType dtype = element.dtype();
    return switch (dtype.kind()) {
      case BOOLEAN -> element.integer() != 0 ? "True" : "False";
      case INTEGER -> Long.toString(element.integer());
      case FLOAT -> FloatFormat.scalar(dtype, element.real(), ".0");
      case COMPLEX -> {
        String imaginary = FloatFormat.scalar(partType(dtype), element.imaginary(), "") + "j";
        // A real part of +0 is left out; −0 is not.
        if (Double.doubleToRawLongBits(element.real()) == 0) {
          yield imaginary;
        }
        String sign = imaginary.startsWith("-") ? "" : "+";
        yield "("
            + FloatFormat.scalar(partType(dtype), element.real(), "")
            + sign
            + imaginary
            + ")";
      }
    };
  }

  private static DType partType(DType complex) {
    return complex == DType.C64 ? DType.F32 : DType.F64;
  }

  private static List<Double> reals(List<Element> elements) {
    List<Double> parts = new ArrayList<>(elements.size());
    elements.forEach(element -> parts.add(element.real()));
    return parts;
  }

  private static List<Double> imaginaries(List<Element> elements) {
    List<Double> parts = new ArrayList<>(elements.size());
    elements.forEach(element -> parts.add(element.imaginary()));
    return parts;
  }

  /// `True` and `False`, aligned to the right.
  record Booleans() implements ElementFormat {
    @Override
    public String format(Element element) {
      return element.integer() != 0 ? " True" : "False";
    }
  }

  /// Integers, aligned to the right.
  record Integers(int width) implements ElementFormat {
    @Override
    public String format(Element element) {
      String digits = Long.toString(element.integer());
      return " ".repeat(width - digits.length()) + digits;
    }
  }

  /// Floats, aligned at the decimal point.
  record Floats(FloatFormat part) implements ElementFormat {
    @Override
    public String format(Element element) {
      return part.format(element.real());
    }
  }

  /// Complex numbers, each part aligned by itself; the `j` stands before the padding.
  record Complexes(FloatFormat realPart, FloatFormat imaginaryPart) implements ElementFormat {
    @Override
    public String format(Element element) {
      String imaginary = imaginaryPart.format(element.imaginary());
      String digits = imaginary.stripTrailing();
      return realPart.format(element.real()) + digits + "j" + imaginary.substring(digits.length());
    }
  }
}
