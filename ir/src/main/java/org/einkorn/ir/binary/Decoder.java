package org.einkorn.ir.binary;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Type;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.einkorn.ir.source.Origin;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.source.Span;

/// Reads what [Encoder] wrote. Constructors check what is read as they check everything.
public final class Decoder {
  private final ByteBuffer in;
  private final List<SourceFile> sources = new ArrayList<>();

  private Decoder(ByteBuffer in) {
    this.in = in;
  }

  /// The record of a type that bytes hold.
  ///
  /// @throws MalformedException where they hold none
  public static <T extends Record> T read(byte[] bytes, Class<T> type) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    try {
      T read = type.cast(new Decoder(in).read(type));
      if (in.hasRemaining()) {
        throw new MalformedException(in.remaining() + " bytes too many", null);
      }
      return read;
    } catch (BufferUnderflowException | IndexOutOfBoundsException | IllegalArgumentException e) {
      throw new MalformedException("no " + type.getSimpleName(), e);
    }
  }

  private Object read(Type type) {
    Class<?> raw = Shapes.raw(type);
    if (raw == long.class || raw == Long.class) {
      return in.getLong();
    } else if (raw == int.class || raw == Integer.class) {
      return in.getInt();
    } else if (raw == double.class || raw == Double.class) {
      return Double.longBitsToDouble(in.getLong());
    } else if (raw == boolean.class || raw == Boolean.class) {
      return readTruth();
    } else if (raw == String.class) {
      return readText();
    } else if (raw.isEnum()) {
      return Shapes.constants(raw).get(in.getInt());
    } else if (raw == byte[].class) {
      byte[] array = new byte[count(1)];
      in.get(array);
      return array;
    } else if (raw == SourceFile.class) {
      return readSource();
    } else if (raw == Origin.class) {
      return readTruth() ? Origin.of((Span) readRecord(Span.class)) : Origin.UNKNOWN;
    }
    return readComposite(type, raw);
  }

  private Object readComposite(Type type, Class<?> raw) {
    if (raw == OptionalLong.class) {
      return readTruth() ? OptionalLong.of(in.getLong()) : OptionalLong.empty();
    } else if (raw == Optional.class) {
      return readTruth() ? Optional.of(read(Shapes.argument(type, 0))) : Optional.empty();
    } else if (raw == List.class) {
      return readAll(Shapes.argument(type, 0));
    } else if (raw == Set.class) {
      return new LinkedHashSet<>(readAll(Shapes.argument(type, 0)));
    } else if (raw == Map.class) {
      Map<Object, Object> map = new LinkedHashMap<>();
      for (int left = count(0); left > 0; left--) {
        Object key = read(Shapes.argument(type, 0));
        map.put(key, read(Shapes.argument(type, 1)));
      }
      return map;
    } else if (raw.isRecord()) {
      return readRecord(raw);
    } else if (raw.isSealed()) {
      return read(Shapes.permitted(raw).get(in.getShort()));
    }
    throw new IllegalArgumentException("no type for bytes: " + type);
  }

  private boolean readTruth() {
    byte truth = in.get();
    if (truth < 0 || truth > 1) {
      throw new IllegalArgumentException("no truth value: " + truth);
    }
    return truth == 1;
  }

  /// How many elements follow; no more than there are bytes for.
  private int count(int leastBytes) {
    int count = in.getInt();
    if (count < 0 || (long) count * leastBytes > in.remaining()) {
      throw new IllegalArgumentException("no count: " + count);
    }
    return count;
  }

  private String readText() {
    char[] text = new char[count(Character.BYTES)];
    for (int place = 0; place < text.length; place++) {
      text[place] = in.getChar();
    }
    return new String(text);
  }

  private SourceFile readSource() {
    int number = in.getInt();
    if (number != 0) {
      return sources.get(number - 1);
    }
    String name = readText();
    SourceFile file = new SourceFile(name, readText());
    sources.add(file);
    return file;
  }

  private List<Object> readAll(Type type) {
    List<Object> all = new ArrayList<>();
    for (int left = count(0); left > 0; left--) {
      all.add(read(type));
    }
    return all;
  }

  private Object readRecord(Class<?> record) {
    Shapes.Shape shape = Shapes.of(record);
    Object[] components = new Object[shape.types().size()];
    for (int number = 0; number < components.length; number++) {
      components[number] = read(shape.types().get(number));
    }
    try {
      return shape.constructor().newInstance(components);
    } catch (InvocationTargetException e) {
      throw new MalformedException("no " + record.getSimpleName(), e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("making " + record, e);
    }
  }
}
