package org.einkorn.frontend;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/// What to compile a program for.
///
/// @param inputs what is known of the inputs that are bound from outside, by name
/// @param files what is known of a file that the program names, from its header; nothing where the
///   file can't be read now
/// @param requested the tensors to keep; empty for the program's own outputs and queries
/// @param unreadable files that can't be read, which whoever asks reports himself: what follows
///   from that is no error of the program
/// @param specialize whether known extents become constants, so that disagreements are errors with
///   a place; else only types and ranks are used and sizes stay symbols
public record Request(
    Map<String, Known> inputs,
    Function<String, Optional<Known>> files,
    Set<String> requested,
    Set<String> unreadable,
    boolean specialize) {
  public Request {
    inputs = Map.copyOf(inputs);
    requested = Collections.unmodifiableSet(new LinkedHashSet<>(requested)); // keeps the order
    unreadable = Set.copyOf(unreadable);
  }

  /// A request where all files can be read, or are not asked for.
  public Request(
      Map<String, Known> inputs,
      Function<String, Optional<Known>> files,
      Set<String> requested,
      boolean specialize) {
    this(inputs, files, requested, Set.of(), specialize);
  }

  /// Nothing known.
  public static Request plain() {
    return new Request(Map.of(), file -> Optional.empty(), Set.of(), false);
  }
}
