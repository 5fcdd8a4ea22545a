package org.einkorn.ir.verify;

import org.einkorn.ir.source.Origin;

/// A part of a program, for messages.
///
/// @param words `S, term 2`
public record Place(String words, Origin origin) {
  static Place of(String words) {
    return new Place(words, Origin.UNKNOWN);
  }

  Place in(String part) {
    return new Place(words + ", " + part, origin);
  }
}
