package org.einkorn.passes.schedule;

import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Set;
import org.einkorn.ir.loop.Fetches;
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
  /// @param touched memory that it reads or stores and does not allocate itself
  /// @param allocates memory that it allocates itself
  /// @param checked tensors against whose extents it checks positions from data
  record Names(Touched touched, Set<String> allocates, Set<String> checked) {
    private static Names of(Stmt body) {
      Set<String> allocates = new HashSet<>();
      Statements.forEach(
          body,
          each -> {
            if (each instanceof Stmt.Allocate allocation) {
              allocates.add(allocation.buffer().name());
            }
          });
      Set<String> checked = new HashSet<>();
      Fetches.of(body).forEach(fetch -> checked.add(fetch.tensor()));
      return new Names(Touched.of(body), allocates, checked);
    }
  }

  /// The names in a function.
  synchronized Names of(Function function) {
    return known.computeIfAbsent(function.body(), Names::of);
  }

  /// Whether a function reads or stores a buffer.
  public boolean isAccessed(Function function, String buffer) {
    return of(function).touched.touches(buffer);
  }

  /// Whether a function stores a buffer.
  boolean isStored(Function function, String buffer) {
    return of(function).touched.stores().contains(buffer);
  }

  /// Whether a function reads a buffer.
  boolean isRead(Function function, String buffer) {
    return of(function).touched.reads().contains(buffer);
  }

  /// The tensors against whose extents a function checks positions from data.
  public Set<String> checked(Function function) {
    return of(function).checked;
  }

  /// Whether data can end a function with a fault, which would be one of another function if it
  /// became part of that.
  public boolean mayFail(Function function) {
    return Faults.mayFail(function.body());
  }

  /// The memory that a function reads and does not allocate itself, by name.
  public Set<String> reads(Function function) {
    return of(function).touched.reads();
  }

  /// The memory that a function stores and does not allocate itself, by name.
  public Set<String> stores(Function function) {
    return of(function).touched.stores();
  }
}
