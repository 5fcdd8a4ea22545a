package org.einkorn.frontend.lower;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.IntPredicate;
import org.einkorn.frontend.check.Linear;
import org.einkorn.frontend.check.Problem;
import org.einkorn.frontend.check.Ranges;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.source.Origin;

/// How long the axes of a defined tensor are: as declared, or as far as its equations write.
final class TargetExtents {
  private final Context context;
  private final String target;
  private final List<Part> parts;
  private final IntPredicate isDeclared;

  /// @param parts the equations of the tensor
  /// @param isDeclared whether the extent of an axis is declared
  TargetExtents(Context context, String target, List<Part> parts, IntPredicate isDeclared) {
    this.context = context;
    this.target = target;
    this.parts = parts;
    this.isDeclared = isDeclared;
  }

  /// @param axes the axes as far as they are known; those that nobody declared are unified here
  List<IndexExpr> of(List<IndexExpr> axes, boolean isRelation) {
    List<IndexExpr> extents = new ArrayList<>();
    for (int axis = 0; axis < axes.size(); axis++) {
      extents.add(
          isDeclared.test(axis) ? declaredExtent(axes, axis) : inferred(axes, axis, isRelation));
    }
    return extents;
  }

  private IndexExpr declaredExtent(List<IndexExpr> axes, int axis) {
    IndexExpr extent = axes.get(axis);
    for (Part part : parts) {
      IndexExpr position = part.write().get(axis);
      if (!isLabel(position) && position instanceof IndexExpr.Constant(long value)) {
        context.extents.addNumber(extent, Math.addExact(value, 1));
      }
      boolean isChecked = position instanceof IndexExpr.Constant;
      if (!isChecked && !isLabel(position) && !isGather(part, position)) {
        Ranges range = Ranges.of(position, name -> part.extent(context, name));
        Origin origin = part.item().head().origin();
        context.later(
            () -> {
              IndexExpr last = context.extents.resolve(range.greatest());
              IndexExpr size = context.extents.resolve(extent);
              if (isOutside(last, size) && !keepsInside(part, position, size)) {
                context.report(
                    new Problem.WritesOutside(
                        target, Shapes.text(last), Shapes.text(size), origin));
              }
            });
      }
    }
    return extent;
  }

  private static boolean isOutside(IndexExpr last, IndexExpr size) {
    return Linear.difference(last, size).orElse(-1) >= 0;
  }

  /// Whether what stands after `with` leaves out all points that would write past the end.
  private boolean keepsInside(Part part, IndexExpr position, IndexExpr size) {
    return part.bounds().stream()
        .anyMatch(
            bound -> {
              IndexExpr kept = context.extents.resolve(bound.position());
              OptionalLong ahead = Linear.difference(kept, context.extents.resolve(position));
              return ahead.isPresent()
                  && !isOutside(
                      context.extents.resolve(bound.extent()).plus(-1 - ahead.getAsLong()), size);
            });
  }

  private IndexExpr inferred(List<IndexExpr> axes, int axis, boolean isRelation) {
    IndexExpr unknown = axes.get(axis);
    boolean hasLabel = parts.stream().anyMatch(part -> isLabel(part.write().get(axis)));
    boolean allConstant =
        parts.stream()
            .allMatch(
                part ->
                    part.write().get(axis) instanceof IndexExpr.Constant
                        || isLabel(part.write().get(axis)));
    boolean isCrossed = isCrossed(axes, axis);
    IndexExpr greatest = IndexExpr.Constant.ZERO;
    for (Part part : parts) {
      IndexExpr position = part.write().get(axis);
      if (part.item().file().isPresent()) {
        continue;
      }
      if (isGather(part, position)) {
        context.report(
            new Problem.NotWritable(
                "the data decide where, so that nothing shows how long axis " + axis + " is",
                Heads.declaration(part.item().head(), axis),
                part.item().head().origin()));
        return IndexExpr.Constant.ONE;
      }
      boolean isJoined = hasLabel || allConstant || isRelation || isCrossed;
      if (position instanceof IndexExpr.Constant(long value) && isJoined) {
        context.extents.requireAtLeast(unknown, Math.addExact(value, 1));
        continue;
      }
      if (isLabel(position)) {
        continue;
      }
      IndexExpr extent =
          context.extents.resolve(
              Ranges.of(position, name -> part.extent(context, name)).greatest().plus(1));
      if (isNoMore(extent, context.extents.resolve(unknown))) {
        continue;
      }
      if (isJoined) {
        if (!context.extents.unify(unknown, extent)) {
          context.report(
              new Problem.TwoExtents(
                  "axis " + axis,
                  new Problem.Use(part.item().head().origin(), Shapes.text(extent), ""),
                  new Problem.Use(
                      parts.getFirst().item().head().origin(),
                      Shapes.text(context.extents.resolve(unknown)),
                      ""),
                  Problem.Remedy.EQUATIONS));
        }
      } else {
        boolean isFirst =
            greatest.equals(IndexExpr.Constant.ZERO) && extent instanceof IndexExpr.Symbol;
        greatest = isFirst ? extent : Linear.normalize(greatest.max(extent));
      }
    }
    boolean isFound = isCrossed && !context.extents.resolve(unknown).equals(unknown);
    if (hasLabel || allConstant || isRelation || isFound) {
      return unknown;
    }
    Part first = parts.getFirst();
    // In a recurrence another equation may have said how long the axis is.
    boolean isKnown =
        !context.extents.resolve(unknown).equals(unknown)
            || parts.stream()
                .anyMatch(
                    part ->
                        !context
                            .extents
                            .resolve(
                                Ranges.of(part.write().get(axis), n -> part.extent(context, n))
                                    .greatest())
                            .equals(context.extents.resolve(unknown.plus(-1))));
    if (!isKnown && first.write().get(axis) instanceof IndexExpr.Variable(String name)) {
      Frame.Variable variable = first.frame().get(name);
      context.report(
          new Problem.UnknownExtent(
              variable.written(),
              variable.origin(),
              Heads.sized(first.item().head(), variable),
              first.item().value().isEmpty()));
      return IndexExpr.Constant.ONE;
    }
    Optional<Part> endless = endless(unknown, axis);
    if (endless.isPresent()
        && endless.get().write().get(axis) instanceof IndexExpr.Variable(String name)) {
      Frame.Variable variable = endless.get().frame().get(name);
      context.report(
          new Problem.UnknownExtent(
              variable.written(),
              variable.origin(),
              Heads.sized(endless.get().item().head(), variable),
              false));
      return IndexExpr.Constant.ONE;
    }
    if (greatest.equals(IndexExpr.Constant.ZERO) && isAsKnown(unknown, axis)) {
      return unknown;
    }
    if (!context.extents.unify(unknown, greatest)) {
      report(axis, first, greatest, context.extents.resolve(unknown));
    }
    return greatest;
  }

