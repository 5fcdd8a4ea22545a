package org.einkorn.passes.order;

/// The predicted time of one step: what [Objective#TIME] adds up.
///
/// A step costs a call, a time for each point of its loops, for each element that it reads and
/// writes, and a further one for each element written past what a cache holds: fresh memory must be
/// mapped and goes through the memory bus.
///
/// @param secondsPerStep the call and its loops' overhead
/// @param secondsPerPoint one multiplication and addition
/// @param secondsPerRead one element of either operand
/// @param secondsPerWrite one element of the result
/// @param secondsPerSpill one element of the result past `cacheElements`
/// @param cacheElements how large a result stays in cache
public record CostModel(
    double secondsPerStep,
    double secondsPerPoint,
    double secondsPerRead,
    double secondsPerWrite,
    double secondsPerSpill,
    double cacheElements) {

  /// Fitted to kernels of the JVM backend without the Vector API, one thread, f32, by
  /// `bench/fit-cost-model.sh`; the prices of writing are the machine's own. `bench/RESULTS.md` has
  /// the figures.
  public static final CostModel FITTED =
      new CostModel(1.3e-7, 3.6e-10, 0, 1.3e-10, 2.4e-10, 1 << 18);

  /// Seconds of one step.
  ///
  /// @param points the product of the extents of all its indices
  /// @param reads elements of both operands
  /// @param writes elements of the result
  public double seconds(double points, double reads, double writes) {
    return secondsPerPoint * points + secondsPerRead * reads + secondsToWrite(writes);
  }

  /// The part of [#seconds] that depends on the result alone.
  double secondsToWrite(double writes) {
    return secondsPerStep
        + secondsPerWrite * writes
        + secondsPerSpill * Math.max(0, writes - cacheElements);
  }
}
