package org.einkorn.ir.binary;

import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/// What reflection says of records and sealed types, asked once.
final class Shapes {
  private static final Map<Class<?>, Shape> RECORDS = new ConcurrentHashMap<>();
  private static final Map<Class<?>, List<Class<?>>> SEALED = new ConcurrentHashMap<>();

  private static final Map<Class<?>, List<Object>> CONSTANTS = new ConcurrentHashMap<>();

  private Shapes() {}

  /// How a record is taken apart and put together.
  record Shape(Constructor<?> constructor, List<Method> accessors, List<Type> types) {}

  static Shape of(Class<?> record) {
    return RECORDS.computeIfAbsent(record, Shapes::make);
  }

  private static Shape make(Class<?> record) {
    RecordComponent[] components = Objects.requireNonNull(record.getRecordComponents());
    List<Method> accessors = new ArrayList<>();
    List<Type> types = new ArrayList<>();
    Class<?>[] parameters = new Class<?>[components.length];
    for (int number = 0; number < components.length; number++) {
      parameters[number] = components[number].getType();
      accessors.add(components[number].getAccessor());
      types.add(components[number].getGenericType());
      accessors.getLast().setAccessible(true);
    }
    try {
      Constructor<?> constructor = record.getDeclaredConstructor(parameters);
      constructor.setAccessible(true);
      return new Shape(constructor, accessors, types);
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException("a record without its constructor: " + record, e);
    }
  }

  /// All records and enums that a sealed type permits, in the order of the sources.
  static List<Class<?>> permitted(Class<?> sealed) {
    List<Class<?>> known = SEALED.get(sealed);
    if (known != null) {
      return known;
    }
    List<Class<?>> all = new ArrayList<>();
    for (Class<?> each : Objects.requireNonNull(sealed.getPermittedSubclasses())) {
      if (each.isSealed()) {
        all.addAll(permitted(each));
      } else {
        all.add(each);
      }
    }
    SEALED.put(sealed, List.copyOf(all));
    return List.copyOf(all);
  }

  /// The constants of an enum.
  static List<Object> constants(Class<?> type) {
    return CONSTANTS.computeIfAbsent(
        type, same -> List.of(Objects.requireNonNull(same.getEnumConstants())));
  }

  /// The class of a type, without its arguments.
  static Class<?> raw(Type type) {
    return switch (type) {
      case Class<?> plain -> plain;
      case ParameterizedType generic -> raw(generic.getRawType());
      case WildcardType wildcard -> raw(wildcard.getUpperBounds()[0]);
      default -> throw new IllegalArgumentException("no type for bytes: " + type);
    };
  }

  /// An argument of a generic type.
  static Type argument(Type type, int number) {
    if (type instanceof ParameterizedType generic) {
      return generic.getActualTypeArguments()[number];
    }
    throw new IllegalArgumentException("a type without arguments: " + type);
  }
}
