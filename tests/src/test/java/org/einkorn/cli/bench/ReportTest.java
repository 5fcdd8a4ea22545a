package org.einkorn.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// A table takes the place of the one that was there before.
final class ReportTest {
  private static Report report(double milliseconds) {
    Row row =
        new Row(
            "product",
            "llvm",
            1,
            new Times(new double[] {milliseconds}),
            2e6,
            4e6,
            200,
            40,
            Optional.of(new Row.PeerFigure("numpy 2", new Times(new double[] {3}))));
    return new Report("product", "./ein bench product.ein", List.of(), List.of(row));
  }

  private static final String SECTION =
      """
      ## ein bench: product

      `./ein bench product.ein`

      | name | backend | threads | median ms | least | spread | runs | GFLOP/s | of FMA | GB/s | of memory | peer ms | ratio | peer |
      |---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---|
      | product | llvm | 1 | 2.00 | 2.00 | 0 | 1 | 1.00 | 1 % | 2.00 | 5 % | 3.00 | 1.50 | numpy 2 |

      - counted: the multiplications and additions that are planned; each element of an input that is read, and each of an output, once
      """;

  @Test
  void aSectionIsAddedAtTheEnd() {
    assertEquals(SECTION, report(2).merged(""));
    assertEquals("# Results\n\nText.\n\n" + SECTION, report(2).merged("# Results\n\nText.\n"));
  }

  @Test
  void aSectionIsReplaced() {
    String before = "# Results\n\n" + report(8).merged("") + "\n## Other\n\nText.\n";
    assertEquals("# Results\n\n" + SECTION + "\n## Other\n\nText.\n", report(2).merged(before));
  }

  @Test
  void columnsStandBelowEachOther() {
    assertEquals(
        """
        name     backend  threads  median ms  least  spread  runs  GFLOP/s  of FMA  GB/s  of memory  peer ms  ratio  peer
        product  llvm           1       2.00   2.00       0     1     1.00     1 %  2.00        5 %     3.00   1.50  numpy 2

        counted: the multiplications and additions that are planned; each element of an input that is read, and each of an output, once
        """,
        report(2).columns());
  }
}
