package org.einkorn.cli.bench;

/// What a peer is to compute.
///
/// @param form `einsum`, or the name of a computation that is none, such as `softmax`; the peers in
///   `bench` say which they know
/// @param spec the einsum string; nothing for other forms
public record PeerTask(String form, String spec) {
  public static PeerTask einsum(String spec) {
    return new PeerTask("einsum", spec);
  }

  public static PeerTask of(String form) {
    return new PeerTask(form, "");
  }

  @Override
  public String toString() {
    return spec.isEmpty() ? form : form + " " + spec;
  }
}
