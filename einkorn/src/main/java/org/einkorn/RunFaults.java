package org.einkorn;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.CountedRounds;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.DataFault;

/// Says more of a run that ended at an equation: where the equation stands in the source, and which
/// of its integer operations can have no result.
///
/// Running code only knows the tensor that it was computing, so this looks at the equation again.
final class RunFaults {
  private RunFaults() {}

  /// An operation on integers that may have no result.
  private enum Kind {
    ARITHMETIC,
    CONVERSION,
    REMAINDER
  }

  /// @param program the program at level 1
  static DataException explain(DataException failure, org.einkorn.ir.tensor.Program program) {
    Optional<Definition> definition =
        failure.equation().flatMap(name -> find(program, name)).map(some -> step(program, some));
    if (definition.isEmpty()) {
      return failure;
    }
    DataException placed =
        definition
            .get()
            .origin()
            .span()
            .map(
                span ->
                    failure.replacing(
                        "at", span + ": `" + span.text().lines().findFirst().orElse("") + "`"))
            .orElse(failure);
    if (failure.fault() == DataFault.NOT_SETTLED && isConditional(program, definition.get())) {
      return placed
          .replacing("found", "a condition that does not hold")
          .withHelp("allow more rounds by `for`, or see whether the condition can come true");
    }
    return failure.fault() == DataFault.INTEGER_OVERFLOW
        ? explain(placed, definition.get())
        : placed;
  }

  /// Whether an iteration that a definition belongs to ends by a condition that was written.
  private static boolean isConditional(
      org.einkorn.ir.tensor.Program program, Definition definition) {
    return program.definitions().stream()
        .filter(
            state ->
                state.equals(definition)
                    || (state.body() instanceof Body.Iterate iterate
                        && iterate.tensors().contains(definition.name())))
        .filter(state -> state.body() instanceof Body.Iterate)
        .anyMatch(state -> !CountedRounds.isFixpoint(state, program.definitions()));
  }

  /// Of what is iterated the step: what it starts from has failed before.
  private static Definition step(org.einkorn.ir.tensor.Program program, Definition definition) {
    return definition.body() instanceof Body.Iterate iterate
        ? find(program, iterate.next()).orElse(definition)
        : definition;
  }

  /// The definition, or for a temporary `Y.1` that of the tensor it is made for.
  private static Optional<Definition> find(org.einkorn.ir.tensor.Program program, String name) {
    String wanted = name;
    while (true) {
      for (Definition definition : program.definitions()) {
        if (definition.name().equals(wanted)) {
          return Optional.of(definition);
        }
      }
      int dot = wanted.lastIndexOf('.');
      if (dot < 0) {
        return Optional.empty();
      }
      wanted = wanted.substring(0, dot);
    }
  }

  private static DataException explain(DataException failure, Definition definition) {
    Set<Kind> kinds = new LinkedHashSet<>();
    Set<DType> types = new LinkedHashSet<>();
    boolean[] fromFloat = {false};
    definition.body().walk(Walk.ofScalars(scalar -> collect(scalar, kinds, types, fromFloat)));
    DType value = combine(definition.body(), kinds, types);
    DType stored = definition.type().dtype();
    if (stored.isInteger() && stored != value) {
      kinds.add(Kind.CONVERSION);
      types.add(stored);
    }
    if (kinds.size() != 1 || types.size() != 1) {
      return kinds.isEmpty() ? failure : several(failure, kinds);
    }
    DType type = types.iterator().next();
    return switch (kinds.iterator().next()) {
      case ARITHMETIC ->
          failure
              .replacing("expected", "sums and products " + range(type))
              .replacing("found", "a larger or a smaller one")
              .withHelp(
                  type == DType.I64
                      ? "compute in floats, which round: `f64(…)`"
                      : "convert before computing: `i64(…)`, or `f64(…)`, which rounds");
      case CONVERSION ->
          failure
              .replacing("expected", "values " + range(type))
              .replacing(
                  "found",
                  fromFloat[0] ? "a larger or a smaller one, or nan" : "a larger or a smaller one")
              .withHelp(
                  fromFloat[0]
                      ? "keep the values inside with `clamp`, and replace nan: `where(x == x, x,"
                          + " 0)`"
                      : "use a wider type, or keep the values inside with `clamp`");
      case REMAINDER ->
          failure
              .replacing("expected", "divisors of `%` other than 0")
              .replacing("found", "0")
              .withHelp("leave the zeros out: `where(D[i] != 0, X[i] % D[i], 0)`");
    };
  }

