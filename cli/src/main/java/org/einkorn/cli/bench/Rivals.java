package org.einkorn.cli.bench;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.einkorn.Program;
import org.einkorn.ir.target.RefusedException;
import org.einkorn.runtime.Tensor;

/// The peers that have the data of a workload, and their ways to compute it.
final class Rivals {
  private static final int TRIALS = 3;

  /// What takes so many times as long as another way in one run is not the fastest.
  private static final long HOPELESS = 4;

  private final List<Ready> ready = new ArrayList<>();
  private final Path folder;
  private final Facts facts;

  /// @param variants the names of the ways
  private record Ready(PeerProcess process, List<String> variants) {}

  private Rivals(Path folder, Facts facts) {
    this.folder = folder;
    this.facts = facts;
  }

  /// Gives the work to each peer that knows how to do it.
  ///
  /// @param folder for the data
  /// @throws RefusedException E0731 if none does
  static Rivals of(
      Peers peers,
      Workload workload,
      Program program,
      Facts facts,
      Map<String, Tensor> data,
      int threads,
      Path folder) {
    Rivals rivals = new Rivals(folder, facts);
    if (peers.names().isEmpty()) {
      return rivals;
    }
    List<String> taken = new ArrayList<>(facts.inputs().stream().map(Parameter::name).toList());
    if (workload.task().isPresent()) {
      // What the program reads by itself is a constant of it, and the peer's form has that too;
      // a form takes its inputs as the suite lists them.
      taken = List.copyOf(workload.shapes().keySet());
    }
    List<String> names = taken;
    Optional<PeerTask> task = workload.task().or(() -> EinsumForm.of(program, names));
    if (task.isEmpty() || facts.outputs().size() != 1) {
      throw notComputed(
          peers,
          workload,
          "it is no single sum of products of its inputs, which is what peers are told",
          "write such a program, or a suite that names a form the peer knows");
    }
    List<Path> files = rivals.write(names, data);
    for (String name : peers.names()) {
      PeerProcess process = peers.process(name, threads);
      List<String> variants = process.load(task.get(), files);
      if (!variants.isEmpty()) {
        rivals.ready.add(new Ready(process, variants));
      }
    }
    if (rivals.isEmpty()) {
      throw notComputed(
          peers,
          workload,
          "it does not know `" + task.get() + "`",
          "compare with another peer, or with `best` of them");
    }
    return rivals;
  }

  private List<Path> write(List<String> names, Map<String, Tensor> data) {
    List<Path> files = new ArrayList<>();
    for (String name : names) {
      Path file = folder.resolve("input-" + files.size() + ".npy");
      Tensor tensor = data.get(name);
      if (tensor == null) {
        throw new IllegalStateException("`" + name + "` has no data");
      }
      tensor.write(file);
      files.add(file);
    }
    return files;
  }

  private static RefusedException notComputed(
      Peers peers, Workload workload, String why, String help) {
    return new RefusedException(
        "E0731",
        "the peer %s does not compute `%s`: %s"
            .formatted(String.join(", ", peers.names()), workload.name(), why),
        help);
  }

  boolean isEmpty() {
    return ready.isEmpty();
  }

  /// The fastest way of all peers, by a few runs of each that can be it. All of them are right.
  ///
  /// @throws RefusedException E0562 if one is not
  Optional<PeerContender> fastest(ResultCheck check, Benchmark.Result reference) {
    List<PeerContender> all = new ArrayList<>();
    List<Long> firsts = new ArrayList<>();
    for (Ready peer : ready) {
      String name = peer.process.describe();
      for (int variant = 0; variant < peer.variants.size(); variant++) {
        String label = name + ": " + peer.variants.get(variant);
        PeerContender contender = new PeerContender(peer.process, variant, label);
        contender.run(1); // fresh memory, cold code
        requireNear(contender, check, reference);
        all.add(contender);
        firsts.add(contender.run(1));
      }
    }
    Optional<PeerContender> fastest = Optional.empty();
    double least = Double.POSITIVE_INFINITY;
    for (int number = 0; number < all.size(); number++) {
      if (firsts.get(number) > HOPELESS * Collections.min(firsts)) {
        continue;
      }
      PeerContender contender = all.get(number);
      double median = new Stopwatch(TRIALS, 0).measure(List.of(contender)).getFirst().median();
      if (median < least) {
        least = median;
        fastest = Optional.of(contender);
      }
    }
    return fastest;
  }

  /// @throws RefusedException E0562 if what it made last is not what is expected
  void requireNear(PeerContender contender, ResultCheck check, Benchmark.Result reference) {
    Path file = folder.resolve("result.npy");
    contender.process().result(contender.variant(), file);
    String output = facts.outputs().getFirst().name();
    try (Arena arena = Arena.ofShared()) {
      check.requireNear(
          contender.name(),
          Map.of(output, Tensor.read(arena, file)),
          reference.maker(),
          reference.outputs());
    }
  }
}
