/// Machine code from loop nests, by LLVM.
///
/// [LlvmBackend] takes a loop [org.einkorn.ir.loop.Module] and gives either code in this process (a
/// [org.einkorn.runtime.exec.KernelModule]) or an artifact: LLVM IR, assembly, an object file, or a
/// shared library with a C header.
///
/// ```text
/// loop Module ── ModuleLowering ──► LLVM IR ── optimize ──► object code ── Jit ──► LlvmKernel
///                     │                            └──► assembly text    └─ Lld ──► .so + .h
///                     └─ FunctionLowering ─ ExpressionLowering ─ IntegerOps, FloatOps, Casts
/// ```
///
/// # The code of a function
///
/// Each loop function `F` becomes `F.loops(buffers…, symbols…, begin, end, status)`, hidden in its
/// module, with one `noalias` pointer for each buffer that it touches: the buffers of a module are
/// different pieces of memory, except that inputs, which are only read, may overlap one another. It
/// gives back [KernelStatus]: done, or which trap the data met. Two doors lead to it:
///
/// ```text
/// int32_t NAME.kernel.N(void **buffers, const int64_t *symbols,
///                       int64_t begin, int64_t end, int64_t status[3],
///                       void *, void *, void *, void *);                  // for LlvmKernel
/// int32_t NAME(inputs…, outputs…, sizes…);                                 // for C
/// ```
///
/// # Schedules
///
/// What a schedule says of loops is done here, not asked of LLVM. An unrolled loop is written out,
/// each round with its number as a constant, so that local arrays become registers. A vectorized
/// loop is vectors if [LaneCheck] finds that its rounds are independent: [LaneLoop] writes its
/// statements for several rounds at once, and [LaneExpressions] their values by the classes that
/// write those of one element, over a [Code] whose elements are vectors. So each lane has the bits
/// that the loop without lanes has. LLVM's own hint would let it reorder sums, is about innermost
/// loops only, and need not be taken.
///
/// # Time to compile
///
/// LLVM takes most of it, and its time grows with the code. So no block computes the same twice
/// ([org.einkorn.backend.llvm.binding.Builder]), conditions are asked outside the loops that have
/// no part in them ([GuardHoisting]), functions whose loops are vectors already go through a few
/// passes only, and those that run for some sizes only are compiled when they first run
/// ([Remainders]).
///
/// # Exactness
///
/// No instruction carries a fast-math flag and none is fused: `f32` arithmetic rounds each
/// operation, and sums keep their order. Integer arithmetic sets a flag where a result is not
/// exact, and the function ends in a trap if the flag is set: so loops over integers become vector
/// code too. What [org.einkorn.ir.integer.IntegerRange] shows to be exact is not checked, sums that
/// [org.einkorn.ir.integer.StoredIntegers] bounds among them; [ByteDots] needs that. Conversions to
/// and from narrow floats round once; f16 uses the CPU's instructions where it has them, the rest
/// is integer arithmetic. [ElementaryFunctions] writes `exp`, `log`, `tanh` and `erf` out, so that
/// loops over them become vector code; other functions are those of the C library.
@NullMarked
package org.einkorn.backend.llvm;

import org.jspecify.annotations.NullMarked;
