package org.einkorn.runtime.io;

import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.DataFault;
import org.einkorn.runtime.Tensor;

/// Reads and writes tensors in the formats of this package; the end of the file name says which.
///
/// A path may carry a key, `a.npz:weights`, as [FileReference] explains. Every failure is a
/// [DataException] with a code from E0501 to E0523, E0531 or E0535.
public final class TensorFiles {
  /// The key that `numpy.savez` gives to a tensor without one.
  private static final String DEFAULT_KEY = "arr_0";

  private static final DType TABLE_DTYPE = DType.F32;

  private TensorFiles() {}

  /// Reads a tensor with the element type that the file says; a table is read as `f32`.
  public static Tensor read(Arena arena, Path file) {
    return read(arena, FileReference.of(file));
  }

  /// Reads a tensor with the element type that the file says; a table is read as `f32`.
  public static Tensor read(Arena arena, FileReference file) {
    return switch (formatForReading(file)) {
      case NPY -> NpyFiles.read(arena, file.path());
      case NPZ -> NpzFiles.read(arena, file);
      case SAFETENSORS -> SafetensorsFiles.read(arena, file);
      case CSV -> TableReader.read(arena, file.path(), ',', TABLE_DTYPE);
      case TSV -> TableReader.read(arena, file.path(), '\t', TABLE_DTYPE);
      case TEXT -> Text.read(file.path()).toTensor(arena);
      case PNG -> ImageFiles.read(arena, file.path(), FileFormat.PNG);
      case JPEG -> ImageFiles.read(arena, file.path(), FileFormat.JPEG);
    };
  }

  /// Reads a tensor with the element type that the caller wants. The numbers of a table are parsed
  /// for that type; other files are converted as [Tensor#cast] does.
  public static Tensor read(Arena arena, Path file, DType dtype) {
    return read(arena, FileReference.of(file), dtype);
  }

  /// Reads a tensor with the element type that the caller wants.
  public static Tensor read(Arena arena, FileReference file, DType dtype) {
    FileFormat format = formatForReading(file);
    if (format == FileFormat.CSV || format == FileFormat.TSV) {
      return TableReader.read(arena, file.path(), format == FileFormat.CSV ? ',' : '\t', dtype);
    }
    if (probe(file).dtype() == dtype) {
      return read(arena, file);
    }
    try (Arena passing = Arena.ofConfined()) {
      return read(passing, file).cast(arena, dtype);
    } catch (DataException failure) {
      throw failure.fault() == DataFault.VALUE_OUT_OF_RANGE ? failure.at(file) : failure;
    }
  }

  /// The element type and shape of a tensor, without its elements. A table or text is gone through
  /// to count its rows; every other format says so in its header.
  public static Header probe(Path file) {
    return probe(FileReference.of(file));
  }

  /// The element type and shape of a tensor, without its elements.
  public static Header probe(FileReference file) {
    return switch (formatForReading(file)) {
      case NPY -> NpyFiles.probe(file.path());
      case NPZ -> NpzFiles.probe(file);
      case SAFETENSORS -> SafetensorsFiles.probe(file);
      case CSV -> TableReader.probe(file.path(), ',', TABLE_DTYPE);
      case TSV -> TableReader.probe(file.path(), '\t', TABLE_DTYPE);
      case TEXT -> new Header(DType.BOOL, Text.read(file.path()).shape());
      case PNG -> ImageFiles.probe(file.path(), FileFormat.PNG);
      case JPEG -> ImageFiles.probe(file.path(), FileFormat.JPEG);
    };
  }

  /// The headers of all tensors of an archive by key, in the order of the file.
  ///
  /// @throws DataException E0510 if the name does not say a format with keys
  public static Map<String, Header> probeAll(Path file) {
    return archiveFormat(file) == FileFormat.NPZ
        ? NpzFiles.probeAll(file)
        : SafetensorsFiles.probeAll(file);
  }

  /// All tensors of an archive by key, in the order of the file.
  ///
  /// @throws DataException E0510 if the name does not say a format with keys
  public static Map<String, Tensor> readAll(Arena arena, Path file) {
    return archiveFormat(file) == FileFormat.NPZ
        ? NpzFiles.readAll(arena, file)
        : SafetensorsFiles.readAll(arena, file);
  }

  /// Writes a tensor.
  public static void write(Tensor tensor, Path file) {
    write(tensor, FileReference.of(file));
  }

