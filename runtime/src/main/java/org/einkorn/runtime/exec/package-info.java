/// What compiled code needs to run: the ABI of kernels, the runner, the worker threads.
///
/// A backend turns a program into a [KernelModule]: functions over raw memory, and a [Manifest]
/// that says in plain data what the memory is. [ModuleRunner] does the rest, the same for every
/// backend and for code compiled ahead of time: it binds tensors, solves for the sizes, allocates,
/// splits parallel functions over the [Workers], and hands out the results.
///
/// ```text
/// Manifest     ::= program symbol* BufferSpec* FunctionSpec* QuerySpec*
/// BufferSpec   ::= (input | param | output | temporary) name dtype rank Steps [file]
/// Steps        ::= first last                           // between which the memory is in use
/// FunctionSpec ::= name
/// QuerySpec    ::= text name labels
/// KernelModule ::= Manifest
///                  extent(buffer, axis, symbols) -> long
///                  parallelExtent(function, symbols) -> long
///                  run(function, memory[], symbols[], begin, end)   // throws KernelTrap
/// ```
@NullMarked
package org.einkorn.runtime.exec;

import org.jspecify.annotations.NullMarked;
