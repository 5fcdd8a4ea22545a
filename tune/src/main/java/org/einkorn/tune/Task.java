package org.einkorn.tune;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.ir.text.LoopPrinter;
import org.einkorn.passes.PassContext;
import org.einkorn.passes.tune.Space;

/// One function of a program, by itself: what it reads is input, what it stores is output.
///
/// @param name the function's
/// @param module holds it alone
/// @param space its schedules
record Task(String name, Module module, Space space) {
  /// The functions of a module that have a space of schedules.
  static List<Task> of(Module module, PassContext context) {
    List<Task> tasks = new ArrayList<>();
    for (Function function : module.functions()) {
      Module alone = alone(module, function);
      Optional<Space> space = Space.of(alone, function.name(), context);
      space.ifPresent(found -> tasks.add(new Task(function.name(), alone, found)));
    }
    return tasks;
  }

  /// Its loops, by which a database knows it again.
  String text() {
    return LoopPrinter.print(module.functions().getFirst());
  }

  private static Module alone(Module module, Function function) {
    Set<String> read = new LinkedHashSet<>();
    Set<String> stored = new LinkedHashSet<>();
    collect(function.body(), read, stored);
    read.removeAll(stored);
    List<Signature.Input> inputs = new ArrayList<>();
    List<Signature.Output> outputs = new ArrayList<>();
    List<Buffer> buffers = new ArrayList<>();
    for (Buffer buffer : module.allBuffers()) {
      if (stored.contains(buffer.name())) {
        outputs.add(new Signature.Output(buffer.name(), buffer.type(), Optional.empty()));
        buffers.add(buffer);
      } else if (read.contains(buffer.name())) {
        inputs.add(
            new Signature.Input(
                Signature.Role.INPUT, buffer.name(), buffer.type(), Optional.empty()));
      }
    }
    Signature signature = new Signature(module.symbols(), inputs, outputs, List.of());
    return new Module(module.name(), signature, buffers, List.of(function));
  }

  private static void collect(Stmt statement, Set<String> read, Set<String> stored) {
    Walk reads =
        Walk.ofScalars(
            part -> {
              if (part instanceof Scalar.Read(String tensor, var _, var _)) {
                read.add(tensor);
              }
            });
    switch (statement) {
      case Stmt.For(var _, var _, var _, Stmt body) -> collect(body, read, stored);
      case Stmt.Block block -> {
        block.init().ifPresent(init -> collect(init, read, stored));
        collect(block.body(), read, stored);
      }
      case Stmt.Sequence(List<Stmt> statements) ->
          statements.forEach(each -> collect(each, read, stored));
      case Stmt.Allocate(var _, Stmt body) -> collect(body, read, stored);
      case Stmt.If(var _, Stmt body) -> collect(body, read, stored);
      case Stmt.When(Scalar condition, Stmt body) -> {
        reads.visit(condition);
        collect(body, read, stored);
      }
      case Stmt.While(Scalar condition, Stmt body) -> {
        reads.visit(condition);
        collect(body, read, stored);
      }
      case Stmt.Store(String buffer, var _, Scalar value) -> {
        stored.add(buffer);
        reads.visit(value);
      }
    }
  }
}
