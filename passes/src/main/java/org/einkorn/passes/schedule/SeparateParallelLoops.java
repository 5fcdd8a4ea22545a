package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Repeat;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.passes.Pass;
import org.einkorn.passes.PassContext;

/// Makes functions of the parts of a scheduled function that run one after the other, where loops
/// among them are parallel: threads share out the rounds of the loop that is a whole function.
public final class SeparateParallelLoops {
  /// `function f { for parallel i { a } b } → function f.1 { for parallel i { a } } function f { b
  /// }`
  public static final Pass<Module> PASS =
      new Pass<>(
          "separate-parallel-loops",
          "makes parallel loops that follow one another functions, in scheduled functions",
          SeparateParallelLoops::apply);

  private SeparateParallelLoops() {}

  private static Module apply(Module module, PassContext context) {
    if (context.schedules().isEmpty()) {
      return module;
    }
    List<Function> functions = new ArrayList<>();
    Set<String> taken = new HashSet<>();
    module.functions().forEach(function -> taken.add(function.name()));
    List<Repeat> repeats = new ArrayList<>(module.repeats());
    for (Function function : module.functions()) {
      List<Stmt> parts = context.isScheduled(function.name()) ? parts(function) : List.of();
      for (int number = 0; number + 1 < parts.size(); number++) {
        String name = free(function.name(), taken);
        functions.add(new Function(name, parts.get(number), function.origin()));
        if (number == 0) {
          repeats.replaceAll(repeat -> beginningWith(repeat, function.name(), name));
        }
      }
      functions.add(
          parts.isEmpty()
              ? function
              : new Function(function.name(), parts.getLast(), function.origin()));
    }
    return module.withFunctions(functions, repeats);
  }

  private static String free(String function, Set<String> taken) {
    int number = 1;
    while (!taken.add(function + "." + number)) {
      number++;
    }
    return function + "." + number;
  }

  /// The last part keeps the name, so a round that began with the function begins with the first.
  private static Repeat beginningWith(Repeat repeat, String old, String name) {
    return repeat.first().equals(old)
        ? new Repeat(name, repeat.test(), repeat.last(), repeat.until(), repeat.limit())
        : repeat;
  }

  /// The parts of a function, those without a parallel loop together; none where it stays whole.
  private static List<Stmt> parts(Function function) {
    if (!(function.body() instanceof Stmt.Sequence(List<Stmt> statements))
        || statements.stream().noneMatch(SeparateParallelLoops::isParallel)) {
      return List.of();
    }
    List<Stmt> parts = new ArrayList<>();
    List<Stmt> serial = new ArrayList<>();
    for (Stmt statement : statements) {
      if (isParallel(statement)) {
        sequence(serial).ifPresent(parts::add);
        serial.clear();
        parts.add(statement);
      } else {
        serial.add(statement);
      }
    }
    sequence(serial).ifPresent(parts::add);
    return parts;
  }

  private static Optional<Stmt> sequence(List<Stmt> statements) {
    return switch (statements.size()) {
      case 0 -> Optional.empty();
      case 1 -> Optional.of(statements.getFirst());
      default -> Optional.of(new Stmt.Sequence(statements));
    };
  }

  private static boolean isParallel(Stmt statement) {
    return statement instanceof Stmt.For loop && loop.kind() == Stmt.LoopOrder.PARALLEL;
  }
}
