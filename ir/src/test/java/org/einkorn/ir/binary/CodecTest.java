package org.einkorn.ir.binary;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.einkorn.ir.RandomIr;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.source.Origin;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.tensor.Program;
import org.einkorn.runtime.DType;
import org.junit.jupiter.api.Test;

/// What was written is read as it was.
final class CodecTest {
  private static final long SEED = Long.getLong("einkorn.seed", 20261130);

  private record Everything(
      long whole,
      int small,
      double real,
      boolean truth,
      String text,
      DType type,
      List<IndexExpr> list,
      Optional<String> one,
      OptionalLong number,
      Set<String> set,
      Map<String, Optional<IndexExpr>> map) {}

  private static Everything everything() {
    return new Everything(
        Long.MIN_VALUE,
        -7,
        Double.NaN,
        true,
        "ä\uD83D\uDE00\0",
        DType.BF16,
        List.of(IndexExpr.symbol("N").plus(3).floorMod(IndexExpr.of(4)), IndexExpr.of(2)),
        Optional.of("x"),
        OptionalLong.of(9),
        Set.of("b", "a", "c"),
        Map.of("N", Optional.of(IndexExpr.symbol("N")), "M", Optional.empty()));
  }

  @Test
  void everyKindOfComponentIsReadAsItWas() {
    assertEquals(everything(), Decoder.read(Encoder.bytes(everything()), Everything.class));
  }

  private record Plans(Map<String, String> map, Set<String> set) {}

  @Test
  void theOrderOfMapsAndSetsDoesNotMatter() {
    Map<String, String> forth = new LinkedHashMap<>();
    Map<String, String> back = new LinkedHashMap<>();
    for (int number = 0; number < 50; number++) {
      forth.put("k" + number, "v");
      back.put("k" + (49 - number), "v");
    }
    assertArrayEquals(
        Encoder.bytes(new Plans(forth, forth.keySet())),
        Encoder.bytes(new Plans(new HashMap<>(back), back.keySet())));
  }

  private record Places(List<Diagnostic> told, Origin known, Origin unknown) {}

  @Test
  void placesKeepTheirText() {
    SourceFile file = new SourceFile("a.ein", "Y = 1\n");
    Places places =
        new Places(
            List.of(
                Diagnostic.warning("W0101", "a").at(file.span(0, 1), "here"),
                Diagnostic.error("E0101", "b").at(file.span(4, 5), "there").help("do")),
            Origin.of(file.span(2, 3)),
            Origin.UNKNOWN);
    Places read = Decoder.read(Encoder.bytes(places), Places.class);
    assertEquals(places, read);
    assertEquals(places.known.span(), read.known.span()); // origins are all equal
    assertEquals(places.unknown.span(), read.unknown.span());
  }

  @Test
  void damageIsNoticedAndNoFaultOfOurs() {
    byte[] bytes = Encoder.bytes(everything());
    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThrows(MalformedException.class, () -> Decoder.read(cut, Everything.class));
    }
    byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
    assertThrows(MalformedException.class, () -> Decoder.read(longer, Everything.class));
    for (int place = 0; place < bytes.length; place++) {
      for (int bit = 0; bit < 8; bit++) {
        byte[] flipped = bytes.clone();
        flipped[place] = (byte) (flipped[place] ^ 1 << bit);
        assertTrue(isReadOrRefused(flipped));
      }
    }
  }

  /// Another value, which a hash would notice, or no value.
  private static boolean isReadOrRefused(byte[] bytes) {
    try {
      return Decoder.read(bytes, Everything.class) != null;
    } catch (MalformedException refused) {
      return true;
    }
  }

  @Test
  void programsAndModulesAreReadAsTheyWere() {
    for (long seed = SEED; seed < SEED + 300; seed++) {
      Program program = new RandomIr(seed).program();
      assertEquals(program, Decoder.read(Encoder.bytes(program), Program.class), "seed " + seed);
      Module module = new RandomIr(seed).module();
      assertEquals(module, Decoder.read(Encoder.bytes(module), Module.class), "seed " + seed);
    }
  }
}
