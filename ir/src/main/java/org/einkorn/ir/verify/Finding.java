package org.einkorn.ir.verify;

import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.source.Origin;

/// A place in a program at which a rule does not hold.
///
/// @param rule the name of the rule: `reads-rank`
/// @param where the part of the program, in words: `S, term 2`
/// @param message what is wrong there, with both sides of a disagreement
/// @param origin where the part was written, if that is known
public record Finding(String rule, String where, String message, Origin origin) {

  /// This as a complaint about IR text.
  public Diagnostic toDiagnostic() {
    return Diagnostic.error("E0809", "IR that breaks the rule `" + rule + "`")
        .at(origin, message)
        .note("found in " + where);
  }

  /// `reads-rank: in S, term 2: …`
  @Override
  public String toString() {
    return rule + ": in " + where + ": " + message;
  }
}
