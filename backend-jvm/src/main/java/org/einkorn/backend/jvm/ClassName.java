package org.einkorn.backend.jvm;

/// The name of a class that is written to a file.
///
/// @param text as a user writes it, `com.example.Layer`
record ClassName(String text) {
  ClassName {
    for (String part : text.split("\\.", -1)) {
      if (!isIdentifier(part)) {
        throw Refusals.badName(text);
      }
    }
  }

  private static boolean isIdentifier(String part) {
    return !part.isEmpty()
        && Character.isJavaIdentifierStart(part.codePointAt(0))
        && part.codePoints().allMatch(Character::isJavaIdentifierPart);
  }

  /// `com/example/Layer`
  String internal() {
    return text.replace('.', '/');
  }
}
