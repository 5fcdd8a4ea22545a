package org.einkorn.ir.warp;

import java.util.List;
import java.util.Optional;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.loop.Annotation;
import org.einkorn.ir.loop.MmaShape;
import org.einkorn.ir.loop.Stmt;

/// A product of matrices that the lanes of a warp add up together in the rounds of a loop:
///
/// ```text
/// for thread.x lane < 32 {
///   for k < 16 {
///     for r < 2 {
///       for s < 2 {
///         C[lane, r, s] = C[lane, r, s] + f32(A[8 * r + lane floordiv 4, k]) * f32(B[k, 2 * (lane mod 4) + s])
///       }
///     }
///   }
/// }
/// ```
///
/// A lane holds the sums in rows `8 * r + lane floordiv 4` and columns `2 * (lane mod 4) + s` of
/// the instruction's result ([MmaShape]). So its share is a part of a product of matrices exactly
/// where
/// - what is read of the left factor, the same in all lanes with one `lane floordiv 4` and for all
///   s, is a function of the row and of k;
/// - what is read of the right factor, the same in all lanes with one `lane mod 4` and for all r,
///   is a function of the column and of k;
/// - the sums of a lane are elements of their own, the same ones in each round.
///
/// A row and a column determine `lane`, r and s, and these the row and the column. Therefore it
/// does not matter which element of memory is in which row: a position is any function of these
/// numbers, of k and of what is the same in the warp. All lanes come to the loop, and as often, and
/// no round of it is left out, since the instruction is one of the whole warp and adds up all
/// rounds. Factors lie in memory that all lanes see, as a lane hands over elements that others
/// read.
///
/// @param operands the types of left, right and sums
/// @param lanes the loop of 32 rounds on `thread.x`
/// @param rounds the loop over k
/// @param row the variable r, where a lane holds elements of two rows
/// @param column the variable s
/// @param store the sum of a lane; positions here and below are over loops, not over iterators of
///   blocks
/// @param left the factor with the rows of the result
/// @param right the factor with its columns
public record WarpProduct(
    MmaShape shape,
    MmaShape.Operands operands,
    Stmt.For lanes,
    Stmt.For rounds,
    Optional<String> row,
    String column,
    Stmt.Store store,
    Scalar.Read left,
    Scalar.Read right) {

  /// What a loop is found to be.
  public sealed interface Found {}

  /// A product of matrices.
  public record Matched(WarpProduct product) implements Found {}

  /// No product of matrices, or none that is known to be one.
  ///
  /// @param text why, said of the loop: "has 8 rounds, and …"
  /// @param notes what is expected, and how to get there
  public record Fault(String text, List<String> notes) implements Found {
    public Fault {
      notes = List.copyOf(notes);
    }
  }

  /// What a loop is.
  ///
  /// @param around the statements around it, the outermost first
  public static Found of(List<Stmt> around, Stmt.For loop) {
    return new WarpSearch(around, loop).found();
  }

  /// What keeps a loop from having its annotation of a product, if it has one and anything does.
  public static Optional<Fault> faultOn(List<Stmt> around, Stmt.For loop) {
    for (Annotation annotation : loop.annotations()) {
      if (annotation instanceof Annotation.Mma(MmaShape shape)) {
        return switch (of(around, loop)) {
          case Fault fault -> Optional.of(fault);
          case Matched(WarpProduct product) when product.shape != shape ->
              Optional.of(
                  new Fault(
                      "is the product `%s`, and not `%s`"
                          .formatted(product.shape.text(), shape.text()),
                      List.of()));
          case Matched _ -> Optional.empty();
        };
      }
    }
    return Optional.empty();
  }
}
