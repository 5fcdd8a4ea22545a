package org.einkorn;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Module;

/// How tensors are stored that are not, or not only, stored in full, and why.
final class StoredForm {
  private static final Pattern SORTED = Pattern.compile("(.+)\\.by\\.([0-9.]+)\\.(from|starts)");

  private StoredForm() {}

  /// A sentence for each such form of a tensor.
  static List<String> of(String tensor, Module loops) {
    Set<String> names = loops.buffers().stream().map(Buffer::name).collect(Collectors.toSet());
    Set<String> sorted = new TreeSet<>();
    Set<String> withRows = new TreeSet<>();
    for (String name : names) {
      Matcher matcher = SORTED.matcher(name);
      if (matcher.matches() && matcher.group(1).equals(tensor)) {
        (matcher.group(3).equals("from") ? sorted : withRows).add(matcher.group(2));
      }
    }
    String full =
        names.contains(tensor)
            ? "; in full too, since it is kept or read at any position"
            : "; not in full, since all that reads it goes through these";
    List<String> forms = new ArrayList<>();
    for (String order : sorted) {
      boolean hasRows = withRows.contains(order);
      boolean isWay = !hasRows && sorted.size() > 1;
      forms.add(
          "entries sorted by axes "
              + order.replace(".", ", ")
              + (hasRows ? ", with rows" : "")
              + (isWay ? ", which the others are made of" : "")
              + full);
    }
    if (names.contains(tensor + ".values") && !names.contains(tensor)) {
      forms.add("values at the entries of the list that restricts it" + full);
    }
    return List.copyOf(forms);
  }
}
