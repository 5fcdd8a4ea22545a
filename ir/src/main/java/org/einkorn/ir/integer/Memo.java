package org.einkorn.ir.integer;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.einkorn.ir.expr.IndexExpr;

/// Keeps what was found out of assumptions, so that nothing is proved twice while some work is
/// done.
///
/// ```java
/// Module scheduled = new Memo().during(() -> pass.apply(module));
/// ```
///
/// Every step of a schedule and every check walks the loops anew, and asks inside of them mostly
/// what was asked before. So while the work runs, assumptions that are made of the same ones in the
/// same way are one instance, and each question to an instance is answered once. An answer is a
/// function of the assumptions and the question alone: it is the same without a memo. All is
/// forgotten with the memo.
///
/// A memo is of one thread, and does not know what is asked on others.
public final class Memo {
  private static final ScopedValue<Memo> CURRENT = ScopedValue.newInstance();

  /// As many answers as one table keeps: more than long programs need, at some hundred bytes each.
  private static final int MAX_ANSWERS = 1 << 16;

  private final Thread owner = Thread.currentThread();
  final Table<Loop, Assumptions> loops = new Table<>();
  final Table<Condition, Assumptions> conditions = new Table<>();
  final Table<Condition, Boolean> proofs = new Table<>();
  final Table<Condition, Condition> simplerConditions = new Table<>();
  final Table<IndexExpr, IndexExpr> simplerIndices = new Table<>();
  final Table<IndexExpr, Interval> bounds = new Table<>();

  /// The answers to questions of one kind, by what is assumed and what the question is about.
  static final class Table<A, T> {
    /// Assumptions are compared by identity.
    private record Question<A>(Assumptions assumptions, A about) {}

    private final Map<Question<A>, T> answers = new HashMap<>();

    private T answer(Assumptions assumptions, A about, Supplier<T> find) {
      Question<A> question = new Question<>(assumptions, about);
      T known = answers.get(question);
      if (known != null) {
        return known;
      }
      T found = find.get();
      if (answers.size() < MAX_ANSWERS) {
        answers.put(question, found);
      }
      return found;
    }
  }

  /// Does some work on this thread; what was found out during earlier work is known.
  ///
  /// @throws IllegalStateException on another thread than the one that made the memo
  public <T> T during(Supplier<T> work) {
    if (Thread.currentThread() != owner) {
      throw new IllegalStateException("the memo is of another thread");
    }
    return ScopedValue.where(CURRENT, this).call(work::get);
  }

  /// The answer that is known, or else is found, and known from now on where there is a memo.
  static <A, T> T answer(
      Function<Memo, Table<A, T>> kind, Assumptions assumptions, A about, Supplier<T> find) {
    if (!CURRENT.isBound() || CURRENT.get().owner != Thread.currentThread()) {
      return find.get();
    }
    return kind.apply(CURRENT.get()).answer(assumptions, about, find);
  }
}
