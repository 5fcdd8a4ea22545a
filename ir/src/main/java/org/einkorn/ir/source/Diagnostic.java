package org.einkorn.ir.source;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/// One complaint about a program or its data, as data: which rule was broken, where, what else
/// matters, and a way out. [DiagnosticRenderer] turns it into text.
///
/// Titles and labels are lower case, without a full stop, with code in backticks. The primary label
/// marks the smallest span that shows the fault; it is absent only where there is no text to point
/// at (a file named on the command line).
///
/// @param code `E` or `W` and four digits, stable across releases
/// @param title what is wrong, in one line
/// @param secondary the other side of a disagreement, and whatever else the reader has to see
/// @param notes facts that have no place in the text
/// @param help one suggestion that, followed, gives a program that compiles
public record Diagnostic(
    String code,
    Severity severity,
    String title,
    Optional<Label> primary,
    List<Label> secondary,
    List<String> notes,
    Optional<String> help) {

  private static final Pattern CODE = Pattern.compile("[EW][0-9]{4}");

  /// Errors stop a program from running; warnings do not.
  public enum Severity {
    ERROR,
    WARNING;

    /// `error` or `warning`, as printed.
    public String word() {
      return this == ERROR ? "error" : "warning";
    }
  }

  /// A span and what to say about it; the text may be empty, and then the span is only marked.
  public record Label(Span span, String text) {
    public Label {
      Objects.requireNonNull(span);
      Objects.requireNonNull(text);
    }
  }

  /// By file and place, those without a place first; at one place errors before warnings, then by
  /// code and title.
  public static final Comparator<Diagnostic> BY_POSITION =
      Comparator.<Diagnostic, Boolean>comparing(d -> d.primary().isPresent())
          .thenComparing(
              (one, two) ->
                  one.primary.isPresent() && two.primary.isPresent()
                      ? one.primary.get().span().compareTo(two.primary.get().span())
                      : 0)
          .thenComparing(Diagnostic::severity)
          .thenComparing(Diagnostic::code)
          .thenComparing(Diagnostic::title);

  public Diagnostic {
    if (!CODE.matcher(code).matches()) {
      throw new IllegalArgumentException("not a diagnostic code: " + code);
    }
    if ((code.charAt(0) == 'E') != (severity == Severity.ERROR)) {
      throw new IllegalArgumentException(code + " cannot have severity " + severity);
    }
    if (title.isBlank()) {
      throw new IllegalArgumentException(code + " has no title");
    }
    Objects.requireNonNull(primary);
    secondary = List.copyOf(secondary);
    notes = List.copyOf(notes);
    Objects.requireNonNull(help);
  }

  public static Diagnostic error(String code, String title) {
    return bare(code, Severity.ERROR, title);
  }

  public static Diagnostic warning(String code, String title) {
    return bare(code, Severity.WARNING, title);
  }

  private static Diagnostic bare(String code, Severity severity, String title) {
    return new Diagnostic(
        code, severity, title, Optional.empty(), List.of(), List.of(), Optional.empty());
  }

  /// This with its primary label set.
  public Diagnostic at(Span span, String text) {
    return new Diagnostic(
        code, severity, title, Optional.of(new Label(span, text)), secondary, notes, help);
  }

  /// This with its primary label set where the origin is known, else with `text` as a note.
  public Diagnostic at(Origin origin, String text) {
    return origin
        .span()
        .map(span -> at(span, text))
        .orElseGet(() -> text.isEmpty() ? this : note(text));
  }

  /// This with one more secondary label.
  public Diagnostic and(Span span, String text) {
    return new Diagnostic(
        code, severity, title, primary, append(secondary, new Label(span, text)), notes, help);
  }

  /// This with one more secondary label where the origin is known, else with `text` as a note.
  public Diagnostic and(Origin origin, String text) {
    return origin
        .span()
        .map(span -> and(span, text))
        .orElseGet(() -> text.isEmpty() ? this : note(text));
  }

  /// This with one more note.
  public Diagnostic note(String text) {
    return new Diagnostic(code, severity, title, primary, secondary, append(notes, text), help);
  }

  /// This with the suggestion set.
  public Diagnostic help(String text) {
    return new Diagnostic(code, severity, title, primary, secondary, notes, Optional.of(text));
  }

  public boolean isError() {
    return severity == Severity.ERROR;
  }

  /// The place of the primary label.
  public Optional<Span> span() {
    return primary.map(Label::span);
  }

  public static List<Diagnostic> sorted(List<Diagnostic> diagnostics) {
    return diagnostics.stream().sorted(BY_POSITION).toList();
  }

  private static <T> List<T> append(List<T> list, T element) {
    List<T> longer = new ArrayList<>(list);
    longer.add(element);
    return longer;
  }
}
