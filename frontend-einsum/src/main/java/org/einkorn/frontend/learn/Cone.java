package org.einkorn.frontend.learn;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.TensorReads;

/// What a step computes: the tensors that the objective needs and that depend on a parameter. A
/// tensor of the user and its temporaries are one.
///
/// @param inside the tensors that are computed anew in each step
/// @param data what these read from outside, but for the parameters
/// @param needed everything that the objective needs
/// @param definitions the definitions inside
record Cone(
    Set<String> inside, Set<String> data, Set<String> needed, List<Definition> definitions) {

  /// @param users the tensors that equations of the program define
  /// @param wanted what is asked for, which is inside in any case
  static Cone of(Program program, Set<String> users, Set<String> parameters, Set<String> wanted) {
    Map<String, String> owners = new LinkedHashMap<>();
    Map<String, Set<String>> reads = new LinkedHashMap<>();
    for (Definition definition : program.definitions()) {
      String owner = owner(definition, users);
      owners.put(definition.name(), owner);
      reads
          .computeIfAbsent(owner, _ -> new LinkedHashSet<>())
          .addAll(TensorReads.of(definition.body()));
    }
    Set<String> needed = new LinkedHashSet<>(wanted);
    Set<String> moved = new HashSet<>(parameters);
    int before;
    do {
      before = needed.size() + moved.size();
      reads.forEach(
          (owner, all) -> {
            if (needed.contains(owner)) {
              all.forEach(read -> needed.add(owners.getOrDefault(read, read)));
            }
            if (all.stream().anyMatch(read -> moved.contains(owners.getOrDefault(read, read)))) {
              moved.add(owner);
            }
          });
    } while (needed.size() + moved.size() > before);
    Set<String> inside = new LinkedHashSet<>();
    for (String owner : reads.keySet()) {
      if (needed.contains(owner) && moved.contains(owner) || wanted.contains(owner)) {
        inside.add(owner);
      }
    }
    inside.removeAll(parameters);
    Set<String> data = new LinkedHashSet<>();
    for (String owner : inside) {
      for (String read : reads.getOrDefault(owner, Set.of())) {
        if (!inside.contains(owners.getOrDefault(read, read)) && !parameters.contains(read)) {
          data.add(read);
        }
      }
    }
    return new Cone(
        inside,
        data,
        needed,
        program.definitions().stream()
            .filter(definition -> inside.contains(owners.get(definition.name())))
            .toList());
  }

  /// The tensor of which a definition is a part: `Y` of `Y.1`. A derivative is its own.
  private static String owner(Definition definition, Set<String> users) {
    String name = definition.name();
    if (definition.body() instanceof Body.Derivative) {
      return name;
    }
    String owner = name;
    while (!users.contains(owner) && owner.lastIndexOf('.') > 0) {
      owner = owner.substring(0, owner.lastIndexOf('.'));
    }
    return users.contains(owner) ? owner : name;
  }

  /// The definitions that `outputs` need, in order.
  static List<Definition> reachable(List<Definition> definitions, Set<String> outputs) {
    Set<String> needed = new HashSet<>(outputs);
    int before;
    do {
      before = needed.size();
      for (Definition definition : definitions) {
        if (needed.contains(definition.name())) {
          needed.addAll(TensorReads.of(definition.body()));
        }
      }
    } while (needed.size() > before);
    return definitions.stream().filter(made -> needed.contains(made.name())).toList();
  }
}
