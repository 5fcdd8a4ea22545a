package org.einkorn.cli.bench;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One line of a report: a program, a backend, a number of threads.
///
/// @param operations multiplications and additions of one run
/// @param bytes what one run reads and writes, each element once
/// @param gigaflopsLimit what the machine can do at most; so is `bandwidthLimit`
/// @param peer what the peer took, where there is one
public record Row(
    String name,
    String backend,
    int threads,
    Times times,
    double operations,
    double bytes,
    double gigaflopsLimit,
    double bandwidthLimit,
    Optional<PeerFigure> peer) {
  /// The time of a peer.
  ///
  /// @param label who, which version, on which instructions, and how
  public record PeerFigure(String label, Times times) {}

  double gigaflops() {
    return operations / times.median() / 1e6;
  }

  double bandwidth() {
    return bytes / times.median() / 1e6;
  }

  double shareOfMultiplyAdds() {
    return gigaflops() / gigaflopsLimit;
  }

  double shareOfBandwidth() {
    return bandwidth() / bandwidthLimit;
  }

  /// The peer's median over ours.
  Optional<Double> ratio() {
    return peer.map(figure -> figure.times().median() / times.median());
  }

  /// The object of `ein bench --json`; what is about the peer is null where there is none.
  public Map<String, @Nullable Object> json() {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("name", name);
    json.put("backend", backend);
    json.put("threads", threads);
    json.put("median_ms", times.median());
    json.put("min_ms", times.least());
    json.put("runs", times.runs());
    json.put("gflops", gigaflops());
    json.put("gbps", bandwidth());
    json.put("share_of_fma_limit", shareOfMultiplyAdds());
    json.put("share_of_bandwidth", shareOfBandwidth());
    json.put("peer", peer.map(PeerFigure::label).orElse(null));
    json.put("peer_median_ms", peer.map(figure -> figure.times().median()).orElse(null));
    json.put("ratio", ratio().orElse(null));
    return json;
  }
}
