package org.einkorn.frontend.check;

import java.util.List;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.source.Origin;
import org.einkorn.ir.source.Span;

/// The words for every [Problem].
public final class ProblemWords {
  private ProblemWords() {}

  /// The diagnostic for a problem.
  public static Diagnostic diagnostic(Problem problem) {
    return switch (problem) {
      case Problem.TwoRanks p ->
          Diagnostic.error(
                  "E0101", code(p.tensor()) + " has " + count(p.expected(), "axis", "axes"))
              .at(p.at(), count(p.found(), "index", "indices") + " here")
              .and(
                  p.first(),
                  count(p.expected(), "axis", "axes")
                      + (p.first().isKnown() ? " here" : " in the data"))
              .help(ranks(p));
      case Problem.TwoExtents p ->
          extents(p, p.second().at().isKnown() || !p.first().at().isKnown());
      case Problem.DefinedTwice p ->
          Diagnostic.error("E0103", code(p.name()) + " is defined twice")
              .at(p.at(), "the second definition")
              .and(p.first(), "the first is here")
              .help("keep one of them, or give one another name");
      case Problem.DefinesInput p ->
          Diagnostic.error("E0104", code(p.name()) + " is an input and can't be computed")
              .at(p.at(), "this equation defines it")
              .and(p.first(), "it comes from outside here")
              .help("give the result another name");
      case Problem.UnknownExtent p when p.isFact() -> ShapeWords.inFact(p);
      case Problem.UnknownExtent p ->
          Diagnostic.error("E0105", "nothing says how far " + code(p.index()) + " runs")
              .at(
                  p.at(),
                  "no tensor is read at "
                      + code(p.index())
                      + " alone or in a function"
                      + " that can be solved for it")
              .help("say how far, here 10: " + code(p.offer()));
      case Problem.OutsideAxis p ->
          Diagnostic.error(
                  "E0106",
                  "position "
                      + p.position()
                      + " is outside axis "
                      + p.axis()
                      + " of "
                      + code(p.tensor()))
              .at(
                  p.at(),
                  "the axis has "
                      + (p.hasLabels()
                          ? count(p.extent(), "label")
                          : count(p.extent(), "position")))
              .help(
                  p.hasLabels()
                      ? "a number is a position; a label that looks like one stands in quotes: `\""
                          + p.position()
                          + "\"`"
                      : positions(p.extent()));
      case Problem.LabelOnNumbers p ->
          Diagnostic.error("E0107", "label " + code(p.label()) + " on an axis of numbers")
              .at(p.at(), "the axis has " + count(p.extent(), "position"))
              .help(
                  p.isTensor()
                      ? "a tensor gives a position with brackets of its own, "
                          + code(p.label() + "[]")
                          + "; a constant is bound by `let`"
                      : "use a number, or if "
                          + code(p.label())
                          + " is a constant, bind it: `let "
                          + p.label()
                          + " = 0`");
      case Problem.NoSuchOutput p ->
          Diagnostic.error("E0108", "there is no tensor " + code(p.name()))
              .note("the program defines " + listed(p.known()))
              .help("ask for one of these");
      case Problem.EllipsisOnlyRight p ->
          Diagnostic.error("E0109", "`...` stands for axes that the left side does not have")
              .at(p.at(), "axes that would have no place in the result")
              .help("write `...` on the left side too");
      case Problem.UnknownRank p ->
          Diagnostic.error("E0110", "nothing says how many axes " + code(p.tensor()) + " has")
              .at(p.at(), "")
              .help("bind data to it, or declare it: `input " + p.tensor() + "[i, j]`");
      case Problem.DoesNotDivide p ->
          Diagnostic.error("E0111", "a group does not fill its axis")
              .at(
                  p.at(),
                  "the axis has "
                      + count(p.extent(), "position")
                      + ", the other indices make "
                      + p.by())
              .help("choose extents whose product is the extent of the axis");
      case Problem.WritesOutside p ->
          Diagnostic.error("E0112", code(p.tensor()) + " is written outside its declared extent")
              .at(p.at(), "the last position is " + p.position() + ", the extent is " + p.extent())
              .help("declare a larger extent, or write a smaller range");
      case Problem.UnknownFunction p ->
          near(
              Diagnostic.error("E0113", "there is no function " + code(p.name())).at(p.at(), ""),
              p.near(),
              "define it: `def " + p.name() + "(x) = …`; for a product put a blank before `(`");
      case Problem.UnboundSize p ->
          Diagnostic.error("E0114", "no input shows the size " + code(p.name()))
              .at(p.at(), "needed here")
              .help(
                  "bind it with `let "
                      + p.name()
                      + " = 10`, or read an input that has an axis of"
                      + " this extent");
      case Problem.RecursiveFunction p ->
          Diagnostic.error("E0115", "a function needs itself")
              .at(p.at(), String.join(" → ", p.cycle()))
              .help("write the steps out with a name for each");
      case Problem.SliceCount p ->
          Diagnostic.error("E0116", "a slice on the right has no partner on the left")
              .at(
                  p.at(),
                  p.left() == 0
                      ? "the left side has no slice"
                      : "slice "
                          + p.right()
                          + " of this tensor; the left side has "
                          + count(p.left(), "slice", "slices"))
              .help("write `:` on the left side for each slice, or use an index");
      case Problem.WholeTensor p ->
          Diagnostic.error("E0117", code(p.tensor()) + " stands alone where one number is meant")
              .at(p.at(), "it has " + count(p.rank(), "axis", "axes"))
              .help("index it: `" + p.tensor() + "[" + indices(p.rank()) + "]`");
      case Problem.NotAPosition p ->
          Diagnostic.error("E0118", "this is no position")
              .at(p.at(), p.why())
              .help(
                  "positions are made of indices, sizes and whole numbers with `+ - * / %`; divide"
                      + " by positive sizes only");
      case Problem.NotConstant p ->
          Diagnostic.error("E0119", "the value of a `let` must be constant")
              .at(
                  p.at(),
                  p.isCircle()
                      ? "it needs a `let` that needs this one"
                      : "not known before the program runs")
              .help(
                  p.isCircle()
                      ? "give one of them a number"
                      : "leave out `let`: an equation defines a tensor");
      case Problem.SecondEllipsis p ->
          Diagnostic.error("E0120", "two `...` in one tensor")
              .at(p.at(), "")
              .help("write `...` once; it stands for any number of axes");
      case Problem.UnknownName p ->
          near(
              Diagnostic.error("E0121", code(p.name()) + " has no meaning here").at(p.at(), ""),
              p.near(),
              "bind it with `let " + p.name() + " = …`, or define it by an equation");
      case Problem.NotWritable p ->
          Diagnostic.error("E0122", "this position can't be written to")
              .at(p.at(), p.why())
              .help("declare the tensor with its extents: " + code(p.offer()));
      case Problem.Undefined p ->
          Diagnostic.error("E0121", code(p.name()) + " has no meaning here")
              .at(p.at(), "declared, but no equation defines it")
              .help(
                  "define it: `"
                      + p.name()
                      + (p.rank() > 0 ? "[" + indices(p.rank()) + "]" : "")
                      + " = …`");
      case Problem.NegativeExtent p ->
          Diagnostic.error("E0124", "an extent can't be negative")
              .at(p.at(), "this is " + p.extent())
              .help("extents count positions: write 0 or more");
      case Problem.ExtremumOfNothing p ->
          Diagnostic.error("E0125", code(p.function()) + " of nothing has no position")
              .at(p.at(), "its axis is empty")
              .help("run it over an axis that has positions");
      case Problem.TooLarge p ->
          Diagnostic.error("E0123", "a size or position beyond 64 bits")
              .at(p.at(), "")
              .help("use numbers below 9223372036854775807");
      case Problem.BooleanProjection p -> types(p);
      case Problem.TwoProjections p -> types(p);
      case Problem.ImplicitInFunction p -> types(p);
      case Problem.NotOfComplex p -> types(p);
      case Problem.ComplexStored p -> types(p);
      case Problem.ComplexPosition p -> types(p);
      case Problem.FloatIndex p -> types(p);
      case Problem.TakesWholeTensors p -> types(p);
      case Problem.UnclearMerge p -> types(p);
      case Problem.UnknownType p -> types(p);
      case Problem.ArgumentCount p -> types(p);
      case Problem.UnknownArgument p -> types(p);
      case Problem.NoDottedAxis p -> types(p);
      case Problem.TwoDottedAxes p -> types(p);
      case Problem.NeedsWholeTensor p -> types(p);
      case Problem.UnsafeRule p -> types(p);
      case Problem.LiteralTooLarge p -> types(p);
      case Problem.BadFunctionBody p -> types(p);
      case Problem.ProjectionWithoutIndex p -> types(p);
      case Problem.TwoTypes p -> types(p);
      case Problem.StrayText p -> types(p);
      case Problem.UnknownSemiring p -> types(p);
      case Problem.NotAnOperation p -> types(p);
      case Problem.MixedSemiring p -> types(p);
      case Problem.NotOfSemiring p -> types(p);
      case Problem.OfLearning p -> LearningWords.diagnostic(p);
      case Problem.OfRecursion p -> RecursionWords.diagnostic(p);
      case Problem.OfDerivative p -> DerivativeWords.diagnostic(p);
      case Problem.LinearAlgebra p -> refused(p);
      case Problem.Random p -> refused(p);
      case Problem.ComplexFunction p -> refused(p);
      case Problem.NotYet p -> refused(p);
      case Problem.LoneInFunction p ->
          Diagnostic.warning("W0101", code(p.index()) + " is summed inside a function")
              .at(p.at(), "it occurs once, and not on the left side")
              .help("if that is meant, say it: " + code(p.offer()));
      case Problem.OpenRank p ->
          Diagnostic.warning(
                  "W0103", "how many axes " + code(p.tensor()) + " has is known only with its data")
              .at(p.at(), "what is said of the program leaves this out")
              .help(
                  "declare its axes, such as `input "
                      + p.tensor()
                      + "[i, j]`, to have all checked");
      case Problem.AverageOfNothing p ->
          Diagnostic.warning("W0104", "this is the average of nothing, which is 0")
              .at(p.at(), "its axis is empty")
              .help("run it over an axis that has positions");
      case Problem.SpelledLikeLabel p ->
          Diagnostic.warning(
                  "W0106",
                  code(p.name()) + " is a variable, and a label of this axis has the same name")
              .at(p.at(), "this asks for all positions of " + code(p.tensor()) + " here")
              .help(
                  "to ask for the label alone write it in quotes, `\""
                      + p.name()
                      + "\"`; if all are meant, give the variable another name");
      case Problem.Unused p ->
          Diagnostic.warning("W0102", "the " + p.what() + " " + code(p.name()) + " is not used")
              .at(p.at(), "")
              .help("remove it");
    };
  }

