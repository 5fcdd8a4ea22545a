/// What the threads of a warp compute together.
///
/// A GPU runs the threads of a block in warps of 32, [lanes][org.einkorn.ir.loop.MmaShape#LANES]:
/// those of a loop of 32 rounds on `thread.x`, one warp for each round of the loops on `thread.y`
/// and `thread.z`. Some instructions are of a warp and not of a thread: all lanes come to it, and
/// give it a share of its operands each. In the IR stands what a lane computes of the result, in
/// plain loops; an [annotation][org.einkorn.ir.loop.Annotation.Mma] says that the shares of all
/// lanes are the instruction, and [WarpProduct] proves it. So the interpreter and all rules about
/// loops see plain loops, and a backend sees the instruction.
///
/// ```text
/// (path to a loop, loop) ─ WarpProduct.of ─→ Matched WarpProduct | Fault why
/// ```
@NullMarked
package org.einkorn.ir.warp;

import org.jspecify.annotations.NullMarked;
