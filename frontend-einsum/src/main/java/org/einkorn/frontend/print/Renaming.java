package org.einkorn.frontend.print;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.einkorn.frontend.syntax.Names;
import org.einkorn.frontend.syntax.Tree;

/// Names that the language can write, for names of the IR; those that are legal stay.
final class Renaming {
  private final Map<String, String> names = new HashMap<>();
  private final Set<String> taken;
  private final boolean isCapital;

  /// @param taken names that are given away already
  /// @param isCapital whether a name must begin with a capital, as sizes do; else it must not
  private Renaming(Set<String> taken, boolean isCapital) {
    this.taken = taken;
    this.isCapital = isCapital;
  }

  /// New names for tensors. A tensor may begin with any letter.
  static Renaming ofTensors(Collection<String> tensors) {
    Renaming renaming = new Renaming(new HashSet<>(), true);
    for (String tensor : tensors) {
      boolean isLegal = Names.isName(tensor) && Tree.ProjectionKind.of(tensor).isEmpty();
      if (isLegal) {
        renaming.names.put(tensor, tensor);
        renaming.taken.add(tensor);
      }
    }
    tensors.forEach(renaming::add);
    return renaming;
  }

  /// New names for sizes, apart from all tensors.
  static Renaming ofSizes(Collection<String> sizes, Renaming tensors) {
    Renaming renaming = new Renaming(new HashSet<>(tensors.taken), true);
    sizes.forEach(renaming::add);
    return renaming;
  }

  /// New names for the indices of one equation.
  static Renaming ofIndices(Collection<String> indices) {
    Renaming renaming = new Renaming(new HashSet<>(), false);
    indices.forEach(renaming::add);
    return renaming;
  }

  private void add(String name) {
    if (names.containsKey(name)) {
      return;
    }
    String legal = name.replace('.', '_').replace("'", "_").replace('′', '_');
    if (Names.isCapital(legal) != isCapital) {
      legal = isCapital ? "N_" + legal : "i_" + legal;
    }
    if (!Names.isName(legal) || Tree.ProjectionKind.of(legal).isPresent()) {
      legal = (isCapital ? "N_" : "i_") + legal;
    }
    String unique = legal;
    for (int copy = 2; !taken.add(unique); copy++) {
      unique = legal + "_" + copy;
    }
    names.put(name, unique);
  }

  /// A name that nothing has yet.
  String fresh(String wanted) {
    String unique = wanted;
    for (int copy = 2; !taken.add(unique); copy++) {
      unique = wanted + "_" + copy;
    }
    return unique;
  }

  String of(String name) {
    String found = names.get(name);
    if (found == null) {
      throw new IllegalArgumentException("`" + name + "` is not declared");
    }
    return found;
  }
}
