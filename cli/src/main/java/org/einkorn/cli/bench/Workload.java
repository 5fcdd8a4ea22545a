package org.einkorn.cli.bench;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.einkorn.Program;
import org.einkorn.runtime.Shape;
import org.einkorn.runtime.Tensor;

/// A program to be measured, and on what.
///
/// @param name what a report calls it
/// @param program with the given inputs bound
/// @param folder what the files that it names are relative to
/// @param shapes of inputs that get random data, in the order in which a peer takes them
/// @param given the inputs that have data
/// @param density which share of the elements is true, of inputs that are Boolean
/// @param task what a peer is to compute, where the program itself does not show it
public record Workload(
    String name,
    Program program,
    Path folder,
    SequencedMap<String, Shape> shapes,
    Map<String, Tensor> given,
    Map<String, Double> density,
    Optional<PeerTask> task) {
  public Workload {
    shapes = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(shapes));
    given = Map.copyOf(given);
    density = Map.copyOf(density);
  }
}
