package org.einkorn.runtime;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Objects;
import org.einkorn.runtime.io.TensorFiles;

/// Numbers of one type at the points of a rectangular grid, in memory that may be shared.
///
/// The memory is a [MemorySegment]: off-heap and 64-byte aligned where Einkorn allocates it,
/// anything that fits where the caller wraps it. Every element is aligned to its type (a complex
/// one to its parts), so that compiled code may read it directly. The tensor lives as long as the
/// arena of its segment; afterwards every access fails with E0539.
///
/// Views share the memory: what is written through one is seen through all. The methods here check
/// every index; they are for tests, glue and printing, not for inner loops.
public final class Tensor {
  /// Alignment in bytes of the memory that [#allocate] takes: a cache line, and the widest vector.
  public static final long ALIGNMENT_BYTES = 64;

  private final DType dtype;
  private final Layout layout;
  private final MemorySegment segment;
  private final boolean isContiguous;

  private Tensor(DType dtype, Layout layout, MemorySegment segment) {
    this.dtype = dtype;
    this.layout = layout;
    this.segment = segment;
    this.isContiguous = layout.isContiguous();
  }

  // Making tensors

  /// A tensor of zeros in new memory of the arena.
  ///
  /// @throws DataException E0530 or E0531 for an impossible shape, E0539 for an arena that is
  ///   closed or of another thread, E0541 where memory does not suffice
  public static Tensor allocate(Arena arena, DType dtype, long... extents) {
    return allocate(arena, dtype, Shape.of(extents));
  }

  /// A tensor of zeros in new memory of the arena.
  public static Tensor allocate(Arena arena, DType dtype, Shape shape) {
    Objects.requireNonNull(arena, "arena");
    Objects.requireNonNull(dtype, "dtype");
    return allocate(arena, dtype, Layout.rowMajor(shape));
  }

  /// A tensor of zeros in new memory of the arena that has just the elements of the layout.
  public static Tensor allocate(Arena arena, DType dtype, Layout layout) {
    Objects.requireNonNull(layout, "layout");
    long bytes = byteCount(dtype, layout);
    return new Tensor(dtype, layout, Allocation.allocate(arena, bytes, dtype, layout.shape()));
  }

  /// A tensor over memory that exists, without a copy.
  ///
  /// @throws DataException E0538 if the memory is too small or not aligned to the element type
  public static Tensor wrap(MemorySegment memory, DType dtype, Layout layout) {
    Objects.requireNonNull(memory, "memory");
    Objects.requireNonNull(dtype, "dtype");
    Objects.requireNonNull(layout, "layout");
    long needed = byteCount(dtype, layout);
    if (needed > memory.byteSize()) {
      throw DataException.of(DataFault.MEMORY_MISMATCH)
          .expected(needed + " bytes for " + dtype + " with " + layout)
          .found(memory.byteSize() + " bytes");
    }
    long alignment = dtype.isComplex() ? dtype.byteSize() / 2 : dtype.byteSize();
    if (memory.maxByteAlignment() < alignment || memory.address() % alignment != 0) {
      throw DataException.of(DataFault.MEMORY_MISMATCH)
          .expected("memory aligned to " + alignment + " bytes for " + dtype)
          .found("alignment " + memory.maxByteAlignment())
          .withHelp("copy the values with `Tensor.of(arena, values, extents)`");
    }
    return new Tensor(dtype, layout, memory);
  }

  /// A vector over the array itself.
  public static Tensor wrap(float[] values) {
    return wrap(values, (long) values.length);
  }

  /// An `f32` tensor over the array itself, row-major; no extents make a scalar.
  public static Tensor wrap(float[] values, long... extents) {
    return wrapAll(MemorySegment.ofArray(values), DType.F32, values.length, extents);
  }

  /// A vector over the array itself.
  public static Tensor wrap(double[] values) {
    return wrap(values, (long) values.length);
  }

  /// An `f64` tensor over the array itself, row-major.
  public static Tensor wrap(double[] values, long... extents) {
    return wrapAll(MemorySegment.ofArray(values), DType.F64, values.length, extents);
  }

  /// A vector over the array itself.
  public static Tensor wrap(int[] values) {
    return wrap(values, (long) values.length);
  }

  /// An `i32` tensor over the array itself, row-major.
  public static Tensor wrap(int[] values, long... extents) {
    return wrapAll(MemorySegment.ofArray(values), DType.I32, values.length, extents);
  }

