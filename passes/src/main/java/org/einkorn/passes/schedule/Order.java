package org.einkorn.passes.schedule;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.loop.Stmt.IterKind;
import org.einkorn.passes.schedule.Dependence.Sign;

/// What keeps rounds in their order whatever they touch.
final class Order {
  private Order() {}

  /// Refuses to change the order of rounds where a block says that it must stay, or where it can't
  /// be known when, or whether, the rounds end.
  static void requireFree(Set<String> loops, Stmt body, Nest nest) {
    requireUnbound(loops, body, nest);
    Statements.forEach(
        body,
        each -> {
          if (each instanceof Stmt.While) {
            throw nest.refuse(
                Reason.MAY_NOT_END, "a `while` inside runs as long as the data say so");
          }
        });
  }

  private static void requireUnbound(Set<String> variables, Stmt statement, Nest nest) {
    if (statement instanceof Stmt.Block block) {
      Set<String> inside = new HashSet<>(variables);
      for (Stmt.BlockIter iter : block.iters()) {
        boolean isBound = Walk.variables(iter.binding()).stream().anyMatch(variables::contains);
        if (isBound && (iter.kind() == IterKind.SCAN || iter.kind() == IterKind.OPAQUE)) {
          throw nest.refuse(
              Reason.ORDERED_ITERATOR,
              block,
              "has the %s iterator `%s`".formatted(iter.kind().text(), iter.variable()));
        }
        if (isBound) {
          inside.add(iter.variable());
        }
      }
      block.children().forEach(each -> requireUnbound(inside, each, nest));
    } else {
      statement.children().forEach(each -> requireUnbound(variables, each, nest));
    }
  }

  /// The sign of the outermost loop in which two rounds differ.
  static Sign first(List<Sign> signs) {
    return signs.stream().filter(sign -> sign != Sign.EQUAL).findFirst().orElse(Sign.EQUAL);
  }
}
