package org.einkorn.ir.integer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.text.LoopParser;
import org.junit.jupiter.api.Test;

/// What is proved of integers in memory, and where nothing is.
final class StoredIntegersTest {
  @Test
  void aSumIsAsLargeAsItsRounds() {
    assertEquals(range(-12 * 255 * 128, 12 * 255 * 127), of("[]", sum("k < 12", "acc[]", TERM)));
    assertEquals(range(-1280, 1270), of("[]", sum("k < 10", "acc[]", "i64(i32(B[]))")));
  }

  @Test
  void operandsComeInAnyOrder() {
    String body =
        "acc[] = 5:i64 for k < 2 { acc[] = i64(i32(A[])) + acc[] } for k < 3 { acc[] = acc[] +"
            + " 1:i64 }";
    assertEquals(range(5, 5 + 510 + 3), of("[]", body));
  }

  @Test
  void loopsThatCountElementsDoNotAdd() {
    String body =
        "for i < 8 { for j < 4 { acc[4 * i + j] = 0:i64 } } "
            + "for k < 3 { for i < 8 { for j < 4 { acc[4 * i + j] = acc[4 * i + j] + 1:i64 } } }";
    assertEquals(range(0, 3), of("[32]", body));
  }

  @Test
  void loopsThatMeetOneElementDo() {
    String body =
        "for i < 11 { acc[i] = 0:i64 } "
            + "for k < 3 { for i < 8 { for j < 4 { acc[i + j] = acc[i + j] + 1:i64 } } }";
    assertEquals(range(0, 3 * 8 * 4), of("[11]", body));
  }

  @Test
  void iteratorsAreWhatTheyAreBoundTo() {
    String body =
        "for i < 4 { acc[i] = 0:i64 } for i < 4 { for k < 5 { block B(spatial vi < 4 = i, reduce vk"
            + " < 5 = k) { reads acc[vi : 1] writes acc[vi : 1] acc[vi] = acc[vi] + 2:i64 } } }";
    assertEquals(range(0, 10), of("[4]", body));
  }

  @Test
  void whatIsNotBoundedIsNotKnown() {
    Optional<IntegerRange> unknown = Optional.empty();
    assertEquals(unknown, of("[]", sum("k < n", "acc[]", TERM)));
    assertEquals(unknown, of("[]", "acc[] = 0:i64 while acc[] < 9:i64 { acc[] = acc[] + 2:i64 }"));
    assertEquals(unknown, of("[]", sum("k < 3", "acc[]", "acc[]")));
    assertEquals(unknown, of("[]", "acc[] = 1:i64 for k < 3 { acc[] = acc[] * 2:i64 }"));
    assertEquals(unknown, of("[]", "acc[] = 1:i64 for k < 3 { acc[] = 7:i64 - acc[] }"));
  }

  @Test
  void numbersThatLeave64BitsAreNotKnown() {
    assertEquals(Optional.empty(), of("[]", sum("k < 3", "acc[]", "4611686018427387904:i64")));
  }

  private static final String TERM = "i64(i32(A[]) * i32(B[]))";

  private static String sum(String loop, String element, String term) {
    return "%s = 0:i64 for %s { %s = %s + %s }".formatted(element, loop, element, element, term);
  }

  private static Optional<IntegerRange> range(long least, long greatest) {
    return Optional.of(new IntegerRange(least, greatest));
  }

  private static Optional<IntegerRange> of(String extents, String body) {
    String text =
        """
        module sums
        symbols n
        input A: u8[]
        input B: i8[]
        input N: u8[n]
        output C: i64[]
        buffer C: i64[] global

        function C {
          alloc acc: i64%s local { %s }
        }
        """
            .formatted(extents, body);
    Function function =
        LoopParser.parse(new SourceFile("sums.ir", text)).require().functions().getFirst();
    Stmt.Allocate allocation = (Stmt.Allocate) function.body();
    return StoredIntegers.of(allocation);
  }
}
