package org.einkorn.runtime.io;

import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.DataFault;
import org.einkorn.runtime.Shape;
import org.einkorn.runtime.Tensor;
import org.einkorn.runtime.Tuples;

/// The tuples of a relation as text: what a file has in its lines and columns.
///
/// A program says what a column means: labels, whose numbers it decides, or positions. [#tuples]
/// then makes the list of positions. Immutable; safe to use from many threads at once.
public final class Relation {
  private final Object place;
  private final int firstLine;
  private final int columns;
  private final long rows;
  private final int[] cells;
  private final TextPool texts;
  private final Optional<Entries> entries;

  /// What a file of numbers has beside the positions.
  ///
  /// @param extents those that the file says, one for each column
  /// @param values for each tuple the number of the text of its value
  record Entries(List<Long> extents, int[] values) {
    Entries {
      extents = List.copyOf(extents);
    }
  }

  Relation(
      Object place,
      int firstLine,
      int columns,
      int[] cells,
      TextPool texts,
      Optional<Entries> entries) {
    this.place = place;
    this.firstLine = firstLine;
    this.columns = columns;
    this.rows = columns == 0 ? 0 : cells.length / columns;
    this.cells = cells;
    this.texts = texts;
    this.entries = entries;
  }

  /// Reads a file; the end of its name says how: `.csv` and `.tsv` have one tuple a line, `.txt` is
  /// a text whose tuples are a position and the word there, `.mtx` is a sparse matrix.
  ///
  /// @throws DataException as [TensorFiles#read], and E0524 and E0526
  public static Relation read(Path file) {
    return RelationReader.read(file);
  }

