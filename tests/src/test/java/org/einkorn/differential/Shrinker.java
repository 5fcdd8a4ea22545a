package org.einkorn.differential;

import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// Makes a failing case small: tries every edit of [Edits] and keeps those after which it still
/// fails in the same way, until none helps.
final class Shrinker {
  private static final int MAX_ATTEMPTS = 2500;

  private final Predicate<Case> fails;
  private Case smallest;
  private int attempts;

  private Shrinker(Case failing, Predicate<Case> fails) {
    this.fails = fails;
    this.smallest = failing;
  }

  /// A small case that fails as `failing` does: the difference, the program and its data.
  static String report(Case failing, Disagreement found) {
    Case small = shrink(failing, some -> isLike(Agreement.check(some), found));
    Disagreement shown = Agreement.check(small).disagreement().orElse(found);
    return "%s%n%n%s%nbefore it was made smaller: %s%n%n%s".formatted(shown, small, found, failing);
  }

  private static boolean isLike(Agreement.Verdict verdict, Disagreement found) {
    return verdict.disagreement().map(found::isLike).orElse(false);
  }

  /// A small case for which `fails` still holds.
  static Case shrink(Case failing, Predicate<Case> fails) {
    Shrinker shrinker = new Shrinker(failing, fails);
    boolean improved = true;
    while (improved && shrinker.attempts < MAX_ATTEMPTS) {
      improved = shrinker.round();
    }
    return shrinker.smallest;
  }

  private boolean round() {
    boolean improved = false;
    for (int way = 0; way < Edits.of(smallest).size(); way++) {
      int number = 0;
      List<Supplier<Case>> edits = Edits.of(smallest).get(way);
      while (number < edits.size() && attempts < MAX_ATTEMPTS) {
        if (accept(edits.get(number))) {
          improved = true;
          edits = Edits.of(smallest).get(way);
        } else {
          number++;
        }
      }
    }
    return improved;
  }

  private boolean accept(Supplier<Case> edit) {
    try {
      Case candidate = edit.get();
      if (weight(candidate) >= weight(smallest)) {
        return false;
      }
      attempts++;
      if (!fails.test(candidate)) {
        return false;
      }
      smallest = candidate;
      return true;
    } catch (RuntimeException notAProgram) {
      return false;
    }
  }

  /// Fewer definitions first, then a shorter text.
  private static int weight(Case some) {
    return some.program().definitions().size() * 1_000_000 + some.toString().length();
  }
}
