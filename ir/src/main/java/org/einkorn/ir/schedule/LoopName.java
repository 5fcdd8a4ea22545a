package org.einkorn.ir.schedule;

import java.util.Optional;
import org.einkorn.ir.expr.IndexExpr;

/// How a loop is named: by its variable and, where several loops have that, by a block inside of
/// it.
public record LoopName(String variable, Optional<String> block) {
  public LoopName {
    var unused = new IndexExpr.Variable(variable);
    if (block.isPresent()) {
      unused = new IndexExpr.Variable(block.get());
    }
  }

  public static LoopName of(String variable) {
    return new LoopName(variable, Optional.empty());
  }

  public static LoopName of(String variable, String block) {
    return new LoopName(variable, Optional.of(block));
  }
}