  private static DataException several(DataException failure, Set<Kind> kinds) {
    List<String> words = new ArrayList<>();
    for (Kind kind : kinds) {
      words.add(
          switch (kind) {
            case ARITHMETIC -> "a sum or a product beyond its type";
            case CONVERSION -> "a value that does not fit the type it is converted to";
            case REMAINDER -> "`%` by 0";
          });
    }
    return failure
        .replacing("found", String.join(", or ", words))
        .withHelp("write the parts as equations of their own, to see which one it is");
  }

  private static String range(DType type) {
    return switch (type) {
      case I64 -> "that i64 holds, up to 9223372036854775807";
      case I32 -> "that i32 holds, from -2147483648 to 2147483647";
      case I16 -> "that i16 holds, from -32768 to 32767";
      case I8 -> "that i8 holds, from -128 to 127";
      case U8 -> "that u8 holds, from 0 to 255";
      case I4 -> "that i4 holds, from -8 to 7";
      case BOOL, F64, F32, F16, BF16, F8E4M3, F8E5M2, C64, C128 -> "that " + type + " holds";
    };
  }

  private static void collect(
      Scalar scalar, Set<Kind> kinds, Set<DType> types, boolean[] fromFloat) {
    boolean isInteger = scalar.type().isInteger();
    switch (scalar) {
      case Scalar.Cast(DType type, Scalar operand) when isInteger && narrows(operand, type) -> {
        kinds.add(Kind.CONVERSION);
        types.add(type);
        fromFloat[0] |= operand.type().isFloat();
      }
      case Scalar.Binary(BinaryOp op, Scalar _, Scalar _) when isInteger -> {
        boolean isArithmetic =
            op == BinaryOp.ADD || op == BinaryOp.SUBTRACT || op == BinaryOp.MULTIPLY;
        if (isArithmetic || op == BinaryOp.MODULO) {
          kinds.add(isArithmetic ? Kind.ARITHMETIC : Kind.REMAINDER);
          types.add(scalar.type());
        }
      }
      case Scalar.Unary(UnaryOp op, Scalar _)
          when isInteger && (op == UnaryOp.NEGATE || op == UnaryOp.ABS) -> {
        kinds.add(Kind.ARITHMETIC);
        types.add(scalar.type());
      }
      case Scalar.Dot _ -> {
        kinds.add(Kind.ARITHMETIC);
        types.add(scalar.type());
      }
      case Scalar.Literal _,
          Scalar.Read _,
          Scalar.Position _,
          Scalar.Unary _,
          Scalar.Binary _,
          Scalar.MultiplyAdd _,
          Scalar.Select _,
          Scalar.Cast _ -> {}
    }
  }

  /// Whether a conversion may meet a value that it can't convert.
  private static boolean narrows(Scalar operand, DType type) {
    return !operand.type().fitsIn(type);
  }

  /// Adds what joins and projections compute, and gives the type that they compute in.
  private static DType combine(Body body, Set<Kind> kinds, Set<DType> types) {
    return switch (body) {
      case Body.Accumulate accumulate -> {
        DType type = accumulate.terms().getFirst().valueType();
        boolean joins =
            accumulate.terms().stream()
                .anyMatch(term -> term.operands().size() > 1 && isArithmetic(term));
        boolean projects = !accumulate.isMap() && isArithmetic(accumulate.projection());
        if (type.isInteger() && (joins || projects)) {
          kinds.add(Kind.ARITHMETIC);
          types.add(type);
        }
        yield type;
      }
      case Body.Scan scan -> {
        DType type = scan.operand().type();
        if (type.isInteger() && isArithmetic(scan.projection())) {
          kinds.add(Kind.ARITHMETIC);
          types.add(type);
        }
        yield type;
      }
      case Body.Derivative _, Body.Iterate _ ->
          throw new IllegalArgumentException("nothing is combined: " + body);
    };
  }

  private static boolean isArithmetic(Contraction term) {
    return term.join() == BinaryOp.MULTIPLY || term.join() == BinaryOp.ADD;
  }

  private static boolean isArithmetic(Projection projection) {
    return projection == Projection.SUM || projection == Projection.PRODUCT;
  }
}