  /// A vector over the array itself.
  public static Tensor wrap(long[] values) {
    return wrapAll(MemorySegment.ofArray(values), DType.I64, values.length, values.length);
  }

  /// An `i64` tensor over the array itself, row-major.
  public static Tensor wrap(long[] values, long... extents) {
    return wrapAll(MemorySegment.ofArray(values), DType.I64, values.length, extents);
  }

  /// An `f32` tensor over the buffer from its position to its limit, row-major.
  ///
  /// @throws DataException E0538 if the buffer is not in the byte order of this machine, or not
  ///   aligned
  public static Tensor wrap(FloatBuffer values, long... extents) {
    if (values.order() != ByteOrder.nativeOrder()) {
      throw DataException.of(DataFault.MEMORY_MISMATCH)
          .expected("a buffer in " + ByteOrder.nativeOrder() + " order")
          .found(values.order())
          .withHelp("make the buffer with `.order(ByteOrder.nativeOrder())`");
    }
    return wrapAll(MemorySegment.ofBuffer(values), DType.F32, values.remaining(), extents);
  }

  /// A copy of the values in new memory of the arena, row-major.
  public static Tensor of(Arena arena, float[] values, long... extents) {
    return wrap(values, extents).copy(arena);
  }

  /// A copy of the values in new memory of the arena, row-major.
  public static Tensor of(Arena arena, double[] values, long... extents) {
    return wrap(values, extents).copy(arena);
  }

  /// A copy of the values in new memory of the arena, row-major.
  public static Tensor of(Arena arena, int[] values, long... extents) {
    return wrap(values, extents).copy(arena);
  }

  /// A copy of the values in new memory of the arena, row-major.
  public static Tensor of(Arena arena, long[] values, long... extents) {
    return wrap(values, extents).copy(arena);
  }

  /// A copy of the values in new memory of the arena, row-major.
  public static Tensor of(Arena arena, boolean[] values, long... extents) {
    byte[] bytes = new byte[values.length];
    for (int n = 0; n < values.length; n++) {
      bytes[n] = (byte) (values[n] ? 1 : 0);
    }
    return wrapAll(MemorySegment.ofArray(bytes), DType.BOOL, values.length, extents).copy(arena);
  }

  /// A matrix with these rows.
  ///
  /// @throws DataException E0536 if the rows differ in length
  public static Tensor of(Arena arena, float[][] rows) {
    int columns = rows.length == 0 ? 0 : rows[0].length;
    Tensor result = allocate(arena, DType.F32, rows.length, columns);
    for (int row = 0; row < rows.length; row++) {
      if (rows[row].length != columns) {
        throw DataException.of(DataFault.SHAPE_MISMATCH)
            .expected("rows of " + columns + " numbers, as in row 0")
            .found(rows[row].length + " in row " + row);
      }
      MemorySegment.copy(
          rows[row], 0, result.segment, JAVA_FLOAT, (long) row * columns * Float.BYTES, columns);
    }
    return result;
  }

  /// One number without axes; it must fit the type as in [#set].
  public static Tensor scalar(Arena arena, DType dtype, double value) {
    Tensor result = allocate(arena, dtype);
    result.set(value);
    return result;
  }

  /// Reads a file; its name says the format (see [TensorFiles]).
  public static Tensor read(Arena arena, Path file) {
    Objects.requireNonNull(arena, "arena");
    Objects.requireNonNull(file, "file");
    return TensorFiles.read(arena, file);
  }

  /// Writes a file; its name says the format (see [TensorFiles]).
  public void write(Path file) {
    TensorFiles.write(this, Objects.requireNonNull(file, "file"));
  }

  private static Tensor wrapAll(MemorySegment memory, DType dtype, long count, long... extents) {
    Shape shape = Shape.of(extents);
    if (shape.elementCount() != count) {
      throw DataException.of(DataFault.SHAPE_MISMATCH)
          .expected(shape.elementCount() + " values for shape " + shape)
          .found(count);
    }
    return wrap(memory, dtype, Layout.rowMajor(shape));
  }

  private static long byteCount(DType dtype, Layout layout) {
    try {
      return Math.multiplyExact(layout.memoryElements(), dtype.byteSize());
    } catch (ArithmeticException overflow) {
      throw DataException.of(DataFault.SHAPE_OVERFLOW)
          .expected("fewer than 2^63 bytes")
          .found(layout.memoryElements() + " elements of " + dtype);
    }
  }

