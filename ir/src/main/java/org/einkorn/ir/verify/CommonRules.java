package org.einkorn.ir.verify;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.expr.Affine;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Names;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.ir.text.ExprPrinter;
import org.einkorn.runtime.DType;

/// Rules about expressions and declarations, for both levels.
final class CommonRules {
  private CommonRules() {}

  static final Rule<Subject> NESTING_LIMITED =
      new Rule<>(
          "nesting-limited",
          "Expressions nest at most 400 nodes and statements at most 250.",
          (subject, report) ->
              subject.facts().tooDeep().forEach(place -> report.find(place, "nests too deep")));

  static final Rule<Subject> TENSOR_NAMES_UNIQUE =
      new Rule<>(
          "tensor-names-unique",
          "No two inputs, definitions or buffers of a program have one name.",
          (subject, report) -> {
            Set<String> seen = new HashSet<>();
            for (Subject.Declared tensor : subject.tensors()) {
              if (!seen.add(tensor.name())) {
                report.find(tensor.place(), "a second tensor `" + tensor.name() + "`");
              }
            }
          });

  static final Rule<Subject> NAMES_VALID =
      new Rule<>(
          "names-valid",
          "Symbols and tensors have names that expressions can mention.",
          (subject, report) -> {
            for (String symbol : subject.symbols()) {
              if (!Names.isName(symbol)) {
                report.find(Place.of("the symbols"), "`" + symbol + "` is no name");
              }
            }
            for (Subject.Declared tensor : subject.tensors()) {
              if (!Names.isName(tensor.name())) {
                report.find(tensor.place(), "`" + tensor.name() + "` is no name");
              }
            }
          });

  static final Rule<Subject> SYMBOLS_DECLARED =
      new Rule<>(
          "symbols-declared",
          "Expressions use only symbols of the signature.",
          (subject, report) -> {
            Set<String> symbols = Set.copyOf(subject.symbols());
            subject
                .facts()
                .forEachIndex(
                    (expr, context) -> {
                      if (expr instanceof IndexExpr.Symbol(String name)
                          && !symbols.contains(name)) {
                        report.find(context.place(), "symbol `" + name + "` is not declared");
                      }
                    });
          });

  static final Rule<Subject> EXTENTS_OVER_SYMBOLS =
      new Rule<>(
          "extents-over-symbols",
          "Extents of tensors and of the axes of a contraction are made of symbols and numbers.",
          (subject, report) -> {
            for (Facts.Index index : subject.facts().indices()) {
              if (index.role() != Facts.Role.POSITION && !isConstantOverSymbols(index.expr())) {
                report.find(
                    index.context().place(),
                    "extent `" + ExprPrinter.print(index.expr()) + "` varies inside the program");
              }
            }
          });

  private static boolean isConstantOverSymbols(IndexExpr expr) {
    boolean[] constant = {true};
    Walk.ofIndices(
            part ->
                constant[0] &=
                    !(part instanceof IndexExpr.Variable || part instanceof IndexExpr.Fetch))
        .visit(expr);
    return constant[0];
  }

  static final Rule<Subject> EXTENTS_NOT_NEGATIVE =
      new Rule<>(
          "extents-not-negative",
          "No extent is a negative number.",
          (subject, report) -> {
            for (Facts.Index index : subject.facts().indices()) {
              Affine extent = Affine.of(index.expr());
              if (index.role() != Facts.Role.POSITION
                  && extent.isConstant()
                  && extent.constant() < 0) {
                report.find(index.context().place(), "extent " + extent.constant());
              }
            }
          });

  static final Rule<Subject> DIVISORS_POSITIVE =
      new Rule<>(
          "divisors-positive",
          "`floordiv` and `mod` divide by positive numbers.",
          (subject, report) ->
              subject
                  .facts()
                  .forEachIndex(
                      (expr, context) -> {
                        Optional<IndexExpr> divisor =
                            switch (expr) {
                              case IndexExpr.FloorDiv(var left, var right) -> Optional.of(right);
                              case IndexExpr.FloorMod(var left, var right) -> Optional.of(right);
                              case IndexExpr.Constant _,
                                  IndexExpr.Variable _,
                                  IndexExpr.Symbol _,
                                  IndexExpr.Sum _,
                                  IndexExpr.Product _,
                                  IndexExpr.Minimum _,
                                  IndexExpr.Maximum _,
                                  IndexExpr.Fetch _ ->
                                  Optional.empty();
                            };
                        Optional<Affine> value = divisor.map(Affine::of);
                        if (value.isPresent()
                            && value.get().isConstant()
                            && value.get().constant() <= 0) {
                          report.find(context.place(), "divides by " + value.get().constant());
                        }
                      }));

  static final Rule<Subject> LITERALS_FIT =
      new Rule<>(
          "literals-fit",
          "A literal of type `f32` is a number of that type.",
          (subject, report) ->
              subject
                  .facts()
                  .forEachScalar(
                      (scalar, context) -> {
                        if (scalar instanceof Scalar.Literal literal
                            && literal.type() == DType.F32
                            && Double.compare((float) literal.doubleValue(), literal.doubleValue())
                                != 0) {
                          report.find(
                              context.place(), "`" + ExprPrinter.print(literal) + "` is no f32");
                        }
                      }));

