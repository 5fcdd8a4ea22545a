package org.einkorn.backend.jvm.asm;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The flags of classes, fields and methods, as numbers of the class file format.
public final class Access {
  public static final int PUBLIC = 0x0001;
  public static final int PRIVATE = 0x0002;
  public static final int STATIC = 0x0008;
  public static final int FINAL = 0x0010;
  public static final int SUPER = 0x0020;

  private record Flag(int bit, String text) {}

  private static final List<Flag> FLAGS =
      List.of(
          new Flag(PUBLIC, "public"),
          new Flag(PRIVATE, "private"),
          new Flag(STATIC, "static"),
          new Flag(FINAL, "final"),
          new Flag(SUPER, "super"));

  private Access() {}

  /// `public static`
  static String print(int access) {
    List<String> words = new ArrayList<>();
    int rest = access;
    for (Flag flag : FLAGS) {
      if ((access & flag.bit) != 0) {
        words.add(flag.text);
        rest &= ~flag.bit;
      }
    }
    if (rest != 0) {
      throw new IllegalArgumentException("no name for the flags 0x" + Integer.toHexString(rest));
    }
    return String.join(" ", words);
  }

  /// The flag with this name, if there is one.
  static Optional<Integer> of(String word) {
    return FLAGS.stream().filter(flag -> flag.text.equals(word)).map(Flag::bit).findFirst();
  }
}
