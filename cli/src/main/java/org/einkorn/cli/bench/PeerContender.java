package org.einkorn.cli.bench;

/// One way in which a peer computes something.
///
/// @param variant the number of the way
/// @param label the peer and the way, for reports
record PeerContender(PeerProcess process, int variant, String label) implements Contender {
  @Override
  public String name() {
    return label;
  }

  @Override
  public double warmSeconds() {
    return 0.05;
  }

  @Override
  public long run(int times) {
    return process.run(variant, times);
  }
}