  private static Diagnostic types(Problem problem) {
    return switch (problem) {
      case Problem.TwoProjections p ->
          Diagnostic.error("E0201", "two projections for " + code(p.tensor()))
              .at(p.at(), "`" + p.found() + "` here")
              .and(p.first(), "`" + p.expected() + "` here")
              .help("use one sign for all equations of a tensor, or give one another name");
      case Problem.ImplicitInFunction p ->
          Diagnostic.error("E0202", "which projection " + code(p.index()) + " gets is not said")
              .at(p.at(), "inside a function, where `" + p.operator() + "` does not reach")
              .help("say it: `" + p.offer() + "`");
      case Problem.NotOfComplex p ->
          Diagnostic.error("E0203", p.operation() + " is not defined on complex numbers")
              .at(p.at(), "of " + p.type() + " here")
              .help("take `re(…)`, `im(…)` or `abs(…)`, which are real");
      case Problem.ComplexStored p ->
          Diagnostic.error("E0203", "complex values in a tensor of real numbers")
              .at(p.at(), code(p.tensor()) + " is " + p.type() + ", its values are " + p.value())
              .help("declare it `: " + p.value() + "`, or take `re(…)`, `im(…)` or `abs(…)`");
      case Problem.ComplexPosition p ->
          Diagnostic.error("E0203", "a position is computed from complex numbers")
              .at(p.at(), "")
              .help("give it an equation of its own, and read that");
      case Problem.FloatIndex p ->
          Diagnostic.error("E0204", "a position must be a whole number")
              .at(p.at(), (p.tensor().isEmpty() ? "this" : code(p.tensor())) + " is " + p.type())
              .help("convert it: `i32(" + source(p.at(), "…") + ")`");
      case Problem.TakesWholeTensors p ->
          Diagnostic.error("E0218", code(p.function()) + " takes whole tensors")
              .at(p.at(), "this is one number at each point, or a tensor without axes")
              .help(
                  "name the tensors alone, with brackets behind the call: `"
                      + p.function()
                      + "(A, B)[:, :]`");
      case Problem.UnclearMerge p -> ShapeWords.merge(p);
      case Problem.UnknownType p ->
          near(
              Diagnostic.error("E0205", "there is no type " + code(p.name())).at(p.at(), ""),
              p.near(),
              "the types are `f64 f32 f16 bf16 f8e4m3 f8e5m2 i64 i32 i16 i8 u8 i4 bool c64 c128`");
      case Problem.ArgumentCount p ->
          Diagnostic.error(
                  "E0206",
                  code(p.function()) + " takes " + count(p.expected(), "argument", "arguments"))
              .at(p.at(), p.found() + " here")
              .help("it is called as " + code(p.signature()));
      case Problem.UnknownArgument p ->
          Diagnostic.error("E0207", code(p.function()) + " has no argument " + code(p.name()))
              .at(p.at(), "")
              .help(
                  p.known().isEmpty()
                      ? "write the value alone"
                      : "its arguments are " + listed(p.known()));
      case Problem.NoDottedAxis p ->
          Diagnostic.error("E0208", code(p.function()) + " works along an axis, and none is marked")
              .at(p.at(), "")
              .help("put a dot after the axis: `" + p.offer() + "`");
      case Problem.TwoDottedAxes p ->
          Diagnostic.error(
                  "E0209", code(p.function()) + " works along one axis, and two are marked")
              .at(p.at(), "")
              .help("keep one dot");
      case Problem.NeedsWholeTensor p ->
          Diagnostic.error("E0210", code(p.function()) + " gives a whole tensor")
              .at(p.at(), "one number is meant here")
              .help(
                  "index it: `"
                      + source(p.at(), p.function() + "(…)")
                      + "["
                      + indices(p.rank())
                      + "]`");
      case Problem.UnsafeRule p ->
          Diagnostic.error("E0211", "nothing in the rule binds " + code(p.index()))
              .at(p.at(), "it occurs only in the head, under `not`, or in a comparison")
              .help(
                  "add an atom that says where it comes from, such as `Person(" + p.index() + ")`");
      case Problem.LiteralTooLarge p ->
          Diagnostic.error("E0212", p.value() + " does not fit in " + p.type())
              .at(p.at(), "out of the range of " + p.type())
              .help("use a wider type, such as `i64` or `f64`");
      case Problem.BadFunctionBody p ->
          Diagnostic.error("E0213", code(p.function()) + " can't be expanded")
              .at(p.at(), p.why())
              .help(p.remedy());
      case Problem.ProjectionWithoutIndex p ->
          Diagnostic.error("E0214", code(p.function()) + " needs an index to run over")
              .at(p.at(), "")
              .help("name it in brackets: " + code(p.offer()));
      case Problem.TwoTypes p ->
          Diagnostic.error("E0215", code(p.tensor()) + " has two types")
              .at(p.at(), p.found() + " here")
              .and(p.first(), p.expected() + " here")
              .help("keep one of them");
      case Problem.StrayText p ->
          Diagnostic.error("E0216", "a string is no number")
              .at(p.at(), "")
              .help("strings are labels between brackets, and files on one side of `=`");
      case Problem.UnknownSemiring p ->
          near(
              Diagnostic.error("E0230", "there is no semiring " + code(p.name())).at(p.at(), ""),
              p.near(),
              "declare it: `semiring " + p.name() + " = (min, +)`");
      case Problem.NotAnOperation p ->
          Diagnostic.error("E0231", code(p.sign()) + " can't be the " + p.part() + " of a semiring")
              .at(p.at(), "not an operation that may be taken in any order")
              .help("one of " + p.known());
      case Problem.MixedSemiring p ->
          Diagnostic.error("E0231", "the operations of a semiring are on one kind of values")
              .at(p.other(), code(p.times()) + " here")
              .and(p.at(), code(p.plus()) + " here")
              .help("`or`, `and` and `xor` are on truth values, all others on numbers");
      case Problem.NotOfSemiring p ->
          Diagnostic.error("E0232", "an equation over " + code(p.semiring()) + " has only products")
              .at(p.at(), p.isSum() ? "what it sums are its equations" : "ordinary arithmetic")
              .help(
                  p.isSum()
                      ? "write several equations `"
                          + p.target()
                          + " "
                          + p.semiring()
                          + "= …`, which it combines"
                      : "give this part an equation of its own, and multiply by its tensor");
      case Problem.BooleanProjection p ->
          Diagnostic.error(
                  "E0217",
                  "`" + p.operator() + "` gives numbers, and " + code(p.tensor()) + " is Boolean")
              .at(p.at(), "")
              .help("use `or=`, `and=` or `xor=`, or give the tensor a type of numbers");
      default -> throw new IllegalStateException("no words for " + problem);
    };
  }

