package org.einkorn.ir.target;

import org.einkorn.ir.loop.Module;
import org.einkorn.runtime.exec.KernelModule;

/// A backend whose code can be kept and run by another process of the same machine.
public interface KeepableBackend extends Backend {
  /// Everything that code depends on beside the module and the version of these sources: what of
  /// the machine and of the Java virtual machine it uses, and the versions of libraries.
  String dependencies();

  /// The code of a module.
  ///
  /// @throws RefusedException when the module holds something this backend can't do
  byte[] code(Module module);

  /// Puts code into this process.
  ///
  /// @param facts those of the module that the code was made of
  /// @param code what [#code] made, where the same [#dependencies] held
  /// @throws RefusedException when it is no such code
  KernelModule link(ModuleFacts facts, byte[] code);
}
