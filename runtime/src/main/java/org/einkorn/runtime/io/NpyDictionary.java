package org.einkorn.runtime.io;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.DataFault;

/// The text of an `.npy` header: a Python dictionary with exactly these three keys, in any order.
///
/// ```text
/// dictionary = '{' [entry {',' entry} [',']] '}'
/// entry      = 'descr' ':' string | 'fortran_order' ':' (True | False) | 'shape' ':' tuple
/// tuple      = '(' [integer {',' integer} [',']] ')'
/// ```
///
/// There is no nesting, so a hostile header cannot make the reader recurse.
record NpyDictionary(String descriptor, boolean columnMajor, long[] shape) {
  static NpyDictionary parse(String text, Object place) {
    return new Parser(text, place).dictionary();
  }

  private static final class Parser {
    private final String text;
    private final Object place;
    private int at;
    private String descriptor = "";
    private boolean columnMajor;
    private long[] shape = {};

    Parser(String text, Object place) {
      this.text = text;
      this.place = place;
    }

    NpyDictionary dictionary() {
      Set<String> seen = new HashSet<>();
      expect('{');
      while (!accept('}')) {
        String key = string();
        expect(':');
        if (!seen.add(key)) {
          throw bad("each key once", "a second " + InputFile.excerpt(key));
        }
        switch (key) {
          case "descr" -> descriptor = descriptor();
          case "fortran_order" -> columnMajor = truth();
          case "shape" -> shape = tuple();
          default -> throw bad("the keys descr, fortran_order and shape", InputFile.excerpt(key));
        }
        if (!accept(',')) {
          expect('}');
          break;
        }
      }
      if (peek() != 0) {
        throw bad("nothing after the closing `}`", rest());
      }
      if (seen.size() != 3) {
        throw bad(
            "the keys descr, fortran_order and shape", "only " + seen.stream().sorted().toList());
      }
      return new NpyDictionary(descriptor, columnMajor, shape);
    }

    private String descriptor() {
      char first = peek();
      if (first == '[' || first == '{' || first == '(') {
        throw NpyHeader.unsupported(text.substring(at), place); // a structured type
      }
      return string();
    }

    private String string() {
      char quote = peek();
      if (quote != '\'' && quote != '"') {
        throw bad("a quoted string", rest());
      }
      int end = text.indexOf(quote, at + 1);
      if (end < 0) {
        throw bad("a closing quote", rest());
      }
      String content = text.substring(at + 1, end);
      at = end + 1;
      return content;
    }

    private boolean truth() {
      peek();
      for (boolean value : new boolean[] {true, false}) {
        String word = value ? "True" : "False";
        if (text.startsWith(word, at)) {
          at += word.length();
          return value;
        }
      }
      throw bad("True or False", rest());
    }

    private long[] tuple() {
      List<Long> extents = new ArrayList<>();
      expect('(');
      while (!accept(')')) {
        extents.add(integer());
        if (!accept(',')) {
          expect(')');
          break;
        }
      }
      return extents.stream().mapToLong(Long::longValue).toArray();
    }

    private long integer() {
      peek();
      int start = at;
      if (at < text.length() && text.charAt(at) == '-') {
        at++;
      }
      int digits = at;
      while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
        at++;
      }
      String number = text.substring(start, at);
      if (at == digits) {
        throw bad("an integer", rest());
      }
      if (at < text.length() && text.charAt(at) == 'L') {
        at++; // Python 2 wrote long integers so
      }
      try {
        return Long.parseLong(number);
      } catch (NumberFormatException overflow) {
        throw DataException.of(DataFault.IMPOSSIBLE_SIZE)
            .at(place)
            .expected("an extent below 2^63")
            .found(InputFile.excerpt(number));
      }
    }

    /// The next character that is not blank, without taking it; 0 at the end.
    private char peek() {
      while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
        at++;
      }
      return at < text.length() ? text.charAt(at) : 0;
    }

    private boolean accept(char wanted) {
      if (peek() != wanted || at >= text.length()) {
        return false;
      }
      at++;
      return true;
    }

    private void expect(char wanted) {
      if (!accept(wanted)) {
        throw bad("`" + wanted + "`", rest());
      }
    }

    private String rest() {
      return at >= text.length() ? "the end of the header" : InputFile.excerpt(text.substring(at));
    }

    private DataException bad(String expected, String found) {
      return DataException.of(DataFault.BAD_HEADER)
          .at(place)
          .with("in", "character " + (at + 1) + " of the header")
          .expected(expected)
          .found(found);
    }
  }
}
