package org.einkorn.backend.llvm;

import java.util.List;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.target.RefusedException;

/// What this backend can't do, each with its code.
final class Refusals {
  private static final String PRINT_AGAIN =
      "print the text of the program again and repeat the change";

  private Refusals() {}

  static RefusedException complex(Buffer buffer) {
    return new RefusedException(
        "E0701",
        "the llvm backend does not compute with complex numbers, and `"
            + buffer.name()
            + "` is "
            + buffer.type().dtype(),
        "keep the real and the imaginary part in two tensors");
  }

  static RefusedException localArray(Buffer buffer) {
    return new RefusedException(
        "E0702",
        "the llvm backend has no more than "
            + Buffer.MAX_LOCAL_BYTES
            + " bytes for an array inside a function, and `"
            + buffer.name()
            + "` takes more, or an unknown number",
        "make it a buffer of the module, or leave out the schedule step that made it");
  }

  static RefusedException manyLocalArrays(Buffer buffer, long most) {
    return new RefusedException(
        "E0702",
        "the llvm backend has no more than "
            + most
            + " bytes for all arrays that a function has at once, and with `"
            + buffer.name()
            + "` they take more",
        "make some of them buffers of the module");
  }

  static RefusedException unknownKind(String kind, List<String> kinds) {
    return new RefusedException(
        "E0704",
        "the llvm backend makes no `" + kind + "`",
        "it makes `" + String.join("`, `", kinds) + "`");
  }

  static RefusedException unknownTarget(String target, List<String> targets) {
    return new RefusedException(
        "E0705",
        "the llvm backend makes no code for the target `" + target + "`",
        "it makes code for `" + String.join("`, `", targets) + "`");
  }

  static RefusedException libraryPlatform(String triple) {
    return new RefusedException(
        "E0705",
        "the llvm backend links shared libraries for Linux, not for `" + triple + "`",
        "make an object file, `obj`, and link it by the tools of that platform");
  }

  static RefusedException badName(String name) {
    return new RefusedException(
        "E0706",
        "`" + name + "` can't be the name of a C function",
        "name the file like a function of your own, such as `layer.so`");
  }

  static RefusedException takenName(String name) {
    return new RefusedException(
        "E0706",
        "`" + name + "` is a name of the C library",
        "name the file like a function of your own, such as `my_" + name + ".so`");
  }

  static RefusedException badText(String kind, String why) {
    return new RefusedException("E0707", "the " + kind + " text is wrong: " + why, PRINT_AGAIN);
  }

  static RefusedException rejected(String why) {
    return new RefusedException("E0708", "LLVM can't link the code: " + why, PRINT_AGAIN);
  }

  static RefusedException unavailable(String why) {
    return new RefusedException(
        "E0709",
        "LLVM can't be loaded on this machine: " + why,
        "add the artifact org.bytedeco:llvm for this platform, or use the backend `jvm`");
  }
}
