package org.einkorn.tune;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.loop.Usage;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.ir.text.LoopPrinter;
import org.einkorn.passes.PassContext;
import org.einkorn.passes.tune.ScriptSpace;
import org.einkorn.passes.tune.Space;

/// Functions of a program that are scheduled together, by themselves: what they read is input, what
/// they store is output where others see it.
///
/// @param name that of the function that is left of them
/// @param functions all that there are before they are scheduled
/// @param module holds them alone
/// @param space their schedules
record Task(String name, Set<String> functions, Module module, Space space) {
  /// The functions of a module that have a space of schedules.
  ///
  /// @param groups functions that a script schedules
  /// @param others functions that stay as they are
  static List<Task> of(
      Module module, PassContext context, List<Group> groups, Set<String> others, long seed) {
    List<Task> tasks = new ArrayList<>();
    Set<String> scheduled = new LinkedHashSet<>(others);
    for (Group group : groups) {
      scheduled.addAll(group.functions());
      if (group.hasSamples()) {
        Module alone = alone(module, group.functions());
        Space space = new ScriptSpace(module, group.traces(), context.machine(), seed);
        tasks.add(new Task(group.name(), group.functions(), alone, space));
      }
    }
    for (Function function : module.functions()) {
      if (!scheduled.contains(function.name())) {
        Set<String> only = Set.of(function.name());
        Module alone = alone(module, only);
        Optional<Space> space = Space.of(alone, function.name(), context);
        space.ifPresent(found -> tasks.add(new Task(function.name(), only, alone, found)));
      }
    }
    return tasks;
  }

  /// Its loops, by which a database knows it again.
  String text() {
    return module.functions().stream().map(LoopPrinter::print).collect(Collectors.joining());
  }

  boolean isScript() {
    return space instanceof ScriptSpace;
  }

  /// The functions alone, of the whole module after they were scheduled.
  Module alone(Module scheduled) {
    List<Function> left = only(scheduled, functions);
    Usage usage = usage(left);
    List<Buffer> buffers =
        scheduled.allBuffers().stream()
            .filter(buffer -> usage.touches(buffer.name()) || isOutput(buffer.name()))
            .filter(buffer -> !isInput(buffer.name()))
            .toList();
    return new Module(module.name(), module.signature(), buffers, left);
  }

  private boolean isInput(String name) {
    return module.signature().hasInput(name);
  }

  private boolean isOutput(String name) {
    return module.signature().hasOutput(name);
  }

  private static List<Function> only(Module module, Set<String> functions) {
    return module.functions().stream()
        .filter(function -> functions.contains(function.name()))
        .toList();
  }

  private static Module alone(Module module, Set<String> functions) {
    List<Function> inside = only(module, functions);
    Usage usage = usage(inside);
    Usage others =
        usage(
            module.functions().stream()
                .filter(function -> !functions.contains(function.name()))
                .toList());
    Set<String> stored = new LinkedHashSet<>();
    module.allBuffers().stream().map(Buffer::name).filter(usage::writes).forEach(stored::add);
    Set<String> seen = new LinkedHashSet<>(stored);
    seen.removeIf(
        name ->
            !others.touches(name)
                && module.signature().outputs().stream()
                    .noneMatch(output -> output.name().equals(name)));
    // What nobody sees is to be computed all the same.
    Set<String> outside = seen.isEmpty() ? stored : seen;
    List<Signature.Input> inputs = new ArrayList<>();
    List<Signature.Output> outputs = new ArrayList<>();
    List<Buffer> buffers = new ArrayList<>();
    for (Buffer buffer : module.allBuffers()) {
      if (stored.contains(buffer.name())) {
        buffers.add(buffer);
        if (outside.contains(buffer.name())) {
          outputs.add(new Signature.Output(buffer.name(), buffer.type(), Optional.empty()));
        }
      } else if (usage.reads(buffer.name())) {
        inputs.add(
            new Signature.Input(
                Signature.Role.INPUT, buffer.name(), buffer.type(), Optional.empty()));
      }
    }
    Signature signature = new Signature(module.symbols(), inputs, outputs, List.of());
    return new Module(module.name(), signature, buffers, inside);
  }

  /// What functions read and write.
  static Usage usage(List<Function> functions) {
    return Usage.of(new Stmt.Sequence(functions.stream().map(Function::body).toList()));
  }
}
