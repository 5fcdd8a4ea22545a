package org.einkorn.frontend.check;

import java.util.List;
import java.util.Optional;
import org.einkorn.ir.source.Origin;

/// Everything that can be wrong with a program that can be read, as data. [ProblemWords] has the
/// words; each code has a page in `docs/errors`.
public sealed interface Problem {
  // ------------------------------------------------------------- names and extents, E01xx

  /// A tensor is used with two numbers of axes.
  record TwoRanks(String tensor, Origin at, int found, Origin first, int expected)
      implements Problem {}

  /// An index runs over two axes of different extent.
  ///
  /// @param remedy what may be done about it
  record TwoExtents(String index, Use first, Use second, Remedy remedy) implements Problem {}

  /// Ways out of [TwoExtents], by what disagrees.
  enum Remedy {
    INDICES,
    DECLARATION,
    PARTS,
    EQUATIONS,
    DIRECTION
  }

  /// One side of [TwoExtents].
  ///
  /// @param extent as a user would write it
  /// @param from where it comes from: `` `A: f32[2, 3]` ``, `the data`; may be empty
  record Use(Origin at, String extent, String from) {}

  /// A name is defined twice.
  record DefinedTwice(String name, Origin at, Origin first) implements Problem {}

  /// Nothing says how far an index runs.
  ///
  /// @param offer a part of the program, with the extent
  record UnknownExtent(String index, Origin at, String offer, boolean isFact) implements Problem {
    /// The same of an index that stands in a fact.
    public UnknownExtent inFact() {
      return new UnknownExtent(index, at, offer, true);
    }
  }

  /// A constant position outside its axis.
  ///
  /// @param hasLabels whether the positions of the axis have names
  record OutsideAxis(
      String tensor, int axis, String position, String extent, boolean hasLabels, Origin at)
      implements Problem {}

  /// A label on an axis that is counted.
  ///
  /// @param isTensor whether a tensor without axes has the name
  record LabelOnNumbers(String label, String extent, boolean isTensor, Origin at)
      implements Problem {}

  /// A requested output that is not there.
  record NoSuchOutput(String name, List<String> known) implements Problem {}

  /// `...` on the right, but not on the left.
  record EllipsisOnlyRight(Origin at) implements Problem {}

  /// `...` of a tensor whose number of axes nothing tells.
  record UnknownRank(String tensor, Origin at) implements Problem {}

  /// A group whose extent does not divide.
  record DoesNotDivide(String extent, String by, Origin at) implements Problem {}

  /// A position that is written outside the declared extent.
  record WritesOutside(String tensor, String position, String extent, Origin at)
      implements Problem {}

  /// A function that no one defined.
  record UnknownFunction(String name, Origin at, List<String> near) implements Problem {}

  /// An extent that no input shows.
  record UnboundSize(String name, Origin at) implements Problem {}

  /// A function that needs itself.
  record RecursiveFunction(List<String> cycle, Origin at) implements Problem {}

  /// Slices of the two sides differ in number.
  ///
  /// @param right the number of this slice, from 1
  record SliceCount(int left, int right, Origin at) implements Problem {}

  /// A name stands alone where elements are meant.
  record WholeTensor(String tensor, int rank, Origin at) implements Problem {}

  /// Something that can't be an index.
  record NotAPosition(String why, Origin at) implements Problem {}

  /// A `let` whose value is no constant.
  record NotConstant(boolean isCircle, Origin at) implements Problem {}

  /// An axis written twice as `...`.
  record SecondEllipsis(Origin at) implements Problem {}

  /// An output that is declared and that nothing defines.
  record Undefined(String name, int rank, Origin at) implements Problem {}

  /// A name that means nothing here.
  record UnknownName(String name, Origin at, List<String> near) implements Problem {}

  /// The left side has something that can't be written to.
  ///
  /// @param offer a declaration with which it can
  record NotWritable(String why, String offer, Origin at) implements Problem {}

  /// An equation defines an input.
  record DefinesInput(String name, Origin at, Origin first) implements Problem {}

  /// An extent below 0.
  record NegativeExtent(String extent, Origin at) implements Problem {}

  /// The position of the greatest of nothing.
  record ExtremumOfNothing(String function, Origin at) implements Problem {}

  /// A size that no number of 64 bits holds.
  record TooLarge(Origin at) implements Problem {}

  // -------------------------------------------------------- types and projections, E02xx

  /// A projection of numbers, for a Boolean tensor.
  record BooleanProjection(String tensor, String operator, Origin at) implements Problem {}

