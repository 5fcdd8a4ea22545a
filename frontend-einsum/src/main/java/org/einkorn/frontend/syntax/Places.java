package org.einkorn.frontend.syntax;

import org.antlr.v4.runtime.Token;
import org.einkorn.ir.source.Origin;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.source.Span;
import org.jspecify.annotations.Nullable;

/// Where tokens stand in a file. The lexer counts code points and spans count UTF-16 units; the two
/// differ only in texts with characters beyond the basic plane, and only those pay for a table.
final class Places {
  private final SourceFile file;
  private final int @Nullable [] unitOfCodePoint;

  Places(SourceFile file) {
    this.file = file;
    String text = file.text();
    int codePoints = text.codePointCount(0, text.length());
    if (codePoints == text.length()) {
      unitOfCodePoint = null;
      return;
    }
    int[] units = new int[codePoints + 1];
    int unit = 0;
    for (int k = 0; k < codePoints; k++) {
      units[k] = unit;
      unit += Character.charCount(text.codePointAt(unit));
    }
    units[codePoints] = unit;
    unitOfCodePoint = units;
  }

  SourceFile file() {
    return file;
  }

  Span of(Token token) {
    return of(token, token);
  }

  /// From the start of `first` to the end of `last`.
  Span of(Token first, Token last) {
    int start = unit(first.getStartIndex());
    return file.span(start, Math.max(start, unit(last.getStopIndex() + 1)));
  }

  Origin origin(Token first, Token last) {
    return Origin.of(of(first, last));
  }

  private int unit(int codePoint) {
    int unit = unitOfCodePoint == null ? codePoint : unitOfCodePoint[codePoint];
    return Math.min(unit, file.length());
  }
}
