package org.einkorn.runtime.io;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// JSON (RFC 8259) as far as a `.safetensors` header goes: objects, arrays, strings and integers.
///
/// ```text
/// Json = Obj(name → Json)* | Arr(Json*) | Str(text) | Int(value)
/// ```
sealed interface Json {
  /// A `safetensors` header is an object of objects of arrays; more is refused, not recursed into.
  int MOST_LEVELS = 4;

  record Obj(Map<String, Json> members) implements Json {}

  record Arr(List<Json> elements) implements Json {}

  record Str(String text) implements Json {}

  record Int(long value) implements Json {}

  /// What is wrong with a text, at a position in it.
  final class SyntaxException extends Exception {
    private final int position;
    private final String expected;

    SyntaxException(int position, String expected) {
      super(expected);
      this.position = position;
      this.expected = expected;
    }

    int position() {
      return position;
    }

    String expected() {
      return expected;
    }
  }

  /// Reads a whole text. An object may not hold a name twice.
  static Json parse(String text) throws SyntaxException {
    Parser parser = new Parser(text);
    Json value = parser.value(0);
    parser.end();
    return value;
  }

  /// A string in JSON's quotes.
  static String quote(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int at = 0; at < text.length(); at++) {
      char c = text.charAt(at);
      if (c == '"' || c == '\\') {
        quoted.append('\\').append(c);
      } else if (c < ' ' || Character.isSurrogate(c)) {
        quoted.append(String.format("\\u%04x", (int) c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }

  /// Goes through the text once, from left to right.
  final class Parser {
    private final String text;
    private int at;

    Parser(String text) {
      this.text = text;
    }

    Json value(int level) throws SyntaxException {
      if (level == MOST_LEVELS) {
        throw new SyntaxException(at, "at most " + MOST_LEVELS + " levels");
      }
      return switch (peek()) {
        case '{' -> object(level);
        case '[' -> array(level);
        case '"' -> new Str(string());
        default -> integer();
      };
    }

    void end() throws SyntaxException {
      if (peek() != 0) {
        throw new SyntaxException(at, "nothing more");
      }
    }

    private Json object(int level) throws SyntaxException {
      Map<String, Json> members = new LinkedHashMap<>();
      at++;
      if (accept('}')) {
        return new Obj(members);
      }
      do {
        if (peek() != '"') {
          throw new SyntaxException(at, "a name in quotes");
        }
        int start = at;
        String name = string();
        expect(':');
        if (members.put(name, value(level + 1)) != null) {
          throw new SyntaxException(start, "each name once");
        }
      } while (accept(','));
      expect('}');
      return new Obj(members);
    }

    private Json array(int level) throws SyntaxException {
      List<Json> elements = new ArrayList<>();
      at++;
      if (accept(']')) {
        return new Arr(elements);
      }
      do {
        elements.add(value(level + 1));
      } while (accept(','));
      expect(']');
      return new Arr(elements);
    }

    private Json integer() throws SyntaxException {
      int start = at;
      while (at < text.length() && "-0123456789".indexOf(text.charAt(at)) >= 0) {
        at++;
      }
      try {
        return new Int(Long.parseLong(text.substring(start, at)));
      } catch (NumberFormatException invalid) {
        throw new SyntaxException(start, "an object, an array, a string or an integer below 2^63");
      }
    }

    private String string() throws SyntaxException {
      StringBuilder content = new StringBuilder();
      int start = at++;
      while (at < text.length() && text.charAt(at) != '"') {
        char c = text.charAt(at++);
        content.append(c == '\\' ? escaped() : c);
      }
      if (at >= text.length()) {
        throw new SyntaxException(start, "a closing quote");
      }
      at++;
      return content.toString();
    }

    private char escaped() throws SyntaxException {
      char c = at < text.length() ? text.charAt(at++) : 0;
      return switch (c) {
        case '"', '\\', '/' -> c;
        case 'b' -> '\b';
        case 'f' -> '\f';
        case 'n' -> '\n';
        case 'r' -> '\r';
        case 't' -> '\t';
        case 'u' -> {
          try {
            at += 4;
            yield (char) Integer.parseInt(text, at - 4, Math.min(at, text.length()), 16);
          } catch (NumberFormatException | IndexOutOfBoundsException invalid) {
            throw new SyntaxException(at - 4, "four hexadecimal digits");
          }
        }
        default -> throw new SyntaxException(at - 1, "an escape that JSON has");
      };
    }

    /// The next character that is not blank, without taking it; 0 at the end.
    private char peek() {
      while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
        at++;
      }
      return at < text.length() ? text.charAt(at) : 0;
    }

    private boolean accept(char wanted) {
      if (peek() != wanted) {
        return false;
      }
      at++;
      return true;
    }

    private void expect(char wanted) throws SyntaxException {
      if (!accept(wanted)) {
        throw new SyntaxException(at, "`" + wanted + "`");
      }
    }
  }
}
