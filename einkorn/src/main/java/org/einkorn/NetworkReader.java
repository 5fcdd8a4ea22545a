package org.einkorn;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.source.Span;
import org.jspecify.annotations.Nullable;

/// Reads a tensor network from JSON, token by token, so that what is built never exceeds what a
/// network holds. What JSON allows and a network does not is reported with its place, up to
/// [#MOST_ERRORS]; a text that is no JSON ends the reading.
final class NetworkReader {
  static final int MOST_ERRORS = 20;
  private static final int MOST_LEVELS = 16;
  private static final int MOST_DIGITS = 1_000;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MOST_LEVELS)
                  .maxNumberLength(MOST_DIGITS)
                  .maxStringLength(TensorNetwork.MOST_BYTES)
                  .maxNameLength(TensorNetwork.MOST_BYTES)
                  .build())
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .build();

  private final SourceFile file;
  private final List<Diagnostic> errors = new ArrayList<>();

  private @Nullable Inputs inputs;
  private @Nullable List<Name> output;
  private @Nullable Map<String, Long> sizes;

  /// An index where it is written.
  record Name(String text, int start, int end) {}

  /// The operands, and in which of them all names stand.
  record Inputs(List<List<Name>> operands) {}

  NetworkReader(String source, String json) {
    file = new SourceFile(source, json);
  }

  TensorNetwork read() {
    try (JsonParser parser = FACTORY.createParser(file.text())) {
      readAll(parser);
    } catch (IOException e) {
      throw new IllegalStateException("a text in memory could not be read", e);
    }
    if (!errors.isEmpty() || inputs == null || output == null || sizes == null) {
      throw new CompileException(errors);
    }
    NetworkBuilder builder = new NetworkBuilder(file, inputs.operands, output, sizes);
    TensorNetwork network = builder.build();
    if (network == null) {
      throw new CompileException(builder.errors());
    }
    return network;
  }

  private void readAll(JsonParser parser) throws IOException {
    try {
      readTop(parser);
    } catch (StreamConstraintsException e) {
      int offset = offset(parser.currentLocation());
      report(tooLarge(e.getOriginalMessage(), file.span(offset, offset)));
    } catch (JsonProcessingException e) {
      report(notJson(e));
    }
  }

  private void readTop(JsonParser parser) throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      wrongKind(parser, "an object with `inputs`, `output` and `size_dict`");
      return;
    }
    Span opening = span(parser);
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = parser.currentName();
      Span place = span(parser);
      parser.nextToken();
      switch (key) {
        case "inputs" -> {
          requireFirst(inputs, key, place);
          inputs = new Inputs(readInputs(parser));
        }
        case "output" -> {
          requireFirst(output, key, place);
          output = readNames(parser, "the output");
        }
        case "size_dict" -> {
          requireFirst(sizes, key, place);
          sizes = readSizes(parser);
        }
        default -> {
          report(
              Diagnostic.error("E0402", "a network has no key `" + shortened(key) + "`")
                  .at(place, "")
                  .help("the keys are `inputs`, `output` and `size_dict`"));
          parser.skipChildren();
        }
      }
    }
    requireThere(inputs, "inputs", "[[\"a\", \"b\"], …]", opening);
    requireThere(output, "output", "[\"a\"]", opening);
    requireThere(sizes, "size_dict", "{\"a\": 2, …}", opening);
    if (parser.nextToken() != null) {
      report(
          Diagnostic.error("E0401", "the file goes on after the network")
              .at(span(parser), "")
              .help("a file holds one network"));
    }
  }

  private void requireFirst(@Nullable Object before, String key, Span place) {
    if (before != null) {
      report(
          Diagnostic.error("E0402", "the key `" + key + "` stands twice")
              .at(place, "the second")
              .help("remove one of the two"));
    }
  }

  private void requireThere(@Nullable Object value, String key, String example, Span opening) {
    if (value == null) {
      report(
          Diagnostic.error("E0402", "the network has no key `" + key + "`")
              .at(opening, "in this object")
              .help("add `\"" + key + "\": " + example + "`"));
    }
  }

  private List<List<Name>> readInputs(JsonParser parser) throws IOException {
    List<List<Name>> operands = new ArrayList<>();
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      wrongKind(parser, "an array with an array of indices for each operand");
      return operands;
    }
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      operands.add(readNames(parser, "an operand"));
    }
    return operands;
  }

  private List<Name> readNames(JsonParser parser, String owner) throws IOException {
    List<Name> names = new ArrayList<>();
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      wrongKind(parser, "an array with the indices of " + owner);
      return names;
    }
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      switch (parser.currentToken()) {
        case VALUE_STRING, VALUE_NUMBER_INT -> {
          String text = parser.getText();
          Span span = span(parser);
          names.add(new Name(text, span.start(), span.end()));
        }
        default -> wrongKind(parser, "an index: a string or a whole number");
      }
    }
    return names;
  }

  private Map<String, Long> readSizes(JsonParser parser) throws IOException {
    Map<String, Long> extents = new LinkedHashMap<>();
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      wrongKind(parser, "an object with the extent of each index");
      return extents;
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      Span place = span(parser);
      parser.nextToken();
      long extent = readExtent(parser, name);
      if (extents.put(name, extent) != null) {
        report(
            Diagnostic.error("E0402", "the extent of `" + shortened(name) + "` stands twice")
                .at(place, "the second")
                .help("remove one of the two"));
      }
    }
    return extents;
  }

  private long readExtent(JsonParser parser, String name) throws IOException {
    if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT) {
      String title = "the extent of `" + shortened(name) + "` is not a whole number";
      report(
          Diagnostic.error("E0404", title)
              .at(span(parser), describe(parser))
              .help("write a number such as `2`, without a point or an exponent"));
      parser.skipChildren();
      return 1;
    }
    BigInteger extent = parser.getBigIntegerValue();
    if (extent.signum() < 0 || extent.bitLength() > 63) {
      String wrong = extent.signum() < 0 ? "negative" : "too large";
      report(
          Diagnostic.error("E0404", "the extent of `" + shortened(name) + "` is " + wrong)
              .at(span(parser), "")
              .help("extents go from 0 to " + Long.MAX_VALUE));
      return 1;
    }
    return extent.longValueExact();
  }

  private void wrongKind(JsonParser parser, String expected) throws IOException {
    report(
        Diagnostic.error("E0403", "expected " + expected)
            .at(span(parser), "this is " + describe(parser))
            .help(
                "a network is `{\"inputs\": [[\"a\", \"b\"], …], \"output\": [\"a\"],"
                    + " \"size_dict\": {\"a\": 2, …}}`"));
    if (parser.currentToken() != null) {
      parser.skipChildren();
    }
  }

  private static String describe(JsonParser parser) {
    JsonToken token = parser.currentToken();
    return switch (token) {
      case START_OBJECT -> "an object";
      case START_ARRAY -> "an array";
      case VALUE_STRING -> "a string";
      case VALUE_NUMBER_INT -> "a whole number";
      case VALUE_NUMBER_FLOAT -> "a number with a point or an exponent";
      case VALUE_TRUE, VALUE_FALSE -> "a truth value";
      case VALUE_NULL -> "null";
      case null -> "the end of the file";
      case END_OBJECT, END_ARRAY, FIELD_NAME, NOT_AVAILABLE, VALUE_EMBEDDED_OBJECT -> "no value";
    };
  }

  private Diagnostic notJson(JsonProcessingException failure) {
    String reason = failure.getOriginalMessage();
    int end = Math.max(reason.indexOf(" (start marker"), reason.indexOf(10));
    return Diagnostic.error("E0401", "the file is not JSON")
        .at(place(failure.getLocation()), shortened(end < 0 ? reason : reason.substring(0, end)))
        .help(
            "a network is `{\"inputs\": [[\"a\", \"b\"], …], \"output\": [\"a\"], \"size_dict\":"
                + " {\"a\": 2, …}}`");
  }

  private static Diagnostic tooLarge(String reason, Span place) {
    return Diagnostic.error("E0407", "the file is larger than a network may be")
        .at(place, shortened(reason.replaceAll(", from `.*", ")")))
        .help("a network nests arrays in arrays once, and its numbers have few digits");
  }

  /// The failure of a file that is not even read.
  static CompileException tooLong(String source) {
    return new CompileException(
        List.of(
            Diagnostic.error("E0407", "the file is larger than a network may be")
                .note(source + " has more than " + TensorNetwork.MOST_BYTES + " bytes")
                .help("give indices shorter names, or contract parts of the network apart")));
  }

  private void report(Diagnostic error) {
    if (errors.size() < MOST_ERRORS) {
      errors.add(error);
    }
  }

  /// The token that the parser is at, from its first to its last character.
  private Span span(JsonParser parser) throws IOException {
    if (parser.currentToken() == null) {
      return file.span(file.length(), file.length());
    }
    // Of a string, the end is known once it has been read.
    int length = parser.getTextLength();
    int start = offset(parser.currentTokenLocation());
    int end = Math.max(start + Math.min(1, length), offset(parser.currentLocation()));
    return file.span(start, Math.min(end, file.length()));
  }

  private Span place(@Nullable JsonLocation location) {
    int offset = location == null ? file.length() : offset(location);
    return file.span(offset, offset);
  }

  private int offset(JsonLocation location) {
    return Math.clamp(location.getCharOffset(), 0, file.length());
  }

  /// A name as errors print it.
  static String shortened(String text) {
    String shown = text.codePointCount(0, text.length()) > 80 ? cut(text) + "…" : text;
    return shown.codePoints().anyMatch(Character::isISOControl)
        ? shown.replaceAll("\\p{Cntrl}", "�")
        : shown;
  }

  private static String cut(String text) {
    return text.substring(0, text.offsetByCodePoints(0, 80));
  }
}
