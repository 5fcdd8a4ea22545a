package org.einkorn.bench;

import java.lang.foreign.Arena;
import java.util.List;
import java.util.Map;
import org.einkorn.runtime.Tensor;

/// A library that is compared with.
interface Library {
  String name();

  String version();

  /// The instructions that it uses on this processor.
  String instructions();

  /// How it computes a form.
  ///
  /// @param form `einsum`, or another name
  /// @param spec the einsum string
  /// @param arena for results and what is between
  /// @return by name; none where it does not know how
  Map<String, Way> ways(String form, String spec, List<Tensor> inputs, Arena arena);
}
