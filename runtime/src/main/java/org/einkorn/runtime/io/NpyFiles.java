package org.einkorn.runtime.io;

import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import org.einkorn.runtime.Tensor;

/// `.npy` files: one tensor each.
final class NpyFiles {
  private NpyFiles() {}

  static Header probe(Path path) {
    return InputFile.reading(
        path,
        () -> {
          try (FileChannel channel = FileChannel.open(path)) {
            return probe(channel, path, channel.size());
          }
        });
  }

  static Header probe(ReadableByteChannel channel, Object place, long totalBytes)
      throws IOException {
    NpyHeader header = NpyHeader.read(channel, place, totalBytes);
    return new Header(header.dtype(), header.shape());
  }

  static Tensor read(Arena arena, Path path) {
    return InputFile.reading(
        path,
        () -> {
          try (FileChannel channel = FileChannel.open(path)) {
            return read(arena, channel, path, channel.size());
          }
        });
  }

  /// Reads the header and the elements that follow it.
  static Tensor read(Arena arena, ReadableByteChannel channel, Object place, long totalBytes)
      throws IOException {
    NpyHeader header = NpyHeader.read(channel, place, totalBytes);
    try {
      return header.columnMajor() && header.shape().rank() > 1
          ? RawData.readColumnMajor(channel, arena, header.dtype(), header.shape(), header.order())
          : RawData.read(channel, arena, header.dtype(), header.shape(), header.order());
    } catch (EOFException shrunk) {
      throw InputFile.endedEarly(place, RawData.byteCount(place, header.dtype(), header.shape()));
    }
  }

  static void write(Tensor tensor, Path path) {
    byte[] header = NpyHeader.bytes(tensor.dtype(), tensor.shape(), path);
    OutputFile.write(path, out -> write(tensor, header, out));
  }

  static void write(Tensor tensor, byte[] header, OutputStream out) throws IOException {
    out.write(header);
    RawData.write(tensor, out);
  }
}
