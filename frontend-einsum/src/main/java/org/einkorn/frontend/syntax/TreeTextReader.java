package org.einkorn.frontend.syntax;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.einkorn.ir.source.Origin;

/// Reads records by the types of their components.
final class TreeTextReader {
  private static final int MAX_DEPTH = 1000;

  private final String text;
  private int at;
  private int depth;

  TreeTextReader(String text) {
    this.text = text;
  }

  Object read(Class<?> type) {
    Object value = value(type);
    skipBlanks();
    if (at < text.length()) {
      throw fault("nothing more was expected");
    }
    return value;
  }

  private Object value(Type type) {
    if (type instanceof ParameterizedType generic) {
      Type element = generic.getActualTypeArguments()[0];
      return TreeText.isList((Class<?>) generic.getRawType()) ? list(element) : optional(element);
    }
    Class<?> raw = (Class<?>) type;
    if (raw == String.class) {
      return string();
    }
    if (raw == long.class) {
      return number(raw);
    }
    if (raw == double.class) {
      return number(raw);
    }
    if (raw == boolean.class) {
      return truth();
    }
    return raw.isEnum() ? constant(raw) : record(raw);
  }

  private Optional<Object> optional(Type element) {
    skipBlanks();
    if (text.startsWith("none", at)) {
      at += 4;
      return Optional.empty();
    }
    return Optional.of(value(element));
  }

  private List<Object> list(Type element) {
    expect('[');
    List<Object> elements = new ArrayList<>();
    skipBlanks();
    while (at < text.length() && text.charAt(at) != ']') {
      elements.add(value(element));
      skipBlanks();
    }
    expect(']');
    return elements;
  }

  private Object record(Class<?> type) {
    if (++depth > MAX_DEPTH) {
      throw fault("nested too deep");
    }
    expect('(');
    String name = word();
    Class<?> found = find(type, name);
    if (found == null) {
      throw fault("`" + name + "` is not a " + TreeText.kebab(type.getSimpleName()));
    }
    RecordComponent[] components = found.getRecordComponents();
    Object[] values = new Object[components.length];
    for (int k = 0; k < components.length; k++) {
      values[k] =
          TreeText.isWritten(components[k].getType())
              ? value(components[k].getGenericType())
              : Origin.UNKNOWN;
    }
    expect(')');
    depth--;
    return construct(found, components, values);
  }

  private Object construct(Class<?> type, RecordComponent[] components, Object[] values) {
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    try {
      return type.getDeclaredConstructor(types).newInstance(values);
    } catch (InvocationTargetException refused) {
      Throwable cause = refused.getCause();
      throw fault(cause == null ? "it is refused" : String.valueOf(cause.getMessage()));
    } catch (ReflectiveOperationException failure) {
      throw new IllegalStateException("cannot make a " + type.getSimpleName(), failure);
    }
  }

  /// The record of this name among the implementations of a type.
  private static @org.jspecify.annotations.Nullable Class<?> find(Class<?> type, String name) {
    if (type.isRecord()) {
      return TreeText.kebab(type.getSimpleName()).equals(name) ? type : null;
    }
    for (Class<?> permitted : type.getPermittedSubclasses()) {
      Class<?> found = find(permitted, name);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  private Object constant(Class<?> type) {
    String name = word();
    for (Object constant : type.getEnumConstants()) {
      if (TreeText.kebab(((Enum<?>) constant).name()).equals(name)) {
        return constant;
      }
    }
    throw fault("`" + name + "` is not a " + TreeText.kebab(type.getSimpleName()));
  }

  private Object number(Class<?> type) {
    String word = word();
    try {
      return type == long.class ? (Object) Long.valueOf(word) : (Object) Double.valueOf(word);
    } catch (NumberFormatException _) {
      throw fault("`" + word + "` is not a number");
    }
  }

  private boolean truth() {
    return switch (word()) {
      case "true" -> true;
      case "false" -> false;
      default -> throw fault("expected `true` or `false`");
    };
  }

  private String string() {
    expect('"');
    StringBuilder value = new StringBuilder();
    while (at < text.length() && text.charAt(at) != '"') {
      char unit = text.charAt(at++);
      if (unit != '\\' || at == text.length()) {
        value.append(unit);
        continue;
      }
      char escaped = text.charAt(at++);
      value.append(
          switch (escaped) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            default -> escaped;
          });
    }
    expect('"');
    return value.toString();
  }

  private String word() {
    skipBlanks();
    int start = at;
    while (at < text.length() && "()[]\"".indexOf(text.charAt(at)) < 0 && !isBlank()) {
      at++;
    }
    return text.substring(start, at);
  }

  private void expect(char sign) {
    skipBlanks();
    if (at >= text.length() || text.charAt(at) != sign) {
      throw fault("expected `" + sign + "`");
    }
    at++;
  }

  private void skipBlanks() {
    while (at < text.length() && isBlank()) {
      at++;
    }
  }

  private boolean isBlank() {
    return Character.isWhitespace(text.charAt(at));
  }

  private IllegalArgumentException fault(String words) {
    long line = 1 + text.substring(0, Math.min(at, text.length())).lines().count() - 1;
    return new IllegalArgumentException("line " + Math.max(1, line) + " of the tree: " + words);
  }
}
