package org.einkorn.runtime.cache;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// The SHA-256 of parts, each with its length, so that no two rows of parts run into one another.
///
/// @param hex 64 hexadecimal digits
public record CacheKey(String hex) {
  public CacheKey {
    if (!hex.matches("[0-9a-f]{64}")) {
      throw new IllegalArgumentException("no key: " + hex);
    }
  }

  /// The key of some bytes.
  public static CacheKey of(byte[]... parts) {
    MessageDigest digest = sha256();
    for (byte[] part : parts) {
      digest.update(ByteBuffer.allocate(Long.BYTES).putLong(part.length).flip());
      digest.update(part);
    }
    return new CacheKey(HexFormat.of().formatHex(digest.digest()));
  }

  /// The key of this and of further parts.
  public CacheKey with(byte[]... parts) {
    byte[][] all = new byte[parts.length + 1][];
    all[0] = bytes();
    System.arraycopy(parts, 0, all, 1, parts.length);
    return of(all);
  }

  /// The key of this and of a word.
  public CacheKey with(String word) {
    return with(word.getBytes(StandardCharsets.UTF_8));
  }

  /// The 32 bytes.
  byte[] bytes() {
    return HexFormat.of().parseHex(hex);
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