  /// Writes a tensor. With a key, the other tensors of an archive that exists stay in it; without
  /// one, the archive holds this tensor alone, named `arr_0` as NumPy does.
  public static void write(Tensor tensor, FileReference file) {
    tensor.ensureAccessible();
    FileFormat format = format(file);
    switch (format) {
      case NPY -> NpyFiles.write(tensor, file.path());
      case NPZ, SAFETENSORS -> writeInto(tensor, file, format);
      case CSV -> TableWriter.write(tensor, file.path(), ',');
      case TSV -> TableWriter.write(tensor, file.path(), '\t');
      case PNG -> ImageFiles.writePng(tensor, file.path());
      case TEXT, JPEG -> throw readOnly(file, format);
    }
  }

  /// Fails now where writing to the file is known to fail, before a tensor is made for it.
  ///
  /// @throws DataException for a format that is not known or not written, a key that it does not
  ///   take, and as [OutputFile#requireWritable]
  public static void requireWritable(FileReference file) {
    FileFormat format = format(file);
    switch (format) {
      case NPY, NPZ, SAFETENSORS, CSV, TSV, PNG -> OutputFile.requireWritable(file.path());
      case TEXT, JPEG -> throw readOnly(file, format);
    }
  }

  private static DataException readOnly(FileReference file, FileFormat format) {
    return DataException.of(DataFault.FORMAT_READ_ONLY)
        .at(file)
        .expected("a format that is written: .npy .npz .safetensors .csv .tsv .png")
        .found(format == FileFormat.TEXT ? ".txt" : "a lossy image")
        .withHelp(format == FileFormat.TEXT ? "write an .npy file" : "write a .png file");
  }

  /// Writes tensors to an archive, by key; an `.npz` without compression.
  public static void writeAll(Map<String, Tensor> tensors, Path file) {
    writeAll(tensors, file, archiveFormat(file), false);
  }

  /// Writes an `.npz` archive with compression, as `numpy.savez_compressed` does.
  public static void writeAllDeflated(Map<String, Tensor> tensors, Path file) {
    writeAll(tensors, file, FileFormat.NPZ, true);
  }

  private static void writeAll(
      Map<String, Tensor> tensors, Path file, FileFormat format, boolean deflate) {
    tensors.values().forEach(Tensor::ensureAccessible);
    if (format == FileFormat.NPZ) {
      NpzFiles.writeAll(tensors, file, deflate);
    } else {
      SafetensorsFiles.writeAll(tensors, file);
    }
  }

  private static void writeInto(Tensor tensor, FileReference file, FileFormat format) {
    try (Arena passing = Arena.ofConfined()) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      if (file.key().isPresent() && Files.exists(file.path())) {
        tensors.putAll(readAll(passing, file.path()));
      }
      tensors.put(file.key().orElse(DEFAULT_KEY), tensor);
      writeAll(tensors, file.path(), format, false);
    }
  }

  private static FileFormat archiveFormat(Path file) {
    FileFormat format = format(new FileReference(file, Optional.empty()));
    if (!format.hasKeys()) {
      throw DataException.of(DataFault.UNKNOWN_EXTENSION)
          .at(file)
          .expected("a file of named tensors: .npz or .safetensors")
          .found(String.valueOf(file.getFileName()));
    }
    return format;
  }

  /// A file that is not there is missing, whatever its name.
  private static FileFormat formatForReading(FileReference file) {
    if (FileFormat.ofName(file.path().toString()).isEmpty() && !Files.exists(file.path())) {
      InputFile.reading(file.path(), () -> Optional.empty());
    }
    return format(file);
  }

  private static FileFormat format(FileReference file) {
    FileFormat format =
        FileFormat.ofName(file.path().toString())
            .orElseThrow(
                () ->
                    DataException.of(DataFault.UNKNOWN_EXTENSION)
                        .at(file.path())
                        .expected("a name that ends in one of " + FileFormat.allExtensions())
                        .found(String.valueOf(file.path().getFileName())));
    if (file.key().isPresent() && !format.hasKeys()) {
      throw DataException.of(DataFault.KEY_NOT_ALLOWED)
          .at(file.path())
          .expected("no key")
          .found(InputFile.excerpt(file.key().get()))
          .withHelp("write `" + file.path() + "`");
    }
    return format;
  }
}
