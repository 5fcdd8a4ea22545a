package org.einkorn.frontend.check;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.einkorn.ir.source.Diagnostic;

/// What is said of axes that two sides do not tell, and of facts that are open.
final class ShapeWords {
  private ShapeWords() {}

  static Diagnostic merge(Problem.UnclearMerge p) {
    Diagnostic merge = Diagnostic.error("E0220", "`concat` can't tell which axes it merges");
    if (p.left().isEmpty()) {
      return merge
          .at(p.at(), "this is a part of the right side only")
          .help("give it an equation of its own: `Y[p, (h dv)] = X[h, p, dv]`");
    }
    boolean isCounted = p.free().size() == 1 && !p.merged().isEmpty();
    String group = p.merged().isEmpty() ? "h dv" : String.join(" ", p.merged());
    return merge
        .at(
            p.at(),
            isCounted
                ? "its indices must be plain and different"
                : "only here: " + indices(p.merged()))
        .and(p.left().get(), "only here: " + indices(p.free()))
        .help(
            "say which axis is made of which: `(" + group + ")` on the left side, and no `concat`");
  }

  static Diagnostic inFact(Problem.UnknownExtent p) {
    String capital = p.index().substring(0, 1).toUpperCase(Locale.ROOT) + p.index().substring(1);
    return Diagnostic.error("E0211", "nothing in the fact binds " + code(p.index()))
        .at(p.at(), "it begins in lower case, which makes it an index")
        .help(
            "write a constant with a capital or in quotes, "
                + code(capital)
                + " or `\""
                + p.index()
                + "\"`, or say how far it runs: "
                + code(p.offer()));
  }

  private static String indices(List<String> names) {
    return names.isEmpty()
        ? "no plain index"
        : names.stream().map(ShapeWords::code).collect(Collectors.joining(", "));
  }

  private static String code(String text) {
    return "`" + text + "`";
  }
}
