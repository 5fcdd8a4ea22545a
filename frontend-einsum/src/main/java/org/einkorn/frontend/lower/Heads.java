package org.einkorn.frontend.lower;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.einkorn.frontend.check.Problem;
import org.einkorn.frontend.syntax.Names;
import org.einkorn.frontend.syntax.Tree;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.source.Origin;
import org.einkorn.ir.source.Span;

/// The left side of one equation: its index variables, and where it writes.
final class Heads {
  private final Context context;
  private final Frame frame;
  private final String target;
  private final List<IndexExpr> axes;
  private final boolean isDeclared;

  /// What a left side amounts to.
  ///
  /// @param env the scope of the right side
  /// @param write one position for each axis
  /// @param fixed the variables whose extent the left side gives, and where
  /// @param pending tensors read as positions: their source is resolved with the right side
  record Written(
      Env env,
      List<IndexExpr> write,
      Map<String, Frame.Site> fixed,
      Map<Integer, Tree.Expression> pending) {}

  /// @param axes the extents of the target, unknown ones included
  Heads(Context context, Frame frame, String target, List<IndexExpr> axes, boolean isDeclared) {
    this.context = context;
    this.frame = frame;
    this.target = target;
    this.axes = axes;
    this.isDeclared = isDeclared;
  }

  /// How many axes a left side has, where `...` stands for `width`.
  static int rank(Tree.Head head, int width) {
    return head.indices().stream()
        .mapToInt(index -> index instanceof Tree.Ellipsis ? width : 1)
        .sum();
  }

  /// A declaration that says how long an axis of a left side is: `output C[i: 10]`.
  static String declaration(Tree.Head head, int axis) {
    List<String> axes = new ArrayList<>();
    for (int place = 0; place < head.indices().size(); place++) {
      boolean isPlain =
          place != axis
              && head.indices().get(place) instanceof Tree.Position(Tree.Name name, Origin _)
              && !Names.isCapital(name.text());
      axes.add(
          isPlain ? head.indices().get(place).origin().span().map(Span::text).orElse("i") : "10");
    }
    return "output " + head.name().text() + "[" + String.join(", ", axes) + "]";
  }

  /// The part of the program that would say how far a variable runs: the left side if it has the
  /// variable, else a bound at its end.
  static String sized(Tree.Head head, Frame.Variable variable) {
    Optional<Span> whole = head.origin().span();
    Optional<Span> name = variable.origin().span();
    String written = variable.written();
    boolean isName = name.map(span -> span.text().equals(written)).orElse(false);
    boolean isIndex =
        head.indices().stream()
            .anyMatch(
                index ->
                    index instanceof Tree.Position(Tree.Name plain, Origin _)
                        && plain.text().equals(written));
    if (isIndex && isName && whole.isPresent()) {
      int at = name.orElseThrow().end() - whole.get().start();
      String text = whole.get().text();
      if (at > 0 && at <= text.length()) {
        return text.substring(0, at) + ": 10" + text.substring(at);
      }
    }
    boolean isInHead =
        whole.isPresent()
            && name.isPresent()
            && name.get().start() >= whole.get().start()
            && name.get().end() <= whole.get().end();
    return isName && !isInHead ? written + ": 10" : "with " + written + ": 10";
  }

