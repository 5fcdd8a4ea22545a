package org.einkorn.ir.binary;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.einkorn.ir.source.Origin;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.source.Span;

/// Writes records. The same value gives the same bytes in every process.
public final class Encoder {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final DataOutputStream out = new DataOutputStream(bytes);
  private final Map<SourceFile, Integer> sources;

  private Encoder(Map<SourceFile, Integer> sources) {
    this.sources = sources;
  }

  /// The bytes of a record.
  public static byte[] bytes(Record value) {
    return bytes(value, value.getClass(), new HashMap<>());
  }

  private static byte[] bytes(Object value, Type type, Map<SourceFile, Integer> sources) {
    Encoder encoder = new Encoder(sources);
    try {
      encoder.write(value, type);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return encoder.bytes.toByteArray();
  }

  private void write(Object value, Type type) throws IOException {
    Class<?> raw = Shapes.raw(type);
    switch (value) {
      case Long number -> out.writeLong(number);
      case Integer number -> out.writeInt(number);
      case Double number -> out.writeLong(Double.doubleToRawLongBits(number));
      case Boolean truth -> out.writeBoolean(truth);
      case String text -> writeText(text);
      case Enum<?> constant -> {
        writeClass(constant.getDeclaringClass(), raw);
        out.writeInt(Shapes.constants(constant.getDeclaringClass()).indexOf(constant));
      }
      case byte[] array -> {
        out.writeInt(array.length);
        out.write(array);
      }
      case SourceFile file -> writeSource(file);
      case Origin origin -> {
        out.writeBoolean(origin.isKnown());
        if (origin.span().isPresent()) {
          write(origin.span().get(), Span.class);
        }
      }
      case OptionalLong optional -> {
        out.writeBoolean(optional.isPresent());
        if (optional.isPresent()) {
          out.writeLong(optional.getAsLong());
        }
      }
      case Optional<?> optional -> {
        out.writeBoolean(optional.isPresent());
        if (optional.isPresent()) {
          write(optional.get(), Shapes.argument(type, 0));
        }
      }
      case List<?> list -> {
        out.writeInt(list.size());
        for (Object element : list) {
          write(element, Shapes.argument(type, 0));
        }
      }
      case Set<?> set -> writeSorted(set, Shapes.argument(type, 0));
      case Map<?, ?> map -> writeSorted(map, type);
      case Record record -> writeRecord(record, raw);
      default -> throw new IllegalArgumentException("no bytes for " + value.getClass());
    }
  }

  private void writeText(String text) throws IOException {
    out.writeInt(text.length());
    out.writeChars(text);
  }

  private void writeSource(SourceFile file) throws IOException {
    Integer known = sources.get(file);
    out.writeInt(known == null ? 0 : known);
    if (known == null) {
      sources.put(file, sources.size() + 1);
      writeText(file.name());
      writeText(file.text());
    }
  }

  /// Says which class it is where the declared type permits several.
  private void writeClass(Class<?> own, Class<?> declared) throws IOException {
    if (declared != own) {
      out.writeShort(Shapes.permitted(declared).indexOf(own));
    }
  }

  private void writeRecord(Record record, Class<?> declared) throws IOException {
    writeClass(record.getClass(), declared);
    Shapes.Shape shape = Shapes.of(record.getClass());
    for (int number = 0; number < shape.types().size(); number++) {
      try {
        write(shape.accessors().get(number).invoke(record), shape.types().get(number));
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("reading " + record.getClass(), e);
      }
    }
  }

  /// Elements of sets and keys of maps hold no source files, which would be numbered by an order
  /// that differs from process to process.
  private void writeSorted(Set<?> set, Type type) throws IOException {
    List<byte[]> elements = new ArrayList<>();
    for (Object element : set) {
      elements.add(bytes(element, type, new HashMap<>()));
    }
    elements.sort(Arrays::compare);
    out.writeInt(elements.size());
    for (byte[] element : elements) {
      out.write(element);
    }
  }

  private void writeSorted(Map<?, ?> map, Type type) throws IOException {
    List<Map.Entry<byte[], Object>> entries = new ArrayList<>();
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      byte[] key = bytes(entry.getKey(), Shapes.argument(type, 0), new HashMap<>());
      entries.add(Map.entry(key, entry.getValue()));
    }
    entries.sort(Comparator.comparing(Map.Entry::getKey, Arrays::compare));
    out.writeInt(entries.size());
    for (Map.Entry<byte[], Object> entry : entries) {
      out.write(entry.getKey());
      write(entry.getValue(), Shapes.argument(type, 1));
    }
  }
}