  /// A relation at hand.
  ///
  /// @param tuples each with the texts of its columns, as many in each
  /// @throws IllegalArgumentException for tuples of several lengths
  public static Relation of(List<? extends List<String>> tuples) {
    int columns = tuples.isEmpty() ? 0 : tuples.getFirst().size();
    int[] cells = new int[Math.multiplyExact(tuples.size(), columns)];
    TextPool texts = new TextPool();
    int at = 0;
    for (List<String> tuple : tuples) {
      if (tuple.size() != columns) {
        throw new IllegalArgumentException(
            "tuples of " + columns + " and of " + tuple.size() + " columns");
      }
      for (String text : tuple) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        cells[at++] = texts.add(bytes, 0, bytes.length);
      }
    }
    return new Relation("the relation", 1, columns, cells, texts, Optional.empty());
  }

  /// The relation that a tensor is: of truth values the positions of those that are true, of
  /// integers the tuples in its rows.
  ///
  /// @throws DataException E0533 or E0534 for a tensor that is neither
  public static Relation of(Tensor tensor) {
    return RelationOfTensor.of(tensor);
  }

  /// How many columns there are; 0 in an empty relation, which may have any number.
  public int columns() {
    return columns;
  }

  /// How many tuples there are, those that occur again counted again.
  public long rows() {
    return rows;
  }

  /// What a column holds.
  public sealed interface Column {
    /// Labels, which get positions in order of first appearance.
    record Labels(Vocabulary vocabulary) implements Column {}

    /// Positions that are to be less than the extent.
    ///
    /// @param reason why the extent is what it is, for messages; may be empty
    record Below(long extent, String reason) implements Column {}

    /// Positions that decide how long the axis is.
    record Counted(Extent extent) implements Column {}
  }

  /// How long an axis is, as far as data have shown.
  public static final class Extent {
    private long value;

    /// @param least what it is at least
    public Extent(long least) {
      value = least;
    }

    void include(long position) {
      value = Math.max(value, position + 1);
    }

    /// The largest position so far and 1.
    public long value() {
      return value;
    }
  }

  /// The tuples as positions, `i64[tuples, columns]`.
  ///
  /// @param arena owns the result
  /// @param meaning one for each column
  /// @param isSet whether the tuples are put into order and each is kept once; else they stay as
  ///   they are
  /// @throws DataException E0524 for another number of columns, E0525 and E0550 for a cell that is
  ///   no position
  public Tensor tuples(Arena arena, List<Column> meaning, boolean isSet) {
    int width = meaning.size();
    if (rows > 0 && columns != width) {
      throw wrongColumns(0, width, columns);
    }
    includeExtents(meaning);
    long[] positions = positions(meaning);
    long[] kept = isSet ? Tuples.distinct(positions, width) : positions;
    Tensor result =
        Tensor.allocate(arena, DType.I64, Shape.of(width == 0 ? 0 : kept.length / width, width));
    java.lang.foreign.MemorySegment.copy(
        kept, 0, result.segment(), java.lang.foreign.ValueLayout.JAVA_LONG, 0, kept.length);
    return result;
  }

  private void includeExtents(List<Column> meaning) {
    for (int column = 0; column < meaning.size() && entries.isPresent(); column++) {
      long said = entries.get().extents().get(column);
      switch (meaning.get(column)) {
        case Column.Counted(Extent extent) -> extent.include(said - 1);
        case Column.Below(long extent, String reason) -> {
          if (said > extent) {
            throw DataException.of(DataFault.SHAPE_MISMATCH)
                .at(place)
                .expected("at most " + extent + " positions on axis " + column + reason)
                .found(said);
          }
        }
        case Column.Labels _ -> {}
      }
    }
  }

  private long[] positions(List<Column> meaning) {
    int width = meaning.size();
    long[][] known = new long[width][];
    Map<Column, long[]> byMeaning = new HashMap<>();
    for (int column = 0; column < width; column++) {
      known[column] =
          byMeaning.computeIfAbsent(
              meaning.get(column),
              _ -> {
                long[] none = new long[texts.count()];
                Arrays.fill(none, -1);
                return none;
              });
    }
    long[] positions = new long[cells.length];
    int at = 0;
    for (long row = 0; row < rows; row++) {
      for (int column = 0; column < width; column++, at++) {
        int text = cells[at];
        long position = known[column][text];
        if (position < 0) {
          position = position(text, meaning.get(column), row, column);
          known[column][text] = position;
        }
        positions[at] = position;
      }
    }
    return positions;
  }

  private long position(int text, Column meaning, long row, int column) {
    return switch (meaning) {
      case Column.Labels(Vocabulary vocabulary) -> vocabulary.number(texts.text(text));
      case Column.Below(long extent, String reason) -> {
        long position = wholeNumber(text, row, column);
        if (position >= extent) {
          throw DataException.of(DataFault.POSITION_OUTSIDE_AXIS)
              .at(line(row))
              .expected(
                  (extent == 0 ? "no position" : "a position in 0.." + (extent - 1))
                      + " of axis "
                      + column
                      + reason)
              .found(position);
        }
        yield position;
      }
      case Column.Counted(Extent extent) -> {
        long position = wholeNumber(text, row, column);
        if (position == Long.MAX_VALUE) {
          throw noPosition(text, row, column);
        }
        extent.include(position);
        yield position;
      }
    };
  }

  private long wholeNumber(int text, long row, int column) {
    long position = texts.position(text);
    if (position < 0) {
      throw noPosition(text, row, column);
    }
    return position;
  }

  private DataException noPosition(int text, long row, int column) {
    return DataException.of(DataFault.NOT_A_POSITION)
        .at(line(row))
        .expected("a whole number from 0 in column " + (column + 1) + ", as the axis has numbers")
        .found(InputFile.excerpt(texts.text(text)))
        .withHelp("an axis holds labels if the program gives it no extent and no numbers");
  }

  private DataException wrongColumns(long row, int wanted, int found) {
    return wrongColumns(line(row), wanted, ", one for each axis", found);
  }

  static DataException wrongColumns(String place, int wanted, String reason, int found) {
    return DataException.of(DataFault.WRONG_COLUMNS)
        .at(place)
        .expected(count(wanted) + reason)
        .found(count(found));
  }

  private static String count(int columns) {
    return columns == 1 ? "1 column" : columns + " columns";
  }

  private String line(long row) {
    return place + ":" + (firstLine + row);
  }

  /// The values of a sparse matrix, in the order of its tuples.
  ///
  /// @throws DataException E0508 for a value that is none of the type
  public Tensor values(Arena arena, DType dtype) {
    int[] values =
        entries.orElseThrow(() -> new IllegalStateException("a relation without values")).values();
    CellBuffer buffer = new CellBuffer(dtype, true);
    for (int row = 0; row < values.length; row++) {
      String text = texts.text(values[row]);
      if (!TableReader.isNumber(text) || !buffer.add(text)) {
        throw DataException.of(DataFault.BAD_CELL)
            .at(place)
            .expected("a number of type " + dtype)
            .found(InputFile.excerpt(text));
      }
    }
    return buffer.toTensor(arena, Shape.of(values.length));
  }

  /// Whether the tuples have values, as those of a sparse matrix do.
  public boolean hasValues() {
    return entries.isPresent();
  }
}
