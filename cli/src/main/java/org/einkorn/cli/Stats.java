package org.einkorn.cli;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.einkorn.Results;
import org.einkorn.passes.pipeline.Pipeline;
import org.einkorn.runtime.io.OutputFile;

/// The file that `--stats` writes: what `explain --json` says, and what the run took.
final class Stats {
  private Stats() {}

  static void write(Path path, Results results) {
    Map<String, Object> json = Json.of(results.explanation());
    json.put(
        "compile_ms",
        results.compilation().stream().mapToDouble(Pipeline.Timing::milliseconds).sum());
    json.put("from_cache", results.isFromCache());
    json.put("run_ms", results.runMilliseconds());
    json.put("measured_peak_bytes", results.measuredPeakBytes());
    results
        .executed()
        .ifPresent(
            executed -> {
              json.put("executed_mul", executed.multiplies());
              json.put("executed_add", executed.adds());
            });
    if (!results.tuples().isEmpty()) {
      json.put("tuples", results.tuples());
    }
    OutputFile.write(path, (Json.print(json) + "\n").getBytes(StandardCharsets.UTF_8));
  }
}
