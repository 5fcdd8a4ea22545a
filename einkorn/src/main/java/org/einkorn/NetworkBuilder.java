package org.einkorn;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.passes.order.Network;
import org.jspecify.annotations.Nullable;

/// Numbers the indices of a network that was read, and sees that they fit together.
final class NetworkBuilder {
  private static final int MOST_OPERANDS = 10_000;
  private static final int MOST_AXES = 1_000_000;

  private final SourceFile file;
  private final List<List<NetworkReader.Name>> operands;
  private final List<NetworkReader.Name> output;
  private final Map<String, Long> sizes;
  private final Map<String, Integer> numbers = new LinkedHashMap<>();
  private final List<Diagnostic> errors = new ArrayList<>();

  NetworkBuilder(
      SourceFile file,
      List<List<NetworkReader.Name>> operands,
      List<NetworkReader.Name> output,
      Map<String, Long> sizes) {
    this.file = file;
    this.operands = operands;
    this.output = output;
    this.sizes = sizes;
  }

  /// The network, or nothing if there are [#errors].
  @Nullable TensorNetwork build() {
    requireSmall();
    if (!errors.isEmpty()) {
      return null;
    }
    List<List<Integer>> inputs = new ArrayList<>();
    for (List<NetworkReader.Name> operand : operands) {
      inputs.add(operand.stream().map(this::numberOf).toList());
    }
    List<Integer> result = numbersOfOutput();
    if (!errors.isEmpty()) {
      return null;
    }
    List<String> names = List.copyOf(numbers.keySet());
    List<Long> extents = names.stream().map(sizes::get).toList();
    return new TensorNetwork(new Network(inputs, result, extents), names);
  }

  List<Diagnostic> errors() {
    return List.copyOf(errors);
  }

  private void requireSmall() {
    long axes = output.size();
    for (List<NetworkReader.Name> operand : operands) {
      axes += operand.size();
    }
    if (operands.size() > MOST_OPERANDS || axes > MOST_AXES) {
      report(
          Diagnostic.error("E0407", "the file is larger than a network may be")
              .note(
                  "it has %,d operands with %,d axes; the most are %,d and %,d"
                      .formatted(operands.size(), axes, MOST_OPERANDS, MOST_AXES))
              .help("contract parts of the network apart"));
    }
  }

  private int numberOf(NetworkReader.Name name) {
    Integer known = numbers.get(name.text());
    if (known != null) {
      return known;
    }
    if (!sizes.containsKey(name.text())) {
      String shown = NetworkReader.shortened(name.text());
      report(
          Diagnostic.error("E0405", "the index `" + shown + "` has no extent")
              .at(file.span(name.start(), name.end()), "used here")
              .help("add `\"" + shown + "\": 2` to `size_dict`, with the extent it has"));
    }
    numbers.put(name.text(), numbers.size());
    return numbers.size() - 1;
  }

  private List<Integer> numbersOfOutput() {
    List<Integer> result = new ArrayList<>();
    Set<String> written = new HashSet<>();
    Map<String, NetworkReader.Name> firsts = new HashMap<>();
    for (NetworkReader.Name name : output) {
      String shown = NetworkReader.shortened(name.text());
      Integer number = numbers.get(name.text());
      NetworkReader.Name first = firsts.putIfAbsent(name.text(), name);
      if (number == null) {
        report(
            Diagnostic.error("E0406", "no operand has the output's index `" + shown + "`")
                .at(file.span(name.start(), name.end()), "")
                .help("take it out of the output, or give an operand this index"));
      } else if (!written.add(name.text()) && first != null) {
        report(
            Diagnostic.error("E0406", "the output has the index `" + shown + "` twice")
                .at(file.span(name.start(), name.end()), "the second")
                .and(file.span(first.start(), first.end()), "the first")
                .help("an output has each index once"));
      } else {
        result.add(number);
      }
    }
    return result;
  }

  private void report(Diagnostic error) {
    if (errors.size() < NetworkReader.MOST_ERRORS) {
      errors.add(error);
    }
  }
}