  /// Two equations of one tensor project in two ways.
  record TwoProjections(String tensor, String found, Origin at, String expected, Origin first)
      implements Problem {}

  /// An implicit index in a function, under a projection that is not a sum.
  record ImplicitInFunction(String index, String operator, Origin at, String offer)
      implements Problem {}

  /// An operation that complex numbers do not have.
  ///
  /// @param type that of the complex operand
  record NotOfComplex(String operation, String type, Origin at) implements Problem {}

  /// Complex values of a tensor that is declared with a real type.
  record ComplexStored(String tensor, String type, String value, Origin at) implements Problem {}

  /// A position that is computed from complex numbers.
  record ComplexPosition(Origin at) implements Problem {}

  /// A position taken from a tensor of floats.
  ///
  /// @param tensor empty where the position is computed
  record FloatIndex(String tensor, String type, Origin at) implements Problem {}

  /// A function of whole tensors, applied to something else.
  record TakesWholeTensors(String function, Origin at) implements Problem {}

  /// `concat` of one tensor where the two sides do not say which axes become which.
  ///
  /// @param merged the indices that only the tensor has
  /// @param free the indices that only the left side has
  /// @param left the left side; nothing where the call is a part of the right side only
  record UnclearMerge(List<String> merged, List<String> free, Origin at, Optional<Origin> left)
      implements Problem {}

  /// A type that is no type.
  record UnknownType(String name, Origin at, List<String> near) implements Problem {}

  /// A function with the wrong number of arguments.
  ///
  /// @param signature how it is called
  record ArgumentCount(String function, int expected, int found, String signature, Origin at)
      implements Problem {}

  /// A named argument that the function does not have.
  record UnknownArgument(String function, String name, Origin at, List<String> known)
      implements Problem {}

  /// A function that works along an axis, and no axis is dotted.
  record NoDottedAxis(String function, Origin at, String offer) implements Problem {}

  /// A function along one axis, and two are dotted.
  record TwoDottedAxes(String function, Origin at) implements Problem {}

  /// A function of a whole tensor, with something else.
  ///
  /// @param rank how many axes it gives
  record NeedsWholeTensor(String function, int rank, Origin at) implements Problem {}

  /// An index that occurs only under `not` or in comparisons.
  record UnsafeRule(String index, Origin at) implements Problem {}

  /// A number that the type of the other side can't hold.
  record LiteralTooLarge(long value, String type, Origin at) implements Problem {}

  /// A function's body that can't be expanded.
  record BadFunctionBody(String function, String why, String remedy, Origin at)
      implements Problem {}

  /// A projection without a name for its index: `sum(X[i])`.
  ///
  /// @param offer it with an index
  record ProjectionWithoutIndex(String function, String offer, Origin at) implements Problem {}

  /// Two declared types.
  record TwoTypes(String tensor, String found, Origin at, String expected, Origin first)
      implements Problem {}

  /// A value that has no place in an expression.
  record StrayText(Origin at) implements Problem {}

  /// An equation over a semiring that no one declared.
  record UnknownSemiring(String name, Origin at, List<String> near) implements Problem {}

  /// Something that is no projection, or no join.
  record NotAnOperation(String sign, String part, String known, Origin at) implements Problem {}

  /// An operation on truth values with one on numbers.
  record MixedSemiring(String plus, Origin at, String times, Origin other) implements Problem {}

  /// Arithmetic that a semiring does not have.
  record NotOfSemiring(String semiring, String target, Origin at, boolean isSum)
      implements Problem {}

  /// A variable of a question that is called like a label of the axis.
  record SpelledLikeLabel(String name, String tensor, Origin at) implements Problem {}

  /// What may be wrong with tensors that need themselves.
  sealed interface OfRecursion extends Problem {}

  /// What may be wrong with a derivative.
  sealed interface OfDerivative extends Problem {}

  /// A derivative of, or with respect to, something that is no name of a tensor.
  record DerivativeOfNoTensor(String function, Origin at) implements OfDerivative {}

  /// The gradient of a tensor with axes.
  record GradientOfTensor(String function, String tensor, int rank, Origin at)
      implements OfDerivative {}

  /// A derivative of, or with respect to, integers, truth values or complex numbers.
  record NotDifferentiable(String function, String tensor, String type, Origin at)
      implements OfDerivative {}

  /// What a function says about its derivative, and can't be right.
  record BadAdjoint(String function, String why, String remedy, Origin at)
      implements OfDerivative {}

  /// A root that no rule gives the derivative of.
  record NoRoot(String why, String remedy, Origin at) implements OfDerivative {}

