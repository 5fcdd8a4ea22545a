package org.einkorn.frontend.syntax;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Writes records by their components. A tree that fits is one line; else each field has its own.
final class TreeTextWriter {
  private static final int WIDTH = 100;

  String write(Object tree) {
    StringBuilder text = new StringBuilder();
    layout(shape(tree), 0, text);
    return text.append('\n').toString();
  }

  /// What is to be laid out: an atom, or parts in brackets.
  private sealed interface Shape {
    /// Columns on one line.
    int width();
  }

  private record Atom(String text) implements Shape {
    @Override
    public int width() {
      return text.length();
    }
  }

  private record Parts(char open, String head, List<Shape> parts, char close, int width)
      implements Shape {}

  private static Shape shape(Object value) {
    return switch (value) {
      case List<?> list -> parts('[', "", list.stream().map(TreeTextWriter::shape).toList(), ']');
      case Optional<?> optional -> optional.isEmpty() ? new Atom("none") : shape(optional.get());
      case Record record -> parts('(', Node.of(record.getClass()).name(), fields(record), ')');
      case Enum<?> constant -> new Atom(TreeText.kebab(constant.name()));
      case String string -> new Atom(ExpressionPrinter.quoted(string));
      default -> new Atom(value.toString());
    };
  }

  /// What is asked of a class once, and used for each of its records.
  private record Node(String name, List<RecordComponent> fields) {
    private static final ClassValue<Node> NODES =
        new ClassValue<>() {
          @Override
          protected Node computeValue(Class<?> type) {
            List<RecordComponent> fields =
                Arrays.stream(type.getRecordComponents())
                    .filter(component -> TreeText.isWritten(component.getType()))
                    .toList();
            return new Node(TreeText.kebab(type.getSimpleName()), fields);
          }
        };

    static Node of(Class<?> type) {
      return NODES.get(type);
    }
  }

  private static List<Shape> fields(Record record) {
    List<Shape> fields = new ArrayList<>();
    for (RecordComponent component : Node.of(record.getClass()).fields()) {
      try {
        fields.add(shape(component.getAccessor().invoke(record)));
      } catch (ReflectiveOperationException failure) {
        throw new IllegalStateException("cannot read " + component, failure);
      }
    }
    return fields;
  }

  private static Shape parts(char open, String head, List<Shape> parts, char close) {
    int width = 2 + head.length() + parts.stream().mapToInt(part -> part.width() + 1).sum();
    return new Parts(open, head, parts, close, width);
  }

  private static void layout(Shape shape, int indent, StringBuilder text) {
    switch (shape) {
      case Atom atom -> text.append(atom.text());
      case Parts parts -> {
        boolean oneLine = indent + parts.width() <= WIDTH;
        text.append(parts.open()).append(parts.head());
        boolean first = parts.head().isEmpty();
        for (Shape part : parts.parts()) {
          if (!oneLine) {
            text.append('\n').repeat(' ', indent + 2);
          } else if (!first) {
            text.append(' ');
          }
          layout(part, indent + 2, text);
          first = false;
        }
        text.append(parts.close());
      }
    }
  }
}
