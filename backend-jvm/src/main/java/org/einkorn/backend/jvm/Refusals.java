package org.einkorn.backend.jvm;

import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.target.RefusedException;

/// What this backend can't do, each with its code.
final class Refusals {
  private Refusals() {}

  static RefusedException complex(Buffer buffer) {
    return new RefusedException(
        "E0701",
        "the JVM backend does not compute with complex numbers, and `"
            + buffer.name()
            + "` is "
            + buffer.type().dtype(),
        "keep the real and the imaginary part in two tensors");
  }

  static RefusedException localArray(Buffer buffer) {
    return new RefusedException(
        "E0702",
        "the JVM backend allocates no %s memory inside a function, and `%s` is %s"
            .formatted(buffer.scope().text(), buffer.name(), buffer.scope().text()),
        "make it a buffer of the module, or a `local` array");
  }

  static RefusedException tooLarge(String what) {
    return new RefusedException(
        "E0703",
        "the code is over the limits of a class file: " + what,
        "split the program, or use the backend `llvm`");
  }

  static RefusedException unknownKind(String kind, Iterable<String> kinds) {
    return new RefusedException(
        "E0704",
        "the JVM backend makes no `" + kind + "`",
        "it makes `" + String.join("`, `", kinds) + "`");
  }

  static RefusedException unreadableKind(String kind) {
    return new RefusedException(
        "E0704", "the JVM backend reads no `" + kind + "`", "it reads `bytecode`");
  }

  static RefusedException unknownTarget(String target) {
    return new RefusedException(
        "E0705",
        "the JVM backend makes code for the target `jvm`, not for `" + target + "`",
        "leave the target out, or use the backend `llvm`");
  }

  static RefusedException badName(String name) {
    return new RefusedException(
        "E0706",
        "`" + name + "` is no name of a Java class",
        "name the file like a class, such as `Layer.class`");
  }

  static RefusedException badText(int line, String why) {
    return new RefusedException(
        "E0707",
        "line " + line + " of the bytecode is wrong: " + why,
        "print the bytecode of the program again and repeat the change");
  }

  static RefusedException rejectedByTheMachine(String why) {
    return new RefusedException(
        "E0708",
        "the Java virtual machine rejects the bytecode: " + why,
        "print the bytecode of the program again and repeat the change");
  }
}