  // What it is

  public DType dtype() {
    return dtype;
  }

  public Shape shape() {
    return layout.shape();
  }

  public Layout layout() {
    return layout;
  }

  /// The memory; the element at index 0 is number `layout().offset()` of it, not always the first.
  public MemorySegment segment() {
    return segment;
  }

  public int rank() {
    return layout.rank();
  }

  public long extent(int axis) {
    return layout.shape().extent(axis);
  }

  public long elementCount() {
    return layout.shape().elementCount();
  }

  public boolean isContiguous() {
    return isContiguous;
  }

  /// Fails with E0539 if the memory is gone or belongs to another thread.
  public void ensureAccessible() {
    if (!segment.scope().isAlive()) {
      throw DataException.of(DataFault.MEMORY_CLOSED)
          .expected("an open arena")
          .found("the arena of this " + dtype + shape() + " is closed")
          .withHelp("use the tensor inside the try block of its arena, or copy it before");
    }
    if (!segment.isAccessibleBy(Thread.currentThread())) {
      throw DataException.of(DataFault.MEMORY_CLOSED)
          .expected("the thread that made the confined arena of this " + dtype + shape())
          .found("thread " + Thread.currentThread().getName())
          .withHelp("allocate from `Arena.ofShared()` or `Arena.ofAuto()`");
    }
  }

  // Elements

  /// The element as a double. An `i64` beyond 2^53 rounds to nearest; a Boolean is 0 or 1.
  ///
  /// @throws DataException E0532 or E0533 for a wrong index, E0534 if the type is complex
  public double getDouble(long... index) {
    if (dtype.isComplex()) {
      throw wrongType("a real type", "read it with `getReal` and `getImaginary`");
    }
    return getReal(index);
  }

  /// The real part of the element; all of it, unless the type is complex.
  public double getReal(long... index) {
    long number = layout.elementNumber(index);
    ensureAccessible();
    return Elements.getDouble(dtype, segment, number);
  }

  /// The imaginary part of the element; 0 unless the type is complex.
  public double getImaginary(long... index) {
    long number = layout.elementNumber(index);
    ensureAccessible();
    return Elements.getImaginary(dtype, segment, number);
  }

  /// The element of an integer or Boolean type.
  ///
  /// @throws DataException E0534 for any other type
  public long getLong(long... index) {
    if (!dtype.isInteger() && dtype != DType.BOOL) {
      throw wrongType("an integer type or bool", "read it with `getDouble`, or `cast` it first");
    }
    long number = layout.elementNumber(index);
    ensureAccessible();
    return Elements.getLong(dtype, segment, number);
  }

  /// The element of a Boolean tensor.
  public boolean getBoolean(long... index) {
    if (dtype != DType.BOOL) {
      throw wrongType("bool", "compare the value with 0, or `cast` the tensor to bool");
    }
    return getLong(index) != 0;
  }

  /// Stores a number. A float or complex type rounds it once to nearest; an integer or Boolean type
  /// must hold it exactly.
  ///
  /// @throws DataException E0535 if an integer type does not hold it, E0540 if the memory is
  ///   read-only or several indices share the element
  public void set(double value, long... index) {
    long number = writable(index);
    if (dtype.isFloat() || dtype.isComplex()) {
      Elements.setFloat(dtype, segment, number, value);
    } else if (value == Math.rint(value) && value >= -0x1p63 && value < 0x1p63) {
      Elements.setLong(dtype, segment, number, (long) value);
    } else {
      throw Elements.outOfRange(dtype, value);
    }
  }

  /// Stores a number, with the same rules as [#set] but exact for every `i64`.
  public void setLong(long value, long... index) {
    Elements.setLong(dtype, segment, writable(index), value);
  }

  /// Stores a complex number, each part rounded once.
  ///
  /// @throws DataException E0534 if the type is not complex
  public void setComplex(double real, double imaginary, long... index) {
    if (!dtype.isComplex()) {
      throw wrongType("c64 or c128", "store a real number with `set`");
    }
    Elements.setComplex(dtype, segment, writable(index), real, imaginary);
  }