  private static Diagnostic refused(Problem problem) {
    return switch (problem) {
      case Problem.LinearAlgebra p ->
          Diagnostic.error("E0906", code(p.function()) + " is not compiled in this version")
              .at(p.at(), "linear algebra")
              .help("compute it outside, and read the result as an input");
      case Problem.Random p ->
          Diagnostic.error("E0219", code(p.function()) + " can't tell which numbers it gives")
              .at(p.at(), p.why())
              .help(
                  "give it a seed, and the indices on which its numbers depend if they are not"
                      + " those of the left side: "
                      + code(p.function() + "(i, seed: 1)"));
      case Problem.ComplexFunction p ->
          Diagnostic.error(
                  "E0908", p.function() + " of complex numbers is not compiled in this version")
              .at(p.at(), "")
              .help("write it with `re`, `im` and functions of real numbers");
      case Problem.NotYet p ->
          Diagnostic.error("E0909", code(p.function()) + " is not compiled in this version")
              .at(p.at(), "")
              .help("use " + p.instead());
      default -> throw new IllegalStateException("no words for " + problem);
    };
  }

  /// @param secondFirst which of the two uses is underlined: one that has a place
  private static Diagnostic extents(Problem.TwoExtents problem, boolean secondFirst) {
    Problem.Use primary = secondFirst ? problem.second() : problem.first();
    Problem.Use other = secondFirst ? problem.first() : problem.second();
    return Diagnostic.error("E0102", name(problem.index()) + " has two extents")
        .at(primary.at(), use(problem.index(), primary))
        .and(other.at(), use(problem.index(), other))
        .help(
            switch (problem.remedy()) {
              case INDICES -> "use different indices for axes of different extent";
              case DECLARATION -> "declare the extent that the data have, or bind other data";
              case PARTS -> "the parts must agree on all axes but the first";
              case DIRECTION -> "a direction has the shape of what it is a direction of";
              case EQUATIONS -> "let all equations of the tensor write the same range";
            });
  }

