package org.einkorn.ir.target;

/// What artifact to make.
///
/// @param kind `class`, `jar`, `obj`, `so`, `llvm`, `asm`, `bytecode`
/// @param name the name of the entry point: a C identifier or a class name, from the output's file
///   name
/// @param target `native`, `jvm`, or a CPU as LLVM names it
public record Emission(String kind, String name, String target) {}
