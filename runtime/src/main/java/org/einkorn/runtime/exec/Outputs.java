package org.einkorn.runtime.exec;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.DataFault;
import org.einkorn.runtime.Tensor;
import org.einkorn.runtime.TupleSet;

/// What a program has made.
///
/// @param tensors outputs by name, in the manifest's order
/// @param relations those that are lists of tuples
public record Outputs(Map<String, Tensor> tensors, Map<String, TupleSet> relations) {
  public Outputs {
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    relations = Collections.unmodifiableMap(new LinkedHashMap<>(relations));
  }

  /// The names of all.
  public Set<String> names() {
    Set<String> names = new LinkedHashSet<>(tensors.keySet());
    names.addAll(relations.keySet());
    return Collections.unmodifiableSet(names);
  }

  /// An output that is a tensor.
  Tensor tensor(String name) {
    Tensor tensor = tensors.get(name);
    if (tensor == null) {
      throw DataException.of(DataFault.INPUT_UNKNOWN)
          .expected("one of the outputs " + names())
          .found("`" + name + "`");
    }
    return tensor;
  }
}
