package org.einkorn.passes.order;

import java.util.ArrayList;
import java.util.List;

/// Contracts two tensors into one. The operands of a network of n are tensors 0…n-1, and step k
/// makes tensor n+k.
public record Step(int left, int right) {
  public Step {
    if (left < 0 || right < 0 || left == right) {
      throw new IllegalArgumentException("no step contracts " + left + " with " + right);
    }
  }

  /// The steps as positions in a list from which the two are taken and to whose end the result is
  /// put, smaller position first. A single operand has the path `[[0]]`, none the path `[]`.
  ///
  /// Source: the path format of opt_einsum (Smith and Gray, Journal of Open Source Software 3(26),
  /// 2018).
  public static List<List<Integer>> toLinearPath(int operands, List<Step> steps) {
    if (operands == 1) {
      return List.of(List.of(0));
    }
    Positions live = new Positions(operands + steps.size());
    for (int tensor = 0; tensor < operands; tensor++) {
      live.add(tensor);
    }
    List<List<Integer>> path = new ArrayList<>();
    int next = operands;
    for (Step step : steps) {
      int left = live.positionOf(step.left);
      int right = live.positionOf(step.right);
      path.add(List.of(Math.min(left, right), Math.max(left, right)));
      live.remove(step.left);
      live.remove(step.right);
      live.add(next++);
    }
    return path;
  }

  /// The opposite of [#toLinearPath]; the steps keep the order of each pair.
  ///
  /// @throws IllegalArgumentException if the path is not one for so many operands
  public static List<Step> fromLinearPath(int operands, List<List<Integer>> path) {
    if (operands == 1 && path.equals(List.of(List.of(0)))) {
      return List.of();
    }
    List<Integer> live = new ArrayList<>();
    for (int tensor = 0; tensor < operands; tensor++) {
      live.add(tensor);
    }
    List<Step> steps = new ArrayList<>();
    for (List<Integer> pair : path) {
      if (pair.size() != 2
          || pair.stream().anyMatch(position -> position < 0 || position >= live.size())) {
        throw new IllegalArgumentException(pair + " is no pair of " + live.size() + " tensors");
      }
      Step step = new Step(live.get(pair.get(0)), live.get(pair.get(1)));
      live.removeAll(List.of(step.left, step.right));
      live.add(operands + steps.size());
      steps.add(step);
    }
    if (live.size() > 1) {
      throw new IllegalArgumentException(path + " leaves " + live.size() + " tensors");
    }
    return List.copyOf(steps);
  }

  /// Tensors in the order in which they came, and how many of those before one are still there: a
  /// Fenwick tree.
  private static final class Positions {
    private final int[] counts;

    Positions(int tensors) {
      counts = new int[tensors + 1];
    }

    void add(int tensor) {
      change(tensor, 1);
    }

    void remove(int tensor) {
      change(tensor, -1);
    }

    private void change(int tensor, int by) {
      for (int at = tensor + 1; at < counts.length; at += at & -at) {
        counts[at] += by;
      }
    }

    int positionOf(int tensor) {
      int before = 0;
      for (int at = tensor; at > 0; at -= at & -at) {
        before += counts[at];
      }
      return before;
    }
  }
}
