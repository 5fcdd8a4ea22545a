package org.einkorn.backend.jvm.asm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.util.CheckClassAdapter;

/// Checks class files with the verifier of ASM, which says more than the one of the machine.
public final class VerifiedClass {
  private VerifiedClass() {}

  /// Fails with the verifier's findings, if there are any.
  public static void check(ClassCode code) {
    StringWriter findings = new StringWriter();
    CheckClassAdapter.verify(
        new ClassReader(Assembler.assemble(code)),
        VerifiedClass.class.getClassLoader(),
        false,
        new PrintWriter(findings));
    assertEquals("", findings.toString());
  }
}
