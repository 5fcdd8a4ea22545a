/// Loop nests to class files of the Java virtual machine.
///
/// In: a [org.einkorn.ir.loop.Module]. Out: one class whose methods are the module's functions, as
/// [org.einkorn.backend.jvm.asm.ClassCode], then a hidden class of this process, a class file, a
/// jar, or text.
///
/// # How a function is translated
///
/// A function becomes a static method `f0_name(MemorySegment[] memory, long[] symbols, long begin,
/// long end)`. Its buffers and symbols are loaded into local variables at the start. Elements are
/// read and written with `MemorySegment.get` and `set`, which check bounds and lifetime, so that
/// code which is wrong fails and never touches foreign memory; the JIT compiler moves those checks
/// out of loops.
///
/// Positions are kept as a [Polynomial] over [Atom]s: loop counters, symbols and other numbers that
/// already lie in a local variable. The offset of an element is one such sum. Each part of it is
/// computed at the entry of the outermost loop in which it is known: a [Frame] has one *scope* for
/// each loop, and a scope has a place in the code where hoisted parts are added.
///
/// ```text
/// Polynomial ::= integer + Term + …
/// Term       ::= integer * Atom * …
/// Atom       ::= local variable, the scope it is fixed in, the interval its values lie in
/// ```
///
/// A loop that a schedule vectorized runs by the Vector API where the process has it and
/// [LaneCheck] finds that vectors give the same bits; else it runs like any other. A few vectors'
/// length is kept side by side in registers, unless its operations are long.
///
/// One thing is not in the same bits: elementary functions in lanes are those that
/// [org.einkorn.ir.elementary.Formulas] write out ([LaneArithmetic]), while scalar code calls those
/// of Java. Both are within one unit in the last place, for NaN and at infinities and zeros they
/// are the same.
///
/// A local array is a Java array, unless [VectorArrays] finds that each access touches whole
/// vectors that are known as code is made. Then it lies in local variables, which is what the inner
/// tile of a matrix product needs: `acc[8, 32]` is 16 of them on vectors of 16 lanes. Its
/// allocation becomes a method of its own, so that the JIT compiler sees these vectors and the
/// loops over them alone. For that, `unrolled` loops of a constant extent are written out as long
/// as [Outliner] finds them short, and what several rounds load is loaded once ([LoadedVectors]).
///
/// Loops over lanes are spread over methods of their own ([LaneMethods]): the JIT compiler takes
/// seconds for a method with a dozen of them.
///
/// The JIT compiler leaves methods of more than 8,000 bytes to the interpreter. Functions that
/// become longer are cut: [Outliner] picks expressions and statements that become methods of their
/// own.
///
/// | values of the type | on the operand stack |
/// |---|---|
/// | `f64 f32 i64` | `double float long` |
/// | `i32 bool` | `int` |
/// | `f16 bf16 f8e4m3 f8e5m2` | the stored code as `int`, until a cast decodes it |
/// | `i16 i8 u8 i4` | the stored code as `int`, sign-extended also for `u8` |
@NullMarked
package org.einkorn.backend.jvm;

import org.jspecify.annotations.NullMarked;
