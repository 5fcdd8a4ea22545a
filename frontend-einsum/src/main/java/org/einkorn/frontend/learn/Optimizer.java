package org.einkorn.frontend.learn;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.einkorn.frontend.syntax.DeclarationKind;
import org.einkorn.frontend.syntax.ParseResult;
import org.einkorn.frontend.syntax.Syntax;
import org.einkorn.frontend.syntax.Tree;
import org.einkorn.frontend.syntax.TreePrinter;
import org.einkorn.ir.source.Origin;
import org.einkorn.ir.source.SourceFile;

/// A way to step down a gradient: a program under `optimizers/`, for one number.
///
/// Its `let`s are the arguments and what they are if not given, `W` is the parameter, `G` its
/// gradient and `t` the number of the step, from 1. Every other `param` is a state with its first
/// value. A name with a prime is the next value; what is declared `f64` is of the type that the
/// parameter computes in.
final class Optimizer {
  /// The optimizers there are.
  static final List<String> NAMES = List.of("adam", "adamw", "lion", "momentum", "sgd");

  private static final Pattern NAME = Pattern.compile("(?<![\\w.])[A-Za-z_]\\w*'*");

  private static final Map<String, Optimizer> LOADED = new ConcurrentHashMap<>();

  private final Map<String, String> arguments = new LinkedHashMap<>();
  private final Map<String, Double> states = new LinkedHashMap<>();
  private final List<Tree.Equation> equations = new ArrayList<>();

  private Optimizer(Tree.Program program) {
    for (Tree.Statement statement : program.statements()) {
      switch (statement) {
        case Tree.Let let -> arguments.put(let.name().text(), TreePrinter.print(let.value()));
        case Tree.Declaration declaration when declaration.kind() == DeclarationKind.PARAM -> {
          if (declaration.value().orElse(null)
              instanceof Tree.IntegerLiteral(long first, Origin _)) {
            states.put(declaration.name().text(), (double) first);
          }
        }
        case Tree.Equation equation -> equations.add(equation);
        default -> {}
      }
    }
  }

  static Optional<Optimizer> of(String name) {
    return NAMES.contains(name)
        ? Optional.of(LOADED.computeIfAbsent(name, Optimizer::load))
        : Optional.empty();
  }

  private static Optimizer load(String name) {
    String path = "/optimizers/" + name + ".ein";
    try (InputStream stream = Optimizer.class.getResourceAsStream(path)) {
      if (stream == null) {
        throw new IllegalStateException("there is no " + path);
      }
      String text = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
      ParseResult result = Syntax.parse(new SourceFile("<optimizers>/" + name + ".ein", text));
      if (result.hasErrors()) {
        throw new IllegalStateException(path + " is broken");
      }
      return new Optimizer(result.program());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The names of the arguments.
  List<String> arguments() {
    return List.copyOf(arguments.keySet());
  }

  /// The states of a parameter and their first values.
  Map<String, Double> states() {
    return states;
  }

  /// The equations for one parameter, as text.
  ///
  /// @param given the values of arguments, as text
  /// @param names what the names of the program are called: `W`, `W'`, `M` and so on; names that
  ///   are not among them stay
  /// @param type the type that the parameter computes in
  /// @param stored the type of the parameter
  String equations(
      Map<String, String> given, Map<String, String> names, String type, String stored) {
    Map<String, String> all = new HashMap<>();
    arguments.forEach((name, value) -> all.put(name, "(" + given.getOrDefault(name, value) + ")"));
    all.putAll(names);
    StringBuilder text = new StringBuilder();
    for (Tree.Equation equation : equations) {
      String head = equation.head().name().text();
      text.append(all.getOrDefault(head, head))
          .append(": ")
          .append(head.equals("W'") ? stored : type)
          .append(" = ")
          .append(
              NAME.matcher(TreePrinter.print(equation.value()))
                  .replaceAll(
                      found ->
                          Matcher.quoteReplacement(all.getOrDefault(found.group(), found.group()))))
          .append('\n');
    }
    return text.toString();
  }

  /// The names that the equations define.
  List<String> defined() {
    return equations.stream().map(equation -> equation.head().name().text()).toList();
  }
}
