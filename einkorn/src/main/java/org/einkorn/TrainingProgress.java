package org.einkorn;

/// One step of learning.
///
/// @param lesson the number of the `learn` in the program, from 1
/// @param lessons how many there are
/// @param text the `learn`
/// @param step the number of the step, from 1
/// @param steps how many there are at most
/// @param loss what is minimized, before the step and over its batch
/// @param isLast whether the `learn` ends with this step
public record TrainingProgress(
    int lesson, int lessons, String text, long step, long steps, double loss, boolean isLast) {}
