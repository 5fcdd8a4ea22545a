package org.einkorn.passes.schedule;

/// Thrown where a step can't be applied; the [#refusal] says why.
public final class RefusedStepException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Refusal refusal;

  RefusedStepException(Refusal refusal) {
    super(null, null, false, false);
    this.refusal = refusal;
  }

  public Refusal refusal() {
    return refusal;
  }

  @Override
  public String getMessage() {
    return refusal.text();
  }
}
