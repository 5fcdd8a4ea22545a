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
import org.einkorn.runtime.TupleSet;

/// Writes the tuples of a relation, one a line, in the order of their positions. What would be read
/// as something else stands in quotes.
public final class RelationWriter {
  private final TupleSet relation;
  private final List<List<String>> labels;
  private final char separator;
  private final Path path;

  private RelationWriter(TupleSet relation, List<List<String>> labels, char separator, Path path) {
    this.relation = relation;
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
  /// @param labels for each axis those of its positions; empty where the file gets positions
  /// @throws DataException E0516, and E0526 for a label that no line can hold
  public static void write(TupleSet relation, List<List<String>> labels, FileReference file) {
    Path path = file.path();
    String name = path.toString().toLowerCase(Locale.ROOT);
    char separator =
        FileFormat.ofName(name).filter(FileFormat.CSV::equals).isPresent() ? ',' : '\t';
    RelationWriter writer = new RelationWriter(relation, labels, separator, path);
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
    Tensor tuples = relation.tuples();
    int axes = labels.size();
    for (long row = 0; row < relation.count(); row++) {
      for (int axis = 0; axis < axes; axis++) {
        if (axis > 0) {
          writer.write(separator);
        }
        long position = tuples.getLong(row, axis);
        List<String> names = labels.get(axis);
        writer.write(
            names.isEmpty() ? Long.toString(position) : cell(names.get(Math.toIntExact(position))));
      }
      writer.write('\n');
    }
    writer.flush();
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
