package org.einkorn.passes.sparse;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.runtime.DType;

/// A term that adds something only where listed tensors differ from their background: `⊕ where(A[i,
/// j] != 0 and …, value, identity)`, or a rule over (or, and).
///
/// @param sources what is listed, in the order of the conditions
/// @param conditions what must hold beyond that
/// @param value what is added where all of it holds
public record SparseTerm(
    Contraction term, List<Source> sources, List<Scalar> conditions, Scalar value) {
  public SparseTerm {
    sources = List.copyOf(sources);
    conditions = List.copyOf(conditions);
  }

  /// A listed tensor that a term is restricted to.
  ///
  /// @param read at plain axes of the term
  public record Source(Scalar.Read read, Listed list) {
    /// The axes of the term at which the entries that all positions come from are read, in the
    /// order of theirs.
    public List<String> axes() {
      List<String> names = Listed.variables(read);
      Listed current = list;
      while (current instanceof Listed.Sampled sampled) {
        List<String> own = names;
        names = sampled.axes().stream().map(own::get).toList();
        current = sampled.base();
      }
      return names;
    }
  }

  /// The parts of a term, if there is a listed tensor that restricts it.
  public static Optional<SparseTerm> of(Projection plus, Contraction term, Lists lists) {
    if (term.valueType().isComplex()) {
      return Optional.empty();
    }
    if (plus == Projection.ANY
        && (term.join() == BinaryOp.AND || term.operands().size() == 1)
        && term.valueType() == DType.BOOL) {
      return split(term, term.operands(), Scalar.Literal.of(DType.BOOL, 1), lists);
    }
    DType type = term.valueType();
    if (term.operands().size() == 1
        && term.operands().getFirst()
            instanceof Scalar.Select(Scalar condition, Scalar then, Scalar otherwise)
        && otherwise.equals(Scalar.constant(type, plus.identity(type)))) {
      return split(term, conjuncts(condition).toList(), then, lists);
    }
    return Optional.empty();
  }

  private static Stream<Scalar> conjuncts(Scalar condition) {
    return condition instanceof Scalar.Binary(BinaryOp op, Scalar left, Scalar right)
            && op == BinaryOp.AND
        ? Stream.concat(conjuncts(left), conjuncts(right))
        : Stream.of(condition);
  }

  private static Optional<SparseTerm> split(
      Contraction term, List<Scalar> all, Scalar value, Lists lists) {
    List<Source> sources = new ArrayList<>();
    List<Scalar> others = new ArrayList<>();
    for (Scalar condition : all.stream().flatMap(SparseTerm::conjuncts).distinct().toList()) {
      Optional<Source> source = source(term, condition, lists);
      source.ifPresentOrElse(sources::add, () -> others.add(condition));
    }
    leaveLongLists(sources, others);
    return sources.isEmpty()
        ? Optional.empty()
        : Optional.of(new SparseTerm(term, sources, others, value));
  }

  /// A list of more than two axes is gone through entry by entry, since it would have more rows
  /// than entries; what else is listed is looked up in full then.
  private static void leaveLongLists(List<Source> sources, List<Scalar> others) {
    Optional<Source> first =
        sources.stream().filter(source -> source.list().type().rank() > 2).findFirst();
    if (first.isPresent()) {
      for (Source source : List.copyOf(sources)) {
        if (!isAlike(source, first.get())) {
          sources.remove(source);
          others.add(source.list().differs(source.read()));
        }
      }
    }
  }

  /// Whether two lists have the same entries, at the same axes of the term.
  private static boolean isAlike(Source one, Source other) {
    return one.list().entries().equals(other.list().entries()) && one.axes().equals(other.axes());
  }

  private static Optional<Source> source(Contraction term, Scalar condition, Lists lists) {
    Optional<Scalar.Read> read =
        switch (condition) {
          case Scalar.Read relation -> Optional.of(relation);
          case Scalar.Binary(var op, Scalar.Read left, Scalar.Literal _)
              when op == BinaryOp.NOT_EQUAL ->
              Optional.of(left);
          default -> Optional.empty();
        };
    return read.flatMap(
        some ->
            lists
                .of(some.tensor())
                .filter(list -> list.isReadPlainly(some, term.axes()))
                .filter(list -> list.differs(some).equals(condition))
                .map(list -> new Source(some, list)));
  }
}
