package org.einkorn.ir.loop;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.einkorn.runtime.DType;

/// The tiles that a warp of a GPU multiplies by one instruction: m rows and k columns by k rows and
/// n columns, added to m rows and n columns.
///
/// The instruction is `mma.sync.aligned` of PTX (PTX ISA 9.2, section 9.7.14.5, "Matrix Fragments
/// for mma" and "Multiply-and-Accumulate Instruction: mma"). In each shape of this table a lane of
/// the warp holds the elements of the sum in the rows `8 * r + lane floordiv 4` and the columns `2
/// * (lane mod 4) + s`, for each r below m / 8 and each s below 2.
public enum MmaShape {
  /// Sums of f64. Products and sums are as precise as those of `fma.rn.f64`.
  M8N8K4(8, 8, 4),
  /// Sums of f32. Products of f16 are exact in f32, and so are those of bf16 within its range; sums
  /// are made in f32 at least. In which order they are made, how they round, and what becomes of
  /// factors that are subnormal, PTX leaves open.
  M16N8K16(16, 8, 16),
  /// Sums of i32, which are exact, and wrap around where they leave i32.
  M16N8K32(16, 8, 32);

  /// Lanes of a warp.
  public static final int LANES = 32;

  /// Lanes that hold elements of one row.
  public static final int LANES_OF_ROW = 4;

  /// Elements of a row that a lane holds, side by side.
  public static final int COLUMNS_OF_LANE = 2;

  /// Rows that a warp holds an element of in each of its registers.
  private static final int ROWS_AT_ONCE = LANES / LANES_OF_ROW;

  private final int rows;
  private final int columns;
  private final int rounds;

  MmaShape(int rows, int columns, int rounds) {
    this.rows = rows;
    this.columns = columns;
    this.rounds = rounds;
  }

  /// What is multiplied and added.
  ///
  /// @param left the type of the factor with m rows
  /// @param right the type of the factor with n columns
  /// @param sum the type of the sums, before and after
  public record Operands(DType left, DType right, DType sum) {
    /// `f32 + f16 · f16`
    public String text() {
      return "%s + %s · %s".formatted(sum.text(), left.text(), right.text());
    }
  }

  /// The compute capability from which on GPUs have all of these shapes.
  public static final int LEAST_CAPABILITY = 80;

  /// `m16n8k16`
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Optional<MmaShape> named(String text) {
    return Arrays.stream(values()).filter(shape -> shape.text().equals(text)).findFirst();
  }

  /// "`m8n8k4`, `m16n8k16`, …"
  public static String names() {
    return Arrays.stream(values())
        .map(shape -> "`" + shape.text() + "`")
        .collect(Collectors.joining(", "));
  }

  /// The shape for factors and sums of these types.
  public static Optional<MmaShape> of(Operands operands) {
    return Arrays.stream(values()).filter(shape -> shape.operands().contains(operands)).findFirst();
  }

  /// Rows of the sum, m.
  public int rows() {
    return rows;
  }

  /// Columns of the sum, n.
  public int columns() {
    return columns;
  }

  /// Products that are added to each element, k.
  public int rounds() {
    return rounds;
  }

  /// What it is for.
  public List<Operands> operands() {
    return switch (this) {
      case M8N8K4 -> List.of(new Operands(DType.F64, DType.F64, DType.F64));
      case M16N8K16 ->
          List.of(
              new Operands(DType.F16, DType.F16, DType.F32),
              new Operands(DType.BF16, DType.BF16, DType.F32));
      case M16N8K32 ->
          List.of(
              new Operands(DType.U8, DType.U8, DType.I32),
              new Operands(DType.U8, DType.I8, DType.I32),
              new Operands(DType.I8, DType.U8, DType.I32),
              new Operands(DType.I8, DType.I8, DType.I32));
    };
  }

  /// In how many rows a lane holds elements: how far `r` counts.
  public int rowsOfLane() {
    return rows / ROWS_AT_ONCE;
  }

  /// The instruction in PTX, without its registers:
  /// `mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32`.
  public String instruction(Operands types) {
    return "mma.sync.aligned.%s.row.col.%s.%s.%s.%s"
        .formatted(
            text(), ptx(types.sum()), ptx(types.left()), ptx(types.right()), ptx(types.sum()));
  }

  private static String ptx(DType type) {
    return type.isInteger() && type != DType.U8 ? "s" + type.text().substring(1) : type.text();
  }

  /// All shapes, each with its sums and factors: "`m8n8k4` for f64 + f64 · f64, …".
  public static String table() {
    return Arrays.stream(values())
        .map(
            shape ->
                "`%s` for %s"
                    .formatted(
                        shape.text(),
                        shape.operands().stream()
                            .map(Operands::text)
                            .collect(Collectors.joining(" or "))))
        .collect(Collectors.joining(", "));
  }
}
