package org.einkorn.passes.cost;

import java.math.BigInteger;
import java.util.List;
import java.util.function.ToLongFunction;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.runtime.DType;

/// How many multiplications and additions are executed; what counts as one, the package page says.
///
/// @param multiplies how many multiplications
/// @param adds how many additions
/// @param dependsOnData whether the data decide how many there are; the figures are then a bound
///   that they do not exceed
/// @param ofOneRound whether some of it is done again and again, and counted once
public record OperationCount(
    BigInteger multiplies, BigInteger adds, boolean dependsOnData, boolean ofOneRound) {
  public static final OperationCount ZERO = OperationCount.of(0, 0);

  public OperationCount(BigInteger multiplies, BigInteger adds, boolean dependsOnData) {
    this(multiplies, adds, dependsOnData, false);
  }

  public static OperationCount of(long multiplies, long adds) {
    return new OperationCount(BigInteger.valueOf(multiplies), BigInteger.valueOf(adds), false);
  }

  public OperationCount plus(OperationCount other) {
    return new OperationCount(
        multiplies.add(other.multiplies),
        adds.add(other.adds),
        dependsOnData || other.dependsOnData,
        ofOneRound || other.ofOneRound);
  }

  OperationCount minus(OperationCount other) {
    return new OperationCount(
        multiplies.subtract(other.multiplies),
        adds.subtract(other.adds),
        dependsOnData || other.dependsOnData,
        ofOneRound || other.ofOneRound);
  }

  OperationCount times(BigInteger factor) {
    return new OperationCount(
        multiplies.multiply(factor), adds.multiply(factor), dependsOnData, ofOneRound);
  }

  OperationCount asBound() {
    return new OperationCount(multiplies, adds, true, ofOneRound);
  }

  /// The same as the count of one round of several.
  public OperationCount asRound() {
    return new OperationCount(multiplies, adds, dependsOnData, true);
  }

  /// The count of a definition as it is written: each term over its whole domain.
  ///
  /// @param symbols the value of each symbol
  public static OperationCount of(Body body, ToLongFunction<String> symbols) {
    return switch (body) {
      case Body.Accumulate accumulate -> {
        OperationCount total = ZERO;
        for (Contraction term : accumulate.terms()) {
          ScalarCost point = ScalarCost.of(term.joined());
          if (!accumulate.isMap()) {
            point = point.plus(ofCombination(accumulate.projection(), term.valueType()));
          }
          Domain domain = domain(term.axes()).where(term.guards());
          total = total.plus(domain.count(point, symbols));
        }
        yield total;
      }
      case Body.Scan scan ->
          domain(scan.axes())
              .count(
                  ScalarCost.of(scan.operand())
                      .plus(ofCombination(scan.projection(), scan.operand().type())),
                  symbols);
      case Body.Derivative _, Body.Iterate _ -> ZERO;
    };
  }

  private static Domain domain(List<Axis> axes) {
    Domain domain = Domain.POINT;
    for (Axis axis : axes) {
      domain = domain.over(axis.name(), axis.extent());
    }
    return domain;
  }

  private static ScalarCost ofCombination(Projection projection, DType type) {
    if (type.isComplex()) {
      return Costs.of(projection.combine(), type);
    }
    return projection == Projection.PRODUCT
        ? new ScalarCost(1, 0, List.of())
        : new ScalarCost(0, 1, List.of());
  }
}
