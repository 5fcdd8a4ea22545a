package org.einkorn.frontend.syntax;

import java.util.List;
import org.einkorn.ir.source.Origin;

/// `with vjp(u) = u * y, u * x`: what the derivatives of a function by its parameters are.
///
/// @param kind the word before the parenthesis
/// @param weight the name of what is multiplied
public record Adjoint(
    Tree.Name kind, Tree.Name weight, List<Tree.Expression> values, Origin origin) {
  public Adjoint {
    values = List.copyOf(values);
  }
}
