package org.einkorn.ir.tensor;

import org.einkorn.ir.expr.IndexExpr;

/// The condition `0 ≤ index < extent` on a point of the iteration domain.
public record Guard(IndexExpr index, IndexExpr extent) {}
