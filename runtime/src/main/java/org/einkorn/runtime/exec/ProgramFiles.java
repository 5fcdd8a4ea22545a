package org.einkorn.runtime.exec;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.DataFault;
import org.einkorn.runtime.Tensor;
import org.einkorn.runtime.TupleSet;
import org.einkorn.runtime.io.FileReference;
import org.einkorn.runtime.io.Header;
import org.einkorn.runtime.io.RelationWriter;
import org.einkorn.runtime.io.TensorFiles;

/// The files that a program names.
///
/// Paths are relative to the program's folder. A program may touch files below that folder, below
/// the working folder, and below folders that the user allows; a path that leads elsewhere is
/// refused.
public final class ProgramFiles {
  private final Path folder;
  private final List<Path> allowed;
  private final Headers headers = new Headers();

  private ProgramFiles(Path folder, List<Path> allowed) {
    this.folder = folder;
    this.allowed = List.copyOf(allowed);
  }

  /// @param folder the program's folder
  /// @param readable further folders that the user allows
  public static ProgramFiles of(Path folder, List<Path> readable) {
    List<Path> allowed = new ArrayList<>();
    allowed.add(real(folder));
    allowed.add(real(Path.of("")));
    readable.forEach(path -> allowed.add(real(path)));
    return new ProgramFiles(folder, allowed);
  }

  /// These files where the user allows other folders.
  public ProgramFiles withReadable(List<Path> readable) {
    return of(folder, readable);
  }

  /// The path with its symbolic links followed, as far as it exists.
  private static Path real(Path path) {
    Path absolute = path.toAbsolutePath().normalize();
    try {
      return absolute.toRealPath();
    } catch (IOException e) {
      Path parent = absolute.getParent();
      Path name = absolute.getFileName();
      return parent == null || name == null ? absolute : real(parent).resolve(name);
    }
  }

  /// The file that a program means by `reference`.
  ///
  /// @throws DataException E0556 if the program may not touch it
  public FileReference resolve(String reference) {
    FileReference parsed = FileReference.parse(reference);
    Path path = folder.resolve(parsed.path());
    Path real = real(path);
    if (allowed.stream().noneMatch(real::startsWith)) {
      throw DataException.of(DataFault.ACCESS_REFUSED)
          .at("\"" + reference + "\"")
          .expected("a file below " + allowed.getFirst() + " or the working folder")
          .found(real)
          .withHelp("allow its folder: --allow-read " + real.getParent());
    }
    return new FileReference(path, parsed.key());
  }

  /// Element type and shape of a file, from its header.
  public Header probe(String reference) {
    return headers.of(resolve(reference));
  }

  /// Whether the file is there at all.
  public boolean exists(String reference) {
    return Files.exists(resolve(reference).path());
  }

  /// Adds to `inputs` the tensors that the program reads from files by itself, where no data are
  /// bound by name. Relations are no tensors in files.
  Map<String, Tensor> readInputs(Arena arena, Manifest manifest, Map<String, Tensor> inputs) {
    Map<String, Tensor> all = new LinkedHashMap<>(inputs);
    for (Manifest.BufferSpec spec : manifest.buffers()) {
      boolean isOpen =
          !inputs.containsKey(spec.name())
              && spec.content().kind() == Manifest.Content.Kind.ELEMENTS;
      if (spec.role().isInput() && spec.file().isPresent() && isOpen) {
        all.put(spec.name(), read(arena, spec.file().get(), spec.dtype()));
      }
    }
    return all;
  }

  /// Reads a file; a table of text in the type that is wanted, any other in its own.
  public Tensor read(Arena arena, String reference, DType wanted) {
    return readAs(arena, resolve(reference), wanted);
  }

  /// Reads any file for an input of type `wanted`: a table of text is parsed in that type, any
  /// other keeps its own, which [ModuleRunner] then converts or refuses.
  public static Tensor readAs(Arena arena, FileReference file, DType wanted) {
    String name = String.valueOf(file.path().getFileName());
    boolean isTable = name.matches("(?i).*\\.(csv|tsv)(\\.gz)?");
    return isTable ? TensorFiles.read(arena, file, wanted) : TensorFiles.read(arena, file);
  }

  /// Writes the outputs for which the program names a file.
  public void writeOutputs(Manifest manifest, Outputs outputs) {
    for (Manifest.BufferSpec spec : manifest.buffers()) {
      Tensor tensor = outputs.tensors().get(spec.name());
      if (spec.role() == Manifest.Role.OUTPUT && spec.file().isPresent() && tensor != null) {
        write(tensor, spec.content(), resolve(spec.file().get()));
      }
    }
    for (Manifest.ListingSpec listing : manifest.listings()) {
      TupleSet relation = outputs.relations().get(listing.name());
      if (listing.file().isPresent() && relation != null) {
        write(relation, listing.content(), resolve(listing.file().get()));
      }
    }
  }

  /// Writes one output.
  ///
  /// @throws DataException E0553 if there is none with this name
  public static void write(Outputs outputs, Manifest manifest, String name, FileReference file) {
    TupleSet relation = outputs.relations().get(name);
    if (relation == null) {
      write(outputs.tensor(name), manifest.contentOf(name), file);
    } else {
      write(relation, manifest.contentOf(name), file);
    }
  }

  /// Writes an output; a relation as its tuples, where the file is a `.csv` or a `.tsv`.
  public static void write(Tensor tensor, Manifest.Content content, FileReference file) {
    if (content.kind() == Manifest.Content.Kind.TUPLES && RelationWriter.writes(file)) {
      try (Arena arena = Arena.ofConfined()) {
        RelationWriter.write(TupleSet.of(arena, tensor), content.labels(), file);
      }
    } else {
      TensorFiles.write(tensor, file);
    }
  }

  /// Writes an output that is a list: as tuples where the file is a `.csv` or a `.tsv` and the
  /// program says that it gets those, else as a tensor of truth values.
  ///
  /// @throws DataException E0530 or E0541 if it has too many positions for a tensor
  private static void write(TupleSet relation, Manifest.Content content, FileReference file) {
    if (content.kind() == Manifest.Content.Kind.TUPLES && RelationWriter.writes(file)) {
      RelationWriter.write(relation, content.labels(), file);
    } else {
      try (Arena arena = Arena.ofConfined()) {
        TensorFiles.write(relation.toTensor(arena), file);
      }
    }
  }
}
