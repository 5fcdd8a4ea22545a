package org.einkorn.backend.jvm.asm;

import java.util.List;

/// A class: what the instruction selection makes, and what [ClassText] reads and writes.
///
/// @param access the flags of the class, see [Access]
/// @param name the internal name, `org/einkorn/backend/jvm/Kernels`
public record ClassCode(
    int access,
    String name,
    String superName,
    List<String> interfaces,
    List<FieldCode> fields,
    List<MethodCode> methods) {

  public ClassCode {
    interfaces = List.copyOf(interfaces);
    fields = List.copyOf(fields);
    methods = List.copyOf(methods);
  }

  /// A field without a constant value.
  public record FieldCode(int access, String name, String descriptor) {}
}