  /// The order of a jet that is missing, or no number that is known and small.
  ///
  /// @param most the highest order
  record OrderOfJet(int most, Origin at) implements OfDerivative {}

  /// A derivative in an iteration of a tensor whose type is found with the iteration.
  record DerivativeOfUntyped(String function, String tensor, String type, Origin at)
      implements OfDerivative {}

  /// A derivative through an iteration.
  record DerivativeOfIteration(
      String function, String tensor, String variable, NoRounds why, Origin at)
      implements OfDerivative {}

  /// Why an iteration is no recurrence.
  enum NoRounds {
    /// How many rounds there are is known only when they are done.
    UNCOUNTED,
    /// It goes on until nothing changes.
    FIXPOINT,
    /// The variable, or the derivative itself, is computed anew in each round.
    INSIDE
  }

  // ------------------------------------------------------------------- learning, E025x

  /// What is wrong with a `learn`.
  sealed interface OfLearning extends Problem {}

  /// No optimizer has that name.
  record UnknownOptimizer(String name, List<String> known, Origin at) implements OfLearning {}

  /// An argument that an optimizer does not take, or takes otherwise.
  record OptimizerArgument(String optimizer, String why, List<String> known, Origin at)
      implements OfLearning {}

  /// A name that is learned and is no parameter of floats.
  record NotLearnable(String name, String why, String remedy, Origin at) implements OfLearning {}

  /// What is minimized is no number that depends on what is learned.
  record BadObjective(String what, String why, String remedy, Origin at) implements OfLearning {}

  /// Batches of an index that can't be cut into rows.
  record BadBatches(String index, String why, String remedy, Origin at) implements OfLearning {}

  /// A number of steps or rows that is none.
  record BadCount(String what, String why, Origin at) implements OfLearning {}

  // ------------------------------------------------------------ not in this version, E09xx

  record Recursion(List<String> cycle, Origin at) implements OfRecursion {}

  /// A tensor that needs itself and whose left sides do not say how many axes it has.
  record RecursiveRank(String tensor, Origin at) implements OfRecursion {}

  record VirtualIndex(Origin at) implements OfRecursion {}

  /// `until` or `for` where nothing is iterated.
  record Steps(String tensor, Origin at) implements OfRecursion {}

  /// A number of rounds that may be no whole number.
  record FractionalRounds(String type, Origin at) implements OfRecursion {}

  /// An iteration that needs its own outcome before it begins.
  ///
  /// @param need the tensor that is needed
  /// @param states what is iterated
  /// @param isCount whether for the number of rounds; else for what it starts from
  record LateBeginning(String need, List<String> states, boolean isCount, Origin at)
      implements OfRecursion {}

  /// Steps of one iteration that end differently.
  record TwoEndings(Origin at, Origin other) implements OfRecursion {}

  /// A fixpoint that what it depends on pushes back.
  ///
  /// @param cycle each tensor needs the next, and the first the second in a way that turns it
  /// @param isNegated whether it is known to turn it, and does not only perhaps
  record Unstratified(List<String> cycle, boolean isNegated, Origin at) implements OfRecursion {}

  /// A fixpoint of integers some of whose elements have no value to start from.
  record OpenFixpoint(String tensor, Origin at) implements OfRecursion {}

  /// Something that can't be learned with.
  record Learning(String what, String remedy, Origin at) implements OfLearning {}

  record LinearAlgebra(String function, Origin at) implements Problem {}

  /// Random numbers that say neither what they come from nor which they are.
  record Random(String function, String why, Origin at) implements Problem {}

  /// A function of complex numbers.
  record ComplexFunction(String function, Origin at) implements Problem {}

  record NotYet(String function, String instead, Origin at) implements Problem {}

  // ------------------------------------------------------------------- warnings, W01xx

  /// A lone index that is summed inside a function.
  record LoneInFunction(String index, String offer, Origin at) implements Problem {}

  /// A tensor whose number of axes is known only with its data.
  record OpenRank(String tensor, Origin at) implements Problem {}

  /// The average of nothing.
  record AverageOfNothing(Origin at) implements Problem {}

  /// A derivative that is 0 because nothing that is differentiated reads the variable.
  record NoInfluence(String derivative, String function, String variable, Origin at)
      implements OfDerivative {}

  /// A derivative that is 0 because the variable is looked at only for truth values and integers.
  record OnlyThroughTruth(String derivative, String function, String variable, Origin at)
      implements OfDerivative {}

  /// A declaration that nothing uses.
  record Unused(String what, String name, Origin at) implements Problem {}
}
