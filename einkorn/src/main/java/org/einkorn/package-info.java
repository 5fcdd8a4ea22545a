/// Einkorn compiles tensor equations: the embedded API.
///
/// ```java
/// Einsum matmul = Einsum.of("ij,jk->ik");
/// Tensor c = matmul.apply(a, b);
///
/// Program layer = Einkorn.compile(Path.of("layer.ein"));
/// Tensor y = layer.with("X", x).run().get("Y");
///
/// Kernel kernel = layer.kernel(Target.jvm(), Map.of("X", x.shape(), "W", w.shape()));
/// kernel.run(x, w, y);
/// ```
///
/// An [Einsum] is one einsum string, a [Program] a file of equations, a [Kernel] a program compiled
/// for fixed shapes. All are immutable and safe to use from many threads at once. [Options] say
/// where and how code runs; what is wrong with a program comes as a [CompileException] that carries
/// the diagnostics, what is wrong with data as a `DataException`.
///
/// Einkorn is a plain jar and asks for no option of the JVM. Three make a difference:
/// - `--add-modules jdk.incubator.vector` lets the JVM target use vector instructions.
/// - `--enable-native-access=ALL-UNNAMED` is what the LLVM target needs. It also lets several
///   threads work in a confined arena of the caller; without it they work on copies.
/// - `-XX:MaxDirectMemorySize=…` bounds the memory of results that live as long as they are
///   reachable (`Arena.ofAuto`); the JVM sets it to the size of the heap.
///
/// ```text
/// source --Frontend--> ir.tensor.Program --Pipeline--> ir.loop.Module --Backend--> KernelModule
/// ```
@NullMarked
package org.einkorn;

import org.jspecify.annotations.NullMarked;
