package org.einkorn.ir.schedule;

import java.util.ArrayList;
import java.util.List;
import org.einkorn.ir.expr.IndexExpr;

/// The steps of a schedule of one function, in order.
public record Trace(String function, List<Step> steps) {
  public Trace {
    var unused = new IndexExpr.Variable(function);
    steps = List.copyOf(steps);
  }

  /// This and one step more.
  public Trace and(Step step) {
    List<Step> more = new ArrayList<>(steps);
    more.add(step);
    return new Trace(function, more);
  }
}
