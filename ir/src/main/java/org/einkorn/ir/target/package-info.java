/// The contract between the compiler and its backends, found by `ServiceLoader`.
///
/// A [Backend] turns a loop module into running code ([org.einkorn.runtime.exec.KernelModule]) or
/// into an artifact on disk. It never sees the frontend or the passes, and it never hands a module
/// to another backend: what it can't do it refuses with a [RefusedException].
///
/// [ModuleFacts] computes from a module what every backend needs: the manifest, and extents as
/// functions of the symbols.
@NullMarked
package org.einkorn.ir.target;

import org.jspecify.annotations.NullMarked;