  /// An axis that its equations write to different ends.
  private void report(int axis, Part first, IndexExpr found, IndexExpr known) {
    String what = "axis " + axis + " of `" + Context.targetOf(target) + "`";
    Problem.Use one = new Problem.Use(first.item().head().origin(), Shapes.text(found), "");
    Problem.Use two = new Problem.Use(first.item().origin(), Shapes.text(known), "");
    for (Part part : parts) {
      IndexExpr before = written(first, axis);
      IndexExpr here = written(part, axis);
      if (!here.equals(before)) {
        one = new Problem.Use(part.item().head().origin(), Shapes.text(here), "");
        two = new Problem.Use(first.item().head().origin(), Shapes.text(before), "");
        break;
      }
    }
    context.report(new Problem.TwoExtents(what, one, two, Problem.Remedy.EQUATIONS));
  }

  /// How far an equation writes along an axis.
  private IndexExpr written(Part part, int axis) {
    return context.extents.resolve(
        Ranges.of(part.write().get(axis), name -> part.extent(context, name)).greatest().plus(1));
  }

  /// Whether an extent is at most another whatever that is, as `n - 1` and `max(n - 1, 0)` are at
  /// most `n`.
  private static boolean isNoMore(IndexExpr extent, IndexExpr other) {
    return switch (extent) {
      case IndexExpr.Maximum(IndexExpr left, IndexExpr right) ->
          isNoMore(left, other) && isNoMore(right, other);
      default ->
          extent.equals(IndexExpr.Constant.ZERO) || Linear.difference(extent, other).orElse(1) <= 0;
    };
  }

  /// Whether an equation writes along an axis what it reads along another one of the tensor, as in
  /// `T[i, j] = T[j, i]`: then both have one extent.
  private boolean isCrossed(List<IndexExpr> axes, int axis) {
    for (Part part : parts) {
      if (isLabel(part.write().get(axis)) || isGather(part, part.write().get(axis))) {
        continue;
      }
      for (int other = 0; other < axes.size(); other++) {
        if (other != axis && written(part, axis).equals(context.extents.resolve(axes.get(other)))) {
          return true;
        }
      }
    }
    return false;
  }

  /// A step of a recurrence that runs along an axis as far as there are positions, where all that
  /// says how far that is are single positions: those it begins at.
  private Optional<Part> endless(IndexExpr unknown, int axis) {
    if (!context.isMoving(target, axis)
        || !context.extents.resolve(unknown).equals(unknown)
        || parts.stream()
            .anyMatch(
                part ->
                    !(part.write().get(axis) instanceof IndexExpr.Constant)
                        && (written(part, axis) instanceof IndexExpr.Constant
                            || !isNoMore(written(part, axis), unknown)))) {
      return Optional.empty();
    }
    return parts.stream()
        .filter(part -> !(part.write().get(axis) instanceof IndexExpr.Constant))
        .findFirst();
  }

  /// Whether every equation writes the whole axis as it is known.
  private boolean isAsKnown(IndexExpr unknown, int axis) {
    return parts.stream()
        .map(part -> Ranges.of(part.write().get(axis), name -> part.extent(context, name)))
        .map(range -> context.extents.resolve(range.greatest().plus(1)))
        .allMatch(context.extents.resolve(unknown)::equals);
  }

  private static boolean isLabel(IndexExpr position) {
    return position instanceof IndexExpr.Symbol(String name) && name.startsWith("label.");
  }

  private static boolean isGather(Part part, IndexExpr position) {
    return position instanceof IndexExpr.Variable(String name)
        && part.frame().gatherOf(name) != null;
  }
}