  private static String use(String index, Problem.Use use) {
    String subject = index.contains(" ") ? "it" : code(index);
    String from = use.from().isEmpty() ? "" : ", from " + use.from();
    return subject + " is " + use.extent() + " here" + from;
  }

  private static String ranks(Problem.TwoRanks problem) {
    if (!problem.first().isKnown()) {
      return "declare " + count(problem.expected(), "axis", "axes") + ", or bind other data";
    }
    int surplus = problem.found() - problem.expected();
    return surplus > 0
        ? "leave out " + count(surplus, "index", "indices")
        : "write one index for each axis, or `...` for those you do not name";
  }

  private static String positions(String extent) {
    if (extent.equals("0")) {
      return "the axis is empty: there is nothing to read";
    }
    long size = Long.parseLong(extent);
    return "positions run from 0 to " + (size - 1) + ", or from -1, the last, back to -" + size;
  }

  /// The text of the program at a place.
  private static String source(Origin origin, String otherwise) {
    return origin.span().map(Span::text).filter(text -> !text.contains("\n")).orElse(otherwise);
  }

  private static String name(String index) {
    return index.contains(" ") ? index : "axis " + code(index);
  }

  private static Diagnostic near(Diagnostic diagnostic, List<String> near, String otherwise) {
    return near.isEmpty()
        ? diagnostic.help(otherwise)
        : diagnostic.help("did you mean " + listed(near) + "?");
  }

  private static String listed(List<String> names) {
    if (names.isEmpty()) {
      return "nothing";
    }
    return String.join(", ", names.stream().map(ProblemWords::code).toList());
  }

  private static String indices(int rank) {
    return String.join(", ", List.of("i", "j", "k", "l", "m", "n").subList(0, Math.min(rank, 6)));
  }

  private static String code(String text) {
    return "`" + text + "`";
  }

  private static String count(int number, String one, String many) {
    return number + " " + (number == 1 ? one : many);
  }

  private static String count(String number, String noun) {
    return number + " " + noun + (number.equals("1") ? "" : "s");
  }
}
