package org.einkorn.ir.integer;

import java.util.List;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.tensor.Guard;

/// Whether iterators that are computed from loop variables are independent of one another.
///
/// They are if loops were only split, fused and reordered: each iterator is a sum of digits of loop
/// variables, in the sense of a number system with mixed bases, no digit stands in two iterators,
/// and together the digits of an iterator count without gaps. After the iterator maps of TVM (Feng
/// et al., *TensorIR*, ASPLOS 2023, section 3.3).
///
/// ```text
/// loops i < 10        a = i floordiv 4, b = i mod 4     independent, inside 4 * a + b < 10
/// loops i < 8, j < 4  a = 4 * i + j                     independent, a < 32
/// loops i < 8, j < 4  a = i, b = i + j                  dependent: the digits of i stand in both
/// ```
public sealed interface IteratorMap {
  /// What an iterator is bound to.
  record Binding(String iterator, IndexExpr value) {}

  /// Every point of the box of all iterators that is [#inside] is reached, and no other.
  ///
  /// @param iterators in the order of the bindings
  /// @param isInjective whether each point is reached once only
  /// @param inside a condition on the iterators, by their names; constant where nothing is padded
  record Independent(List<Iterator> iterators, boolean isInjective, Condition inside)
      implements IteratorMap {
    public Independent {
      iterators = List.copyOf(iterators);
    }
  }

  /// No such form was found.
  ///
  /// @param iterator the iterator where it ended
  /// @param part what of it
  record Dependent(String iterator, Reason reason, IndexExpr part) implements IteratorMap {}

  /// An iterator in normal form: `start + step · v` with `0 ≤ v < extent`, where v is the sum of
  /// the digits.
  record Iterator(
      String name, IndexExpr start, IndexExpr step, IndexExpr extent, List<Digit> digits) {
    public Iterator {
      digits = List.copyOf(digits);
    }
  }

  /// `scale · (source floordiv lower mod extent)`
  ///
  /// @param source a loop variable, or a sum that is split again
  record Digit(IndexExpr source, IndexExpr lower, IndexExpr extent, IndexExpr scale) {}

  /// Why iterators are not independent, as far as that can be seen.
  enum Reason {
    NOT_QUASI_AFFINE("is no sum of quotients and remainders of loop variables"),
    NOT_RECTANGULAR("has an extent that depends on another loop"),
    REVERSED("falls as the loop variable rises"),
    OVERLAP("counts some values twice"),
    GAP("leaves values out"),
    SHARED("needs parts of a loop variable that something else needs too"),
    GUARDED("has a guard that the iterators do not follow"),
    PARTLY_USED("is padded, and parts of it are in no iterator"),
    EMPTY("may have no round"),
    TOO_LARGE("leaves 64 bits");

    private final String text;

    Reason(String text) {
      this.text = text;
    }

    public String text() {
      return text;
    }
  }

  /// The form of iterators inside loops.
  ///
  /// @param loops rectangular: no extent depends on another loop
  /// @param guards conditions over the loop variables under which the iterators are looked at
  /// @param outside what is known of everything else
  static IteratorMap detect(
      List<Binding> bindings, List<Loop> loops, List<Guard> guards, Assumptions outside) {
    IteratorMap asWritten = detected(loops, guards, bindings, outside);
    if (asWritten instanceof Independent) {
      return asWritten;
    }
    Assumptions scope = outside.with(loops);
    List<Binding> simple =
        bindings.stream()
            .map(binding -> new Binding(binding.iterator(), scope.simplify(binding.value())))
            .toList();
    return detected(loops, guards, simple, outside) instanceof Independent independent
        ? independent
        : asWritten;
  }

  private static IteratorMap detected(
      List<Loop> loops, List<Guard> guards, List<Binding> bindings, Assumptions outside) {
    try {
      return new IteratorForms(loops, outside).map(guards, bindings);
    } catch (IteratorForms.NoForm none) {
      return new Dependent(none.iterator(), none.reason(), none.part());
    }
  }
}
