package org.einkorn.frontend.equations;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.einkorn.frontend.syntax.Names;
import org.einkorn.frontend.syntax.ProjectionKind;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.Signature;

/// Names of the IR as names of the language: legal, of the right case, and no two alike. A name
/// that is legal already is kept.
final class Naming {
  private final Map<String, String> tensors = new HashMap<>();
  private final Map<String, String> symbols = new HashMap<>();
  private final Set<String> taken = new HashSet<>();

  Naming(Program program) {
    List<String> names =
        Stream.concat(
                program.signature().inputs().stream().map(Signature.Input::name),
                program.definitions().stream().map(Definition::name))
            .toList();
    names.stream().filter(Naming::isTensorName).forEach(name -> give(tensors, name, name));
    List<String> sizes = program.signature().symbols();
    sizes.stream()
        .filter(name -> Names.isName(name) && Names.isCapital(name))
        .forEach(name -> give(symbols, name, name));
    for (String name : names) {
      if (!tensors.containsKey(name)) {
        give(tensors, name, isTensorName(legal(name)) ? legal(name) : legal(name) + "_");
      }
    }
    for (String name : sizes) {
      if (!symbols.containsKey(name)) {
        String legal = legal(name);
        int first = legal.codePointAt(0);
        String capital = Character.toString(Character.toUpperCase(first));
        give(
            symbols,
            name,
            Names.isCapital(capital)
                ? capital + legal.substring(Character.charCount(first))
                : "N_" + legal);
      }
    }
  }

  private static boolean isTensorName(String name) {
    return Names.isName(name) && ProjectionKind.of(name).isEmpty();
  }

  private void give(Map<String, String> names, String name, String wanted) {
    names.put(name, free(wanted, taken));
  }

  private static String free(String wanted, Set<String> taken) {
    String name = wanted;
    for (int copy = 2; !taken.add(name); copy++) {
      name = wanted + "_" + copy;
    }
    return name;
  }

  private static String legal(String name) {
    StringBuilder text = new StringBuilder();
    name.codePoints()
        .forEach(
            point ->
                text.appendCodePoint(
                    Character.isLetterOrDigit(point) || point == '_' ? point : '_'));
    String legal = text.toString();
    if (Names.isName(legal)) {
      return legal;
    }
    return Names.isName(legal + "_") ? legal + "_" : "v_" + legal;
  }

  String tensor(String name) {
    return Objects.requireNonNull(tensors.get(name), name);
  }

  String symbol(String name) {
    return Objects.requireNonNull(symbols.get(name), name);
  }

  /// The names of the axes of one contraction.
  Map<String, String> axes(List<Axis> axes) {
    Set<String> used = new HashSet<>(taken);
    Map<String, String> names = new HashMap<>();
    for (boolean legal : new boolean[] {true, false}) {
      for (Axis axis : axes) {
        String name = axis.name();
        boolean isLegal = Names.isName(name) && !Names.isCapital(name) && !taken.contains(name);
        if (isLegal == legal) {
          String wanted = legal(name);
          names.put(name, free(Names.isCapital(wanted) ? "i_" + wanted : wanted, used));
        }
      }
    }
    return names;
  }
}
