package org.einkorn;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.einkorn.passes.order.ContractionOrder;
import org.einkorn.passes.order.ContractionPlan;
import org.einkorn.passes.order.MemoryLimitException;
import org.einkorn.passes.order.Network;
import org.einkorn.passes.order.SearchOptions;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.DataFault;

/// A product of many tensors with named indices, and the search for an order to contract it in.
///
/// ```java
/// TensorNetwork network = TensorNetwork.read(Path.of("network.json"));
/// ContractionPlan plan = network.plan(SearchOptions.defaults().withBudget(Duration.ofSeconds(5)));
/// plan.linearPath();
/// ```
///
/// @param network the tensors by numbers of indices
/// @param names of the indices, by their numbers
public record TensorNetwork(Network network, List<String> names) {
  /// The longest file that is read.
  static final int MOST_BYTES = 64 << 20;

  public TensorNetwork {
    names = List.copyOf(names);
    if (names.size() != network.extents().size()) {
      throw new IllegalArgumentException(
          names.size() + " names for " + network.extents().size() + " indices");
    }
  }

  /// Reads `{"inputs": [["a", "b"], …], "output": […], "size_dict": {"a": 2, …}}`, the keys in any
  /// order. An index is a string of any length or a whole number, which means the same as its
  /// digits in a string; `size_dict` may hold more indices than are used.
  ///
  /// @throws DataException if the file can't be read, or is not UTF-8
  /// @throws CompileException with the errors of the file, each with its place
  public static TensorNetwork read(Path file) {
    return parse(file.toString(), text(file));
  }

  /// The network in a text, as [#read] reads it from a file.
  ///
  /// @param source what diagnostics call the text
  public static TensorNetwork parse(String source, String json) {
    return new NetworkReader(source, json).read();
  }

  /// Searches for an order.
  ///
  /// @throws DataException if no order keeps the memory limit; it names the smallest that works
  public ContractionPlan plan(SearchOptions options) {
    try {
      return ContractionOrder.search(network, options);
    } catch (MemoryLimitException e) {
      throw DataException.of(DataFault.MEMORY_BUDGET)
          .expected(
              "at most " + e.limitElements() + " elements of intermediates and result at once")
          .found("no order takes fewer than " + e.smallestElements())
          .withHelp("the smallest memory limit that works is " + e.smallestElements())
          .because(e);
    }
  }

  /// The names of some indices.
  public List<String> names(List<Integer> indices) {
    return indices.stream().map(names::get).toList();
  }

  private static String text(Path file) {
    try (InputStream stream = Files.newInputStream(file)) {
      byte[] bytes = stream.readNBytes(MOST_BYTES + 1);
      if (bytes.length > MOST_BYTES) {
        throw NetworkReader.tooLong(file.toString());
      }
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw DataException.of(DataFault.BAD_TEXT).at(file).because(e);
    } catch (NoSuchFileException e) {
      throw DataException.of(DataFault.FILE_NOT_FOUND).at(file).because(e);
    } catch (IOException e) {
      throw DataException.of(
              Files.isDirectory(file) ? DataFault.IS_A_DIRECTORY : DataFault.UNREADABLE)
          .at(file)
          .because(e);
    }
  }
}
