package org.einkorn.frontend;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.einkorn.ir.source.Origin;
import org.einkorn.ir.tensor.Program;

/// One `learn`: what it begins with, and what one step does, as programs of equations. Who runs
/// them gives each result of a step to the next.
///
/// @param text the statement, in one line
/// @param start makes the first values of parameters that equations give, and the tensors of `data`
///   that no input is; nothing where there are none
/// @param step from parameters, states, data and the number of the step to the next parameters and
///   states
/// @param parameters what is learned, in order
/// @param states what the optimizer remembers
/// @param stepNumber the input that is the number of the step, from 1
/// @param objective the output that is minimized: its value before the step, over the batch
/// @param until the output that ends learning where it is true
/// @param steps how many steps are made
/// @param batches nothing where each step takes all rows
/// @param data the inputs of the step that are neither of the above: inputs and, if `start` makes
///   them, other tensors of the program
public record Lesson(
    String text,
    Optional<Program> start,
    Program step,
    List<Moved> parameters,
    List<State> states,
    String stepNumber,
    String objective,
    Optional<String> until,
    long steps,
    Optional<Batches> batches,
    List<String> data,
    Origin origin) {
  public Lesson {
    parameters = List.copyOf(parameters);
    states = List.copyOf(states);
    data = List.copyOf(data);
  }

  /// A parameter, and the output of a step that is its next value.
  public record Moved(String name, String next) {}

  /// A tensor of the optimizer: the shape of the step's input of that name.
  ///
  /// @param next the output of a step that is its next value
  /// @param first the value of each element at first
  public record State(String name, String next, double first) {}

  /// Which rows a step takes.
  ///
  /// @param index the index that runs over a batch
  /// @param size how many rows a batch has
  /// @param axes the data of which a step gets rows
  public record Batches(String index, long size, List<Axis> axes) {
    public Batches {
      axes = List.copyOf(axes);
    }
  }

  /// An axis that runs over the rows.
  public record Axis(String tensor, int axis) {}

  /// This with other programs, each made from the one here.
  public Lesson map(UnaryOperator<Program> change) {
    return new Lesson(
        text,
        start.map(change),
        change.apply(step),
        parameters,
        states,
        stepNumber,
        objective,
        until,
        steps,
        batches,
        data,
        origin);
  }
}
