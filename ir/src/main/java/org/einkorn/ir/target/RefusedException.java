package org.einkorn.ir.target;

/// A coded refusal of a backend: the module or the request holds something it can't do.
public final class RefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final String code;
  private final String help;

  /// @param code `E07xx`
  /// @param message what was asked and why it can't be done
  /// @param help what to do instead
  public RefusedException(String code, String message, String help) {
    super(message);
    this.code = code;
    this.help = help;
  }

  public String code() {
    return code;
  }

  public String help() {
    return help;
  }
}
