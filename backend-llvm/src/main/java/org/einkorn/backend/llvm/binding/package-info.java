/// LLVM's C API in typed form: the only code that uses JavaCPP.
///
/// LLVM owns its objects by a tree: a [Context] owns types and constants, an [IrModule] functions
/// and blocks. What has an owner is a plain handle here ([Type], [Value], [BasicBlock],
/// [NativeFunction]) and is valid while its owner is; what has none is `AutoCloseable`. Every
/// status is checked, every message of LLVM's is freed, and a failure is an [LlvmException].
///
/// ```text
/// Context ─┬─ Type, constants
///          ├─ Builder          writes instructions
///          └─ IrModule ── NativeFunction ── BasicBlock ── Value
/// TargetMachine                optimizes and assembles an IrModule: object code or text
/// Jit                          puts object code into this process: name → address
/// Lld                          links object code into a shared library
/// ```
///
/// A context and all that hangs from it belong to one thread at a time; different threads use
/// different contexts freely. The native library is unpacked and loaded on first use.
@NullMarked
package org.einkorn.backend.llvm.binding;

import org.jspecify.annotations.NullMarked;
