/// Class files as plain data, their text, and the way to bytes.
///
/// Instruction selection builds a [ClassCode] from records; [ClassText] prints one and reads it
/// back; [Assembler] turns one into a class file. Only this package knows the ASM library, and it
/// uses it for nothing but the constant pool, the frames and the encoding of branches.
///
/// ```text
/// ClassCode   ::= access name super interface* FieldCode* MethodCode*
/// FieldCode   ::= access name descriptor
/// MethodCode  ::= access name descriptor Handler* Instruction*
/// Handler     ::= start end target type          // labels; catches `type` between start and end
/// Instruction ::= Plain | Local | Increment | Push | LoadConstant | Jump | Mark | Invoke | Field
///               | OfType | TableSwitch
/// ```
///
/// Labels are numbers, each of them local to its method. Names and descriptors are written as in
/// the Java Virtual Machine Specification, chapter 4: `java/lang/Object`, `(IJ)V`.
@NullMarked
package org.einkorn.backend.jvm.asm;

import org.jspecify.annotations.NullMarked;
