package org.einkorn.passes.schedule;

import java.util.List;
import org.einkorn.ir.integer.Loop;

/// Two accesses of which it is not known that they never touch one element, at least one of them a
/// store, and how the rounds lie to one another in which they may.
///
/// @param first an access
/// @param second an access, in the same or another round
/// @param loops the loops that are looked at, the outermost first
/// @param signs for each loop, how its round of the second access lies to that of the first
record Dependence(Access first, Access second, List<Loop> loops, List<Sign> signs) {
  Dependence {
    loops = List.copyOf(loops);
    signs = List.copyOf(signs);
  }

  /// How the second of two rounds lies to the first.
  enum Sign {
    EARLIER,
    EQUAL,
    LATER
  }

  /// "block `C` stores `C[i]`, and in a later round of `i` block `D` reads `C[i]`"
  String text() {
    StringBuilder rounds = new StringBuilder();
    for (int number = 0; number < loops.size(); number++) {
      if (signs.get(number) == Sign.EQUAL) {
        continue;
      }
      rounds.append(rounds.isEmpty() ? "" : " and ");
      rounds.append(signs.get(number) == Sign.LATER ? "a later" : "an earlier");
      rounds.append(" round of `");
      rounds.append(loops.get(number).variable()).append('`');
    }
    String where = rounds.isEmpty() ? "the same round" : rounds.toString();
    return "dependence: " + first.text() + ", and in " + where + " " + second.text();
  }
}
