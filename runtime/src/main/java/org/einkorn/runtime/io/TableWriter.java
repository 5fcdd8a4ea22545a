package org.einkorn.runtime.io;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.zip.GZIPOutputStream;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.DataFault;
import org.einkorn.runtime.Tensor;

/// Writes a tensor as a table of numbers: a matrix row by row, a vector as one column, a scalar as
/// one cell. Floats are written with all the digits that name them, `nan` and `inf` as these words,
/// Booleans as 1 and 0.
final class TableWriter {
  private TableWriter() {}

  static void write(Tensor tensor, Path path, char separator) {
    if (tensor.dtype().isComplex()) {
      throw DataException.of(DataFault.FORMAT_LACKS_DTYPE)
          .at(path)
          .expected("real numbers for a table")
          .found(tensor.dtype())
          .withHelp("write an .npy file");
    }
    if (tensor.rank() > 2 || tensor.elementCount() == 0) {
      throw DataException.of(DataFault.FORMAT_LACKS_SHAPE)
          .at(path)
          .expected("at most two axes and at least one element for a table")
          .found("shape " + tensor.shape())
          .withHelp("write an .npy file");
    }
    boolean packed = path.toString().toLowerCase(Locale.ROOT).endsWith(".gz");
    OutputFile.write(
        path,
        out -> {
          if (packed) {
            GZIPOutputStream gzip = new GZIPOutputStream(out);
            writeRows(tensor, gzip, separator);
            gzip.finish();
          } else {
            writeRows(tensor, out, separator);
          }
        });
  }

  private static void writeRows(Tensor tensor, OutputStream out, char separator)
      throws IOException {
    Writer writer = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
    long rows = tensor.rank() == 0 ? 1 : tensor.extent(0);
    for (long row = 0; row < rows; row++) {
      Tensor cells = tensor.rank() == 0 ? tensor : tensor.select(0, row);
      if (cells.rank() == 0) {
        writer.write(text(cells));
      } else {
        for (long column = 0; column < cells.extent(0); column++) {
          if (column > 0) {
            writer.write(separator);
          }
          writer.write(text(cells, column));
        }
      }
      writer.write('\n');
    }
    writer.flush();
  }

  private static String text(Tensor tensor, long... index) {
    DType dtype = tensor.dtype();
    if (!dtype.isFloat()) {
      return Long.toString(tensor.getLong(index));
    }
    double value = tensor.getDouble(index);
    if (Double.isNaN(value)) {
      return "nan";
    }
    if (Double.isInfinite(value)) {
      return value < 0 ? "-inf" : "inf";
    }
    return dtype == DType.F64 ? Double.toString(value) : Float.toString((float) value);
  }
}