  private long writable(long... index) {
    long number = layout.elementNumber(index);
    ensureAccessible();
    if (segment.isReadOnly()) {
      throw DataException.of(DataFault.READ_ONLY)
          .expected("memory that can be written")
          .found("a read-only segment")
          .withHelp("copy it first with `copy(arena)`");
    }
    for (int axis = 0; axis < rank(); axis++) {
      if (layout.stride(axis) == 0 && extent(axis) > 1) {
        throw DataException.of(DataFault.READ_ONLY)
            .expected("one element for each index")
            .found("axis " + axis + " repeats one element " + extent(axis) + " times")
            .withHelp("copy it first with `copy(arena)`");
      }
    }
    return number;
  }

  private DataException wrongType(String expected, String help) {
    return DataException.of(DataFault.WRONG_DTYPE)
        .expected(expected)
        .found(dtype + shape().toString())
        .withHelp(help);
  }

  // Views

  /// The view whose axis `n` is axis `axes[n]` of this tensor.
  public Tensor permute(int... axes) {
    return view(layout.permute(axes));
  }

  /// The view of positions `start, start + step, …` before `stop` (see [Layout#slice]).
  public Tensor slice(int axis, long start, long stop, long step) {
    return view(layout.slice(axis, start, stop, step));
  }

  /// The view at one position of an axis; that axis is gone.
  public Tensor select(int axis, long index) {
    return view(layout.select(axis, index));
  }

  /// The view that repeats axes of extent 1 and new leading axes.
  public Tensor broadcastTo(Shape shape) {
    return view(layout.broadcastTo(shape));
  }

  /// The view with another shape; only for a contiguous tensor.
  public Tensor reshape(long... extents) {
    return view(layout.reshape(Shape.of(extents)));
  }

  /// Whether an element of this tensor lies in the memory of one of the other. Tensors that
  /// interlock in a way that no larger tensor explains count as overlapping.
  public boolean overlaps(Tensor other) {
    return Overlap.of(this, other);
  }

  private Tensor view(Layout newLayout) {
    return new Tensor(dtype, newLayout, segment);
  }

  // Copies

  /// This tensor if it is contiguous, else a contiguous copy in the arena.
  public Tensor contiguous(Arena arena) {
    return isContiguous ? this : copy(arena);
  }

  /// A contiguous copy in the arena.
  public Tensor copy(Arena arena) {
    return cast(arena, dtype);
  }

  /// A contiguous copy in the arena with another element type.
  ///
  /// Float types round once, to nearest with ties to even; what is too large becomes an infinity,
  /// or NaN in f8e4m3. A float turns into an integer by truncation toward zero. To bool only 0 and
  /// 1 convert, from complex to real only numbers without an imaginary part.
  ///
  /// @throws DataException E0535 for a value that the new type does not hold
  public Tensor cast(Arena arena, DType target) {
    ensureAccessible();
    Tensor result = allocate(arena, target, shape());
    Casts.cast(dtype, layout, segment, target, result.segment);
    return result;
  }

  /// The elements in row-major order, each as [#getDouble] gives it.
  public double[] toDoubleArray() {
    if (dtype.isComplex()) {
      throw wrongType("a real type", "read it with `getReal` and `getImaginary`");
    }
    try (Arena arena = Arena.ofConfined()) {
      return cast(arena, DType.F64).segment.toArray(JAVA_DOUBLE);
    }
  }

  /// The elements in row-major order, rounded to `float`.
  public float[] toFloatArray() {
    if (dtype.isComplex()) {
      throw wrongType("a real type", "read it with `getReal` and `getImaginary`");
    }
    try (Arena arena = Arena.ofConfined()) {
      return cast(arena, DType.F32).segment.toArray(JAVA_FLOAT);
    }
  }

  /// The elements of an integer or Boolean tensor in row-major order.
  public long[] toLongArray() {
    if (!dtype.isInteger() && dtype != DType.BOOL) {
      throw wrongType("an integer type or bool", "read it with `toDoubleArray`");
    }
    try (Arena arena = Arena.ofConfined()) {
      return cast(arena, DType.I64).segment.toArray(JAVA_LONG);
    }
  }

  /// The elements as NumPy prints an array of them.
  @Override
  public String toString() {
    if (!segment.scope().isAlive() || !segment.isAccessibleBy(Thread.currentThread())) {
      return dtype + shape().toString() + " (memory not accessible)";
    }
    return NumpyText.print(this);
  }
}