  static final Rule<Subject> VARIABLES_IN_SCOPE =
      new Rule<>(
          "variables-in-scope",
          "Expressions use only variables of the axes, loops and blocks around them.",
          (subject, report) ->
              subject
                  .facts()
                  .forEachIndex(
                      (expr, context) -> {
                        if (expr instanceof IndexExpr.Variable(String name)
                            && !context.ranges().containsKey(name)) {
                          report.find(
                              context.place(),
                              "variable `" + name + "` belongs to no axis or loop");
                        }
                      }));

  static final Rule<Subject> READS_DEFINED =
      new Rule<>(
          "reads-defined",
          "Every tensor that is read or stored is an input, a buffer, or defined before.",
          (subject, report) -> {
            for (Facts.Access access : subject.facts().accesses()) {
              if (type(access).isEmpty()) {
                report.find(
                    access.context().place(),
                    "`" + access.tensor() + "` is not defined before `" + access.text() + "`");
              }
            }
          });

  static final Rule<Subject> ACCESS_RANKS =
      new Rule<>(
          "access-ranks",
          "Reads and stores have one index for each axis of the tensor.",
          (subject, report) -> {
            for (Facts.Access access : subject.facts().accesses()) {
              Optional<TensorType> type = type(access);
              if (type.isPresent() && type.get().rank() != access.indices().size()) {
                report.find(
                    access.context().place(),
                    "`%s` has %d indices, `%s: %s` has %d axes"
                        .formatted(
                            access.text(),
                            access.indices().size(),
                            access.tensor(),
                            ExprPrinter.print(type.get()),
                            type.get().rank()));
              }
            }
          });

  static final Rule<Subject> READ_TYPES =
      new Rule<>(
          "read-types",
          "A read has the storage type of its tensor.",
          (subject, report) -> {
            for (Facts.Access access : subject.facts().accesses()) {
              Optional<TensorType> type = type(access);
              if (type.isPresent()
                  && access.readType().isPresent()
                  && access.readType().get() != type.get().dtype()) {
                report.find(
                    access.context().place(),
                    "`%s` is read as %s, `%s` is stored as %s"
                        .formatted(
                            access.text(),
                            access.readType().get(),
                            access.tensor(),
                            type.get().dtype()));
              }
            }
          });

  static final Rule<Subject> FETCHES_CONSISTENT =
      new Rule<>(
          "fetches-consistent",
          "A fetch names a tensor, one of its axes, and the extent of that axis; loops may do"
              + " without the tensor.",
          (subject, report) ->
              subject
                  .facts()
                  .forEachIndex(
                      (expr, context) -> {
                        if (expr instanceof IndexExpr.Fetch fetch) {
                          boolean isLeftOut =
                              subject instanceof Subject.Nests
                                  && !context.tensors().containsKey(fetch.tensor());
                          if (isLeftOut) {
                            return;
                          }
                          fetchFault(fetch, context)
                              .ifPresent(fault -> report.find(context.place(), fault));
                        }
                      }));

  private static Optional<String> fetchFault(IndexExpr.Fetch fetch, Context context) {
    TensorType type = context.tensors().get(fetch.tensor());
    if (type == null) {
      return Optional.of("a fetch for `" + fetch.tensor() + "`, which is not defined");
    }
    if (fetch.axis() < 0 || fetch.axis() >= type.rank()) {
      return Optional.of(
          "a fetch for axis %d of `%s`, which has %d axes"
              .formatted(fetch.axis(), fetch.tensor(), type.rank()));
    }
    IndexExpr extent = type.extents().get(fetch.axis());
    return Affine.of(extent).equals(Affine.of(fetch.extent()))
        ? Optional.empty()
        : Optional.of(
            "a fetch checks against `%s`, axis %d of `%s` has `%s`"
                .formatted(
                    ExprPrinter.print(fetch.extent()),
                    fetch.axis(),
                    fetch.tensor(),
                    ExprPrinter.print(extent)));
  }

  static final Rule<Subject> ACCESSES_IN_BOUNDS =
      new Rule<>(
          "accesses-in-bounds",
          "No access that is made in every round certainly leaves its tensor in one of them.",
          (subject, report) -> {
            for (Facts.Access access : subject.facts().accesses()) {
              Optional<TensorType> type = type(access);
              if (type.isEmpty()
                  || access.context().isConditional()
                  || type.get().rank() != access.indices().size()) {
                continue;
              }
              List<IndexExpr> extents = type.get().extents();
              Bounds bounds = Bounds.of(access.context());
              for (int axis = 0; axis < extents.size(); axis++) {
                IndexExpr index = access.indices().get(axis);
                if (bounds.leaves(index, extents.get(axis))) {
                  report.find(
                      access.context().place(),
                      "`%s` leaves axis %d, of extent `%s`"
                          .formatted(access.text(), axis, ExprPrinter.print(extents.get(axis))));
                }
              }
            }
          });

  private static Optional<TensorType> type(Facts.Access access) {
    return Optional.ofNullable(access.context().tensors().get(access.tensor()));
  }

  static final List<Rule<? super Subject>> ALL =
      List.of(
          TENSOR_NAMES_UNIQUE,
          NAMES_VALID,
          SYMBOLS_DECLARED,
          EXTENTS_OVER_SYMBOLS,
          EXTENTS_NOT_NEGATIVE,
          DIVISORS_POSITIVE,
          LITERALS_FIT,
          VARIABLES_IN_SCOPE,
          READS_DEFINED,
          ACCESS_RANKS,
          READ_TYPES,
          FETCHES_CONSISTENT,
          ACCESSES_IN_BOUNDS);
}