  Written read(Tree.Head head, int width) {
    Map<String, String> names = new LinkedHashMap<>();
    Map<String, Frame.Site> fixed = new HashMap<>();
    Map<Integer, Tree.Expression> pending = new HashMap<>();
    List<String> ellipsis = new ArrayList<>();
    List<String> slices = new ArrayList<>();
    List<IndexExpr> write = new ArrayList<>();
    for (Tree.Index index : head.indices()) {
      int axis = write.size();
      switch (index) {
        case Tree.Ellipsis written -> {
          if (!ellipsis.isEmpty()) {
            context.report(new Problem.SecondEllipsis(written.origin()));
            frame.markBroken();
          }
          for (int place = 0; place < width; place++) {
            String name = fresh("d." + place, target + "." + (axis + place), written.origin());
            ellipsis.add(name);
            write.add(IndexExpr.variable(name));
            fix(name, axis + place, fixed, written.origin());
          }
        }
        case Tree.Slice slice -> {
          String name = fresh("s." + slices.size(), target + "." + axis, slice.origin());
          slices.add(name);
          write.add(sliced(slice, name, axis));
        }
        case Tree.Position(Tree.Name name, Origin _) when !Names.isCapital(name.text()) -> {
          write.add(variable(name, names));
          fix(names, name, axis, fixed);
        }
        case Tree.Dotted(Tree.Name name, Origin _) -> {
          write.add(variable(name, names));
          frame.dot(((IndexExpr.Variable) write.getLast()).name());
          fix(names, name, axis, fixed);
        }
        case Tree.Sized(Tree.Name name, Tree.Expression extent, Origin origin) -> {
          write.add(variable(name, names));
          String variable = ((IndexExpr.Variable) write.getLast()).name();
          Env sizes = Env.empty();
          new Positions(new Elaborator(context, frame, new Uses(n -> false)))
              .extent(extent, sizes)
              .ifPresent(size -> fixed.put(variable, Domain.declared(target, axis, size, origin)));
        }
        case Tree.Virtual virtual -> {
          if (!context.isVirtual(target, axis)) {
            context.report(new Problem.VirtualIndex(virtual.origin()));
            write.add(IndexExpr.Constant.ZERO);
          } else if (virtual.offset() == 0) {
            write.add(variable(virtual.name(), names));
            fix(names, virtual.name(), axis, fixed);
          } else {
            write.add(IndexExpr.Constant.ZERO);
            pending.put(axis, virtual.position());
          }
        }
        case Tree.Group group -> write.add(group(group, names));
        case Tree.Position(Tree.Expression value, Origin _) -> {
          write.add(IndexExpr.Constant.ZERO);
          pending.put(axis, value);
        }
      }
    }
    Env env = Env.empty();
    for (Map.Entry<String, String> name : names.entrySet()) {
      env = env.withIndex(name.getKey(), name.getValue());
    }
    // Names inside functions, `x` of `Y[x/2]`, are indices of the left side too.
    for (Tree.Expression value : pending.values()) {
      for (String name :
          new Uses(n -> false)
              .ofIndices(List.of(new Tree.Position(value, value.origin())))
              .keySet()) {
        if (env.index(name) == null) {
          env = env.withIndex(name, fresh(name, name, value.origin()));
        }
      }
    }
    return new Written(env.withEllipsis(ellipsis).withSlices(slices), write, fixed, pending);
  }

  private String fresh(String written, String hint, Origin origin) {
    IndexExpr extent =
        context.extents.unknown(hint.contains(".") ? hint : hint.toUpperCase(Locale.ROOT));
    return frame.variable(written, extent, origin).name();
  }

  private IndexExpr variable(Tree.Name name, Map<String, String> names) {
    String known = names.get(name.text());
    if (known == null) {
      known = fresh(name.text(), name.text(), name.origin());
      names.put(name.text(), known);
    }
    return IndexExpr.variable(known);
  }

  private void fix(
      Map<String, String> names, Tree.Name name, int axis, Map<String, Frame.Site> fixed) {
    fix(Objects.requireNonNull(names.get(name.text())), axis, fixed, name.origin());
  }

  private void fix(String variable, int axis, Map<String, Frame.Site> fixed, Origin origin) {
    if (isDeclared && axis < axes.size()) {
      fixed.putIfAbsent(variable, Domain.declared(target, axis, axes.get(axis), origin));
    }
  }

  private IndexExpr group(Tree.Group group, Map<String, String> names) {
    IndexExpr position = IndexExpr.Constant.ZERO;
    for (Tree.Name name : group.names()) {
      IndexExpr variable = variable(name, names);
      IndexExpr extent = frame.get(((IndexExpr.Variable) variable).name()).extent();
      position = position.times(extent).plus(variable);
    }
    return position;
  }

  private IndexExpr sliced(Tree.Slice slice, String name, int axis) {
    Positions positions = new Positions(new Elaborator(context, frame, new Uses(n -> false)));
    boolean isWhole = slice.start().isEmpty() && slice.stop().isEmpty() && slice.step().isEmpty();
    if (isWhole || !positions.isConstant(slice)) {
      return IndexExpr.variable(name);
    }
    IndexExpr extent = axis < axes.size() ? axes.get(axis) : IndexExpr.Constant.ZERO;
    boolean isOpen = !isDeclared && slice.stop().isEmpty();
    if (isOpen || (!isDeclared && slice.stop().get() instanceof Tree.Negate)) {
      // `Y[2:]` ends where the right side does.
      IndexExpr start =
          slice
              .start()
              .flatMap(value -> positions.affine(value, Env.empty()))
              .orElse(IndexExpr.Constant.ZERO);
      return start.plus(IndexExpr.variable(name));
    }
    if (!isDeclared) {
      IndexExpr stop =
          positions.affine(slice.stop().orElseThrow(), Env.empty()).orElse(IndexExpr.Constant.ZERO);
      extent = stop;
    }
    Positions.SliceBounds bounds = positions.bounds(slice, extent, Env.empty());
    frame.addSite(
        new Frame.Site(
            target, axis, IndexExpr.variable(name), bounds.length(), false, false, slice.origin()));
    return bounds.start().plus(IndexExpr.variable(name).times(bounds.step()));
  }
}
