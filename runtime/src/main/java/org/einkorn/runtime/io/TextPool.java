package org.einkorn.runtime.io;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Different texts, numbered in order of first appearance. They are kept as UTF-8, so that a file
/// of millions of cells makes no strings but those that are asked for.
final class TextPool {
  private static final int MOST_BYTES = Integer.MAX_VALUE - 16;

  private byte[] bytes = new byte[1 << 12];
  private int[] ends = new int[256];
  private int[] hashes = new int[256];
  private int[] table = new int[1 << 10];
  private int count;

  /// How many different texts there are.
  int count() {
    return count;
  }

  /// The number of a text; the next one for a text that is new. −1 if there is no room for it.
  int add(byte[] from, int begin, int end) {
    int hash = 0;
    for (int at = begin; at < end; at++) {
      hash = 31 * hash + from[at];
    }
    hash *= 0x9E3779B9;
    int mask = table.length - 1;
    int place = hash >>> 7 & mask;
    for (int known = table[place]; known != 0; known = table[place]) {
      if (hashes[known - 1] == hash && isAt(known - 1, from, begin, end)) {
        return known - 1;
      }
      place = place + 1 & mask;
    }
    int start = count == 0 ? 0 : ends[count - 1];
    if (end - begin > MOST_BYTES - start || count == MOST_BYTES) {
      return -1;
    }
    if (start + (end - begin) > bytes.length) {
      long wanted = Math.max(2L * bytes.length, start + (long) (end - begin));
      bytes = Arrays.copyOf(bytes, (int) Math.min(wanted, MOST_BYTES));
    }
    System.arraycopy(from, begin, bytes, start, end - begin);
    if (count == ends.length) {
      int wanted = (int) Math.min(2L * count, MOST_BYTES);
      ends = Arrays.copyOf(ends, wanted);
      hashes = Arrays.copyOf(hashes, wanted);
    }
    ends[count] = start + (end - begin);
    hashes[count] = hash;
    table[place] = ++count;
    if (2L * count > table.length && table.length < 1 << 30) {
      grow();
    }
    return count - 1;
  }

  private void grow() {
    int[] larger = new int[2 * table.length];
    for (int number = 0; number < count; number++) {
      int place = hashes[number] >>> 7 & larger.length - 1;
      while (larger[place] != 0) {
        place = place + 1 & larger.length - 1;
      }
      larger[place] = number + 1;
    }
    table = larger;
  }

  private boolean isAt(int number, byte[] from, int begin, int end) {
    return Arrays.equals(bytes, begin(number), ends[number], from, begin, end);
  }

  private int begin(int number) {
    return number == 0 ? 0 : ends[number - 1];
  }

  /// The text of a number.
  String text(int number) {
    int begin = begin(number);
    return new String(bytes, begin, ends[number] - begin, StandardCharsets.UTF_8);
  }

  /// Whether these bytes are UTF-8.
  static boolean isValid(byte[] from, int begin, int end) {
    boolean isPlain = true;
    for (int at = begin; at < end; at++) {
      isPlain &= from[at] >= 0;
    }
    if (isPlain) {
      return true;
    }
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(from, begin, end - begin));
      return true;
    } catch (CharacterCodingException invalid) {
      return false;
    }
  }

  /// The whole number of type `i64` that a text is, not negative; −1 for any other text.
  long position(int number) {
    int at = begin(number);
    int end = ends[number];
    if (at < end && bytes[at] == '+') {
      at++;
    }
    if (at == end) {
      return -1;
    }
    long value = 0;
    for (; at < end; at++) {
      int digit = bytes[at] - '0';
      if (digit < 0 || digit > 9 || value > (Long.MAX_VALUE - digit) / 10) {
        return -1;
      }
      value = 10 * value + digit;
    }
    return value;
  }
}
