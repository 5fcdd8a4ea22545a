package org.einkorn.frontend.syntax;

import org.einkorn.ir.source.Span;

/// A comment, with its signs: `// to the end of the line` or `/* over lines */`.
public record Comment(Span span) {
  public String text() {
    return span.text();
  }
}
