package org.einkorn.ir.source;

/// How many terminal columns a character takes: 0 for combining marks, 2 for East Asian wide
/// characters and pictographs, else 1 (Unicode Standard Annex 11, the ranges that terminals agree
/// on).
final class DisplayWidth {
  private static final int[] WIDE = {
    0x1100, 0x115F, 0x231A, 0x231B, 0x2E80, 0x303E, 0x3041, 0x33FF, 0x3400, 0x4DBF, 0x4E00, 0x9FFF,
    0xA000, 0xA4CF, 0xA960, 0xA97F, 0xAC00, 0xD7A3, 0xF900, 0xFAFF, 0xFE30, 0xFE6F, 0xFF00, 0xFF60,
    0xFFE0, 0xFFE6, 0x1F300, 0x1F64F, 0x1F680, 0x1F6FF, 0x1F900, 0x1F9FF, 0x20000, 0x3FFFD,
  };

  private DisplayWidth() {}

  static int of(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.FORMAT -> 0;
      default -> isWide(codePoint) ? 2 : 1;
    };
  }

  private static boolean isWide(int codePoint) {
    if (codePoint < WIDE[0]) {
      return false;
    }
    for (int range = 0; range < WIDE.length; range += 2) {
      if (codePoint >= WIDE[range] && codePoint <= WIDE[range + 1]) {
        return true;
      }
    }
    return false;
  }
}
