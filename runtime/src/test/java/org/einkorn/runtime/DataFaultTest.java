package org.einkorn.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DataFaultTest {
  private static final Path PAGES = Path.of("..", "docs", "errors");

  @ParameterizedTest
  @EnumSource(DataFault.class)
  void hasAPageWithItsTitleAndAnExample(DataFault fault) throws IOException {
    Path page = PAGES.resolve(fault.code() + ".md");
    List<String> lines = Files.readAllLines(page);
    assertEquals("# " + fault.code() + ": " + fault.title(), lines.getFirst());
    assertTrue(lines.contains("## Example"));
    assertTrue(lines.contains("## What to do"));
    String inApi = fault.code() + ": ";
    String inCommand = "error[" + fault.code() + "]: " + fault.title();
    assertTrue(lines.stream().anyMatch(line -> line.startsWith(inApi) || line.equals(inCommand)));
  }

  @Test
  void codesAreUnique() {
    Set<String> codes = new HashSet<>();
    for (DataFault fault : DataFault.values()) {
      assertTrue(fault.code().matches("E05\\d\\d"), fault.code());
      assertTrue(codes.add(fault.code()), fault.code());
    }
  }

  @Test
  void detailsKeepTheirOrderAndTheCause() {
    IOException cause = new IOException("broken pipe");
    DataException failure =
        DataException.of(DataFault.UNREADABLE).at("a.npy").because(cause).found("x").withHelp("y");
    assertEquals(
        "E0503: the file cannot be read (at: a.npy; found: x); help: y", failure.getMessage());
    assertEquals(cause, failure.getCause());
    assertEquals(
        List.of(new DataException.Detail("at", "a.npy"), new DataException.Detail("found", "x")),
        failure.details());
  }
}
