package org.einkorn.ir.target;

import java.util.List;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.runtime.exec.KernelModule;

/// A generator of code from loop nests. Implementations are found by `ServiceLoader`, have a public
/// constructor without parameters that does nothing costly, and are safe to use from many threads.
public interface Backend {
  /// The name a user chooses it by: `jvm`.
  String name();

  /// Compiles a module into this process.
  ///
  /// @throws RefusedException when the module holds something this backend can't do
  KernelModule compile(Module module);

  /// What a module asks of code that this backend leaves undone; what is computed stays the same.
  default List<Diagnostic> warnings(Module module) {
    return List.of();
  }

  /// The kinds of artifact this backend makes, such as `class`, `jar`, `so`.
  List<String> emits();

  /// Makes an artifact of one of the kinds of [#emits()].
  ///
  /// Text kinds (`llvm`, `asm`, `bytecode`) hold UTF-8.
  ///
  /// @throws RefusedException when the kind, the target or the module can't be done
  Artifact emit(Module module, Emission emission);

  /// Reads a text artifact (`bytecode`, `llvm`, `asm`) back, as code for `module`'s signature.
  ///
  /// @param kind one of [#emits()] that is text
  /// @throws RefusedException when the text is wrong
  KernelModule load(Module module, String kind, String text);

  /// Reads a text artifact and writes what it says, as the same kind or as a later one that the
  /// backend makes of it. What [#emit] wrote stays as it is, to the letter, as the same kind.
  ///
  /// @param kind one of [#emits()] that is text
  /// @param into a kind that is text
  /// @throws RefusedException when the text is wrong, or can't become that kind
  String rewrite(String kind, String text, String into);

  /// What schedules are made for.
  ///
  /// @param target as in [Emission]; `native` and `jvm` are the machine that this process runs on
  /// @throws RefusedException when the target is unknown
  Machine machine(String target);

  /// One line on what this backend found on this machine, for `ein doctor`.
  String describe();
}
