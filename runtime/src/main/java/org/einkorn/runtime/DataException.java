package org.einkorn.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// Data that cannot be used as asked: a broken file, a wrong index, a value that does not fit.
///
/// It is data itself: a [DataFault] with a stable code, labelled details (place, both sides of a
/// disagreement) and at most one suggestion. The message is one line made of these parts, for those
/// who only print it. The fluent methods return a new exception and leave this one as it was.
public final class DataException extends RuntimeException {
  /// One labelled fact, such as `expected: 5 cells`.
  public record Detail(String label, String text) {}

  private final DataFault fault;
  private final String message;
  private final transient List<Detail> details;
  private final transient Optional<String> help;
  private final transient Optional<String> equation;

  private DataException(
      DataFault fault, List<Detail> details, Optional<String> help, Optional<String> equation) {
    this.fault = fault;
    this.message = message(fault, details, help);
    this.details = List.copyOf(details);
    this.help = help;
    this.equation = equation;
  }

  /// A failure of this kind, with no details yet.
  public static DataException of(DataFault fault) {
    return new DataException(fault, List.of(), Optional.empty(), Optional.empty());
  }

  /// The same failure with one more fact.
  public DataException with(String label, Object text) {
    List<Detail> more = new ArrayList<>(details);
    more.add(new Detail(label, String.valueOf(text)));
    return copy(more, help);
  }

  /// Where it happened: a file, `file:line:column`, or a key within a file.
  public DataException at(Object place) {
    return with("at", place);
  }

  /// The tensor whose equation a run failed in.
  public DataException inEquation(String tensor) {
    DataException placed = at("the equation of `" + tensor + "`");
    return new DataException(fault, placed.details, help, Optional.of(tensor));
  }

  /// The same failure with other words for a fact that it has already.
  public DataException replacing(String label, Object text) {
    List<Detail> other =
        details.stream()
            .map(d -> d.label().equals(label) ? new Detail(label, String.valueOf(text)) : d)
            .toList();
    return copy(other, help);
  }

  /// What should have been there.
  public DataException expected(Object text) {
    return with("expected", text);
  }

  /// What was there.
  public DataException found(Object text) {
    return with("found", text);
  }

  /// The same failure with its one suggestion.
  public DataException withHelp(String text) {
    return copy(details, Optional.of(text));
  }

  /// The same failure, remembering what made it known.
  public DataException because(Throwable cause) {
    initCause(cause);
    return this;
  }

  private DataException copy(List<Detail> newDetails, Optional<String> newHelp) {
    DataException result = new DataException(fault, newDetails, newHelp, equation);
    if (getCause() != null) {
      result.initCause(getCause());
    }
    return result;
  }

  /// Code, title, details and help in one line.
  @Override
  public String getMessage() {
    return message;
  }

  /// The kind of failure.
  public DataFault fault() {
    return fault;
  }

  /// The stable code, such as `E0509`.
  public String code() {
    return fault.code();
  }

  /// What went wrong, without the particulars.
  public String title() {
    return fault.title();
  }

  /// The particulars, in the order in which they should be read.
  public List<Detail> details() {
    return details;
  }

  /// The text of the first detail with this label.
  public Optional<String> detail(String label) {
    return details.stream().filter(d -> d.label().equals(label)).map(Detail::text).findFirst();
  }

  /// The tensor whose equation a run failed in, if it was in one.
  public Optional<String> equation() {
    return equation;
  }

  /// A way out, if there is one to name.
  public Optional<String> help() {
    return help;
  }

  /// The failure in the layout of diagnostics, each part on a line of its own.
  public String describe() {
    StringBuilder text = new StringBuilder();
    text.append("error[").append(code()).append("]: ").append(title()).append('\n');
    for (Detail detail : details) {
      text.append("  = ").append(detail.label()).append(": ").append(detail.text()).append('\n');
    }
    help.ifPresent(way -> text.append("  = help: ").append(way).append('\n'));
    return text.toString();
  }

  private static String message(DataFault fault, List<Detail> details, Optional<String> help) {
    String facts =
        details.stream().map(d -> d.label() + ": " + d.text()).collect(Collectors.joining("; "));
    StringBuilder text = new StringBuilder(fault.code()).append(": ").append(fault.title());
    if (!facts.isEmpty()) {
      text.append(" (").append(facts).append(')');
    }
    help.ifPresent(suggestion -> text.append("; help: ").append(suggestion));
    return text.toString();
  }
}
