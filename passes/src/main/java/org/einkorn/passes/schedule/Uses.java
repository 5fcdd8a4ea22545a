package org.einkorn.passes.schedule;

import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Set;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Stmt;

/// Which names the functions of a module use: a body is looked at once, however many steps ask.
///
/// A step changes one function and may have to know of all others that they leave its memory alone.
/// Bodies do not change, so what is known of one holds for every module that it is in. Safe to use
/// from many threads at once.
public final class Uses {
  private final IdentityHashMap<Stmt, Names> known = new IdentityHashMap<>();

  /// The names in one body.
  ///
  /// @param reads memory that is read, by itself or in an index
  /// @param stores memory that is stored
  /// @param allocates memory that it allocates itself
  record Names(Set<String> reads, Set<String> stores, Set<String> allocates) {
    private static Names of(Stmt body) {
      Names names = new Names(new HashSet<>(), new HashSet<>(), new HashSet<>());
      Walk walk =
          Walk.ofScalars(
              part -> {
                if (part instanceof Scalar.Read read) {
                  names.reads.add(read.tensor());
                }
              });
      Statements.forEach(
          body,
          each -> {
            Statements.indices(each).forEach(walk::visit);
            Statements.value(each).ifPresent(walk::visit);
            if (each instanceof Stmt.Store store) {
              names.stores.add(store.buffer());
            } else if (each instanceof Stmt.Allocate allocation) {
              names.allocates.add(allocation.buffer().name());
            }
          });
      return names;
    }
  }

  /// The names in a function.
  synchronized Names of(Function function) {
    return known.computeIfAbsent(function.body(), Names::of);
  }

  /// Whether a function reads or stores a buffer.
  boolean isAccessed(Function function, String buffer) {
    Names names = of(function);
    return names.reads.contains(buffer) || names.stores.contains(buffer);
  }

  /// Whether a function stores a buffer.
  boolean isStored(Function function, String buffer) {
    return of(function).stores.contains(buffer);
  }
}
