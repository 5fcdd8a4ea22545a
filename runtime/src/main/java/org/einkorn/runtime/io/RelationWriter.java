package org.einkorn.runtime.io;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPOutputStream;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.DataFault;
import org.einkorn.runtime.Tensor;

/// Writes the true tuples of a Boolean tensor, one a line, in the order of their positions. What
/// would be read as something else stands in quotes.
public final class RelationWriter {
  private final Tensor tensor;
  private final List<List<String>> labels;
  private final char separator;
  private final Path path;

  private RelationWriter(Tensor tensor, List<List<String>> labels, char separator, Path path) {
    this.tensor = tensor;
    this.labels = labels;
    this.separator = separator;
    this.path = path;
  }

  /// Whether the end of a file's name says a format that has tuples.
  public static boolean writes(FileReference file) {
    return FileFormat.ofName(file.path().toString())
        .filter(format -> format == FileFormat.CSV || format == FileFormat.TSV)
        .isPresent();
  }

  /// Writes a file whole or not at all.
  ///
  /// @param tensor of truth values
  /// @param labels for each axis those of its positions; empty where the file gets positions
  /// @throws DataException E0516, and E0526 for a label that no line can hold
  public static void write(Tensor tensor, List<List<String>> labels, FileReference file) {
    Path path = file.path();
    String name = path.toString().toLowerCase(Locale.ROOT);
    char separator =
        FileFormat.ofName(name).filter(FileFormat.CSV::equals).isPresent() ? ',' : '\t';
    RelationWriter writer = new RelationWriter(tensor, labels, separator, path);
    OutputFile.write(
        path,
        out -> {
          if (name.endsWith(".gz")) {
            GZIPOutputStream gzip = new GZIPOutputStream(out);
            writer.write(gzip);
            gzip.finish();
          } else {
            writer.write(out);
          }
        });
  }

  private void write(OutputStream out) throws IOException {
    Writer writer = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
    tuples(writer, 0, new long[tensor.rank()]);
    writer.flush();
  }

  private void tuples(Writer writer, int axis, long[] index) throws IOException {
    if (axis < index.length) {
      for (index[axis] = 0; index[axis] < tensor.extent(axis); index[axis]++) {
        tuples(writer, axis + 1, index);
      }
    } else if (tensor.getBoolean(index)) {
      for (int place = 0; place < index.length; place++) {
        if (place > 0) {
          writer.write(separator);
        }
        List<String> names = labels.get(place);
        writer.write(
            names.isEmpty()
                ? Long.toString(index[place])
                : cell(names.get(Math.toIntExact(index[place]))));
      }
      writer.write('\n');
    }
  }

  private String cell(String label) {
    if (label.isEmpty() || label.indexOf('\n') >= 0 || label.indexOf('\r') >= 0) {
      throw DataException.of(DataFault.NOT_A_LABEL)
          .at(path)
          .expected("labels that a line can hold: not empty, without line ends")
          .found(label.isEmpty() ? "an empty label" : InputFile.excerpt(label));
    }
    boolean isPlain =
        label.indexOf(separator) < 0
            && label.charAt(0) != '"'
            && label.charAt(0) != ' '
            && label.charAt(0) != '\uFEFF'
            && label.charAt(label.length() - 1) != ' ';
    return isPlain ? label : '"' + label.replace("\"", "\"\"") + '"';
  }
}
