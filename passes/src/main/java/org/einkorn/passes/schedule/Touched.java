package org.einkorn.passes.schedule;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.loop.Stmt;

/// Which memory a statement reads and stores that it does not allocate itself, by name.
record Touched(Set<String> reads, Set<String> stores) {
  static Touched of(Stmt statement) {
    return of(List.of(statement));
  }

  static Touched of(List<Stmt> statements) {
    Set<String> reads = new LinkedHashSet<>();
    Set<String> stores = new LinkedHashSet<>();
    Set<String> own = new LinkedHashSet<>();
    Walk walk =
        Walk.ofScalars(
            part -> {
              if (part instanceof Scalar.Read read) {
                reads.add(read.tensor());
              }
            });
    for (Stmt statement : statements) {
      Statements.forEach(
          statement,
          each -> {
            Statements.indices(each).forEach(walk::visit);
            Statements.value(each).ifPresent(walk::visit);
            if (each instanceof Stmt.Store store) {
              stores.add(store.buffer());
            } else if (each instanceof Stmt.Allocate allocation) {
              own.add(allocation.buffer().name());
            }
          });
    }
    reads.removeAll(own);
    stores.removeAll(own);
    return new Touched(reads, stores);
  }

  boolean touches(String buffer) {
    return reads.contains(buffer) || stores.contains(buffer);
  }

  /// Memory that one stores and the other touches.
  Optional<String> shared(Touched other) {
    return Stream.concat(
            stores.stream().filter(other::touches), other.stores.stream().filter(this::touches))
        .findFirst();
  }
}
