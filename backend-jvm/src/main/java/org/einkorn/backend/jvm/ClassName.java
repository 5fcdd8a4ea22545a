package org.einkorn.backend.jvm;

import java.util.Set;

/// The name of a class that is written to a file.
///
/// @param text as a user writes it, `com.example.Layer`
record ClassName(String text) {
  /// Words of the language; no class or package that a Java source can name is called so.
  private static final Set<String> KEYWORDS =
      Set.of(
          ("_ abstract assert boolean break byte case catch char class const continue default do"
               + " double else enum extends false final finally float for goto if implements import"
               + " instanceof int interface long native new null package private protected public"
               + " return short static strictfp super switch synchronized this throw throws"
               + " transient true try void volatile while")
              .split(" "));

  /// What may be the name of a package, but not of a type.
  private static final Set<String> NO_TYPES = Set.of("permits", "record", "sealed", "var", "yield");

  ClassName {
    for (String part : text.split("\\.", -1)) {
      if (!isIdentifier(part)) {
        throw Refusals.badName(text);
      }
    }
    if (NO_TYPES.contains(text.substring(text.lastIndexOf('.') + 1))) {
      throw Refusals.badName(text);
    }
  }

  private static boolean isIdentifier(String part) {
    return !part.isEmpty()
        && !KEYWORDS.contains(part)
        && Character.isJavaIdentifierStart(part.codePointAt(0))
        && part.codePoints().allMatch(Character::isJavaIdentifierPart);
  }

  /// `com/example/Layer`
  String internal() {
    return text.replace('.', '/');
  }
}
