package org.einkorn.ir.integer;

import org.einkorn.ir.expr.IndexExpr;

/// A loop: `0 ≤ variable < extent`.
///
/// Of several loops the outermost stands first; an extent may mention the variables of loops
/// further out.
public record Loop(String variable, IndexExpr extent) {}
