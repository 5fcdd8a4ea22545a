package org.einkorn.runtime.io;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.StringTokenizer;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.Shape;
import org.einkorn.runtime.Tensor;

/// A text as a relation between positions and words: at each position stands one word of the
/// vocabulary. Words are what blanks divide, case and punctuation included; the vocabulary is in
/// order of first appearance. Kept sparse, as one number a position.
public final class Text {
  private final List<String> vocabulary;
  private final int[] wordAt;

  private Text(List<String> vocabulary, int[] wordAt) {
    this.vocabulary = List.copyOf(vocabulary);
    this.wordAt = wordAt;
  }

  /// Reads a UTF-8 text file.
  ///
  /// @throws org.einkorn.runtime.DataException E0501 to E0503, E0521
  public static Text read(Path path) {
    return InputFile.reading(
        path,
        () -> {
          try (LineReader lines = LineReader.open(path)) {
            return of(lines);
          }
        });
  }

  /// The words of a text at hand.
  public static Text of(String content) {
    Collector collector = new Collector();
    collector.add(content);
    return collector.finish();
  }

  private static Text of(LineReader lines) throws IOException {
    Collector collector = new Collector();
    for (Optional<String> line = lines.next(); line.isPresent(); line = lines.next()) {
      collector.add(line.get());
    }
    return collector.finish();
  }

  private static final class Collector {
    private final Map<String, Integer> numbers = new LinkedHashMap<>();
    private int[] wordAt = new int[64];
    private int positions;

    void add(String line) {
      StringTokenizer words = new StringTokenizer(line);
      while (words.hasMoreTokens()) {
        String word = words.nextToken();
        if (positions == wordAt.length) {
          wordAt = Arrays.copyOf(wordAt, 2 * positions);
        }
        Integer known = numbers.putIfAbsent(word, numbers.size());
        wordAt[positions++] = known == null ? numbers.size() - 1 : known;
      }
    }

    Text finish() {
      return new Text(new ArrayList<>(numbers.keySet()), Arrays.copyOf(wordAt, positions));
    }
  }

  /// The different words, in order of first appearance.
  public List<String> vocabulary() {
    return vocabulary;
  }

  /// The number of positions.
  public int positions() {
    return wordAt.length;
  }

  /// The number, within the vocabulary, of the word at a position.
  public int wordNumber(int position) {
    return wordAt[position];
  }

  /// The word at a position.
  public String word(int position) {
    return vocabulary.get(wordAt[position]);
  }

  /// `[positions, vocabulary]`.
  public Shape shape() {
    return Shape.of(wordAt.length, vocabulary.size());
  }

  /// The whole Boolean tensor, with a single 1 in each row.
  public Tensor toTensor(Arena arena) {
    Tensor result = Tensor.allocate(arena, DType.BOOL, shape());
    for (int position = 0; position < wordAt.length; position++) {
      result.setLong(1, position, wordAt[position]);
    }
    return result;
  }
}
