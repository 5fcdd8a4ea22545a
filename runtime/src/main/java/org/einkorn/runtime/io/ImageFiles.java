package org.einkorn.runtime.io;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.ImageOutputStream;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.DataFault;
import org.einkorn.runtime.Shape;
import org.einkorn.runtime.Tensor;

/// Images as `u8[y, x, channel]`, row 0 at the top. Channels are grey; grey, alpha; red, green,
/// blue; or red, green, blue, alpha. Sample values are taken as stored, without colour management;
/// palette colours are looked up.
final class ImageFiles {
  /// More pixels for a byte of file than this cannot be packed by PNG (8 in a byte, packed 1032
  /// times) nor by JPEG.
  private static final long MOST_PIXELS_PER_BYTE = 8 * 1032;

  private ImageFiles() {}

  /// Work on an image whose size is known and believable.
  @FunctionalInterface
  private interface ImageWork<T> {
    T run(ImageReader reader, int height, int width) throws IOException;
  }

  static Header probe(Path path, FileFormat format) {
    return open(
        path,
        format,
        (reader, height, width) -> {
          ColorModel model =
              reader.getRawImageType(0) == null
                  ? reader.getImageTypes(0).next().getColorModel()
                  : reader.getRawImageType(0).getColorModel();
          return new Header(DType.U8, Shape.of(height, width, channels(model, path)));
        });
  }

  static Tensor read(Arena arena, Path path, FileFormat format) {
    return open(
        path,
        format,
        (reader, height, width) -> {
          BufferedImage image = reader.read(0);
          return toTensor(arena, image, path);
        });
  }

  private static <T> T open(Path path, FileFormat format, ImageWork<T> work) {
    String name = format == FileFormat.PNG ? "png" : "jpeg";
    return InputFile.reading(
        path,
        () -> {
          Iterator<ImageReader> readers = ImageIO.getImageReadersByFormatName(name);
          ImageReader reader = readers.next();
          try (ImageInputStream in = ImageIO.createImageInputStream(path.toFile())) {
            checkMagic(in, path, reader, name);
            reader.setInput(in, true, true);
            int width = reader.getWidth(0);
            int height = reader.getHeight(0);
            checkSize(path, width, height);
            return work.run(reader, height, width);
          } catch (IOException | RuntimeException broken) {
            throw broken instanceof DataException coded ? coded : broken(path, broken);
          } finally {
            reader.dispose();
          }
        });
  }

  private static void checkMagic(ImageInputStream in, Path path, ImageReader reader, String name)
      throws IOException {
    if (!reader.getOriginatingProvider().canDecodeInput(in)) {
      throw DataException.of(DataFault.WRONG_MAGIC)
          .at(path)
          .expected("a " + name + " image")
          .found("other bytes");
    }
  }

  private static void checkSize(Path path, long width, long height) throws IOException {
    long most = Math.min(Integer.MAX_VALUE / 4, Files.size(path) * MOST_PIXELS_PER_BYTE);
    if (width * height > most) {
      throw DataException.of(DataFault.IMPOSSIBLE_SIZE)
          .at(path)
          .expected("at most " + most + " pixels in " + Files.size(path) + " bytes")
          .found(width + " x " + height + " pixels");
    }
  }

  private static DataException broken(Path path, Exception cause) {
    return DataException.of(DataFault.BAD_IMAGE)
        .at(path)
        .found(String.valueOf(cause.getMessage()))
        .because(cause);
  }

  private static int channels(ColorModel model, Path path) {
    if (model instanceof IndexColorModel palette) {
      return isGrey(palette) ? 1 : palette.hasAlpha() ? 4 : 3;
    }
    for (int component = 0; component < model.getNumComponents(); component++) {
      if (model.getComponentSize(component) != 8) {
        throw DataException.of(DataFault.BAD_IMAGE)
            .at(path)
            .expected("8 bits for each sample")
            .found(model.getComponentSize(component) + " bits");
      }
    }
    return model.getNumComponents();
  }

  /// The decoder gives grey images of 1, 2 and 4 bits a palette of evenly spaced greys.
  private static boolean isGrey(IndexColorModel palette) {
    int last = palette.getMapSize() - 1;
    boolean grey = !palette.hasAlpha() && last > 0 && 255 % last == 0;
    for (int code = 0; grey && code <= last; code++) {
      int level = code * 255 / last;
      grey = palette.getRGB(code) == (0xFF << 24 | level << 16 | level << 8 | level);
    }
    return grey;
  }

  private static Tensor toTensor(Arena arena, BufferedImage image, Path path) {
    ColorModel model = image.getColorModel();
    int channels = channels(model, path);
    int width = image.getWidth();
    Raster raster = image.getRaster();
    Tensor result = Tensor.allocate(arena, DType.U8, image.getHeight(), width, channels);
    int[] samples = new int[width * raster.getNumBands()];
    long at = 0;
    for (int y = 0; y < image.getHeight(); y++) {
      raster.getPixels(0, y, width, 1, samples);
      if (model instanceof IndexColorModel palette) {
        for (int code : samples) {
          int color = palette.getRGB(code);
          int[] parts = {color >> 16, color >> 8, color, color >>> 24};
          for (int channel = 0; channel < channels; channel++) {
            result.segment().set(JAVA_BYTE, at++, (byte) parts[channel]);
          }
        }
      } else {
        for (int sample : samples) {
          result.segment().set(JAVA_BYTE, at++, (byte) sample);
        }
      }
    }
    return result;
  }

  /// Writes a PNG image from `u8[y, x]` or `u8[y, x, channel]` with 1 to 4 channels.
  static void writePng(Tensor tensor, Path path) {
    if (tensor.dtype() != DType.U8) {
      throw DataException.of(DataFault.FORMAT_LACKS_DTYPE)
          .at(path)
          .expected("u8")
          .found(tensor.dtype())
          .withHelp("scale it to 0..255 and cast it to u8");
    }
    long channels = tensor.rank() == 3 ? tensor.extent(2) : 1;
    boolean fits = tensor.rank() == 2 || tensor.rank() == 3 && channels >= 1 && channels <= 4;
    if (!fits || tensor.elementCount() == 0 || tensor.elementCount() > Integer.MAX_VALUE) {
      throw DataException.of(DataFault.FORMAT_LACKS_SHAPE)
          .at(path)
          .expected("[y, x] or [y, x, channel] with 1 to 4 channels, not empty, below 2^31")
          .found("shape " + tensor.shape());
    }
    BufferedImage image = toImage(tensor, (int) channels);
    OutputFile.write(
        path,
        out -> {
          try (ImageOutputStream stream = ImageIO.createImageOutputStream(out)) {
            ImageIO.write(image, "png", stream);
          }
        });
  }

  private static BufferedImage toImage(Tensor tensor, int channels) {
    int height = (int) tensor.extent(0);
    int width = (int) tensor.extent(1);
    boolean alpha = channels == 2 || channels == 4;
    ColorSpace space =
        ColorSpace.getInstance(channels <= 2 ? ColorSpace.CS_GRAY : ColorSpace.CS_sRGB);
    ColorModel model =
        new ComponentColorModel(
            space,
            alpha,
            false,
            alpha ? ColorModel.TRANSLUCENT : ColorModel.OPAQUE,
            DataBuffer.TYPE_BYTE);
    WritableRaster raster =
        Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, width, height, channels, null);
    int[] samples = new int[width * channels];
    for (int y = 0; y < height; y++) {
      long[] row = tensor.select(0, y).toLongArray();
      for (int n = 0; n < samples.length; n++) {
        samples[n] = (int) row[n];
      }
      raster.setPixels(0, y, width, 1, samples);
    }
    return new BufferedImage(model, raster, false, null);
  }
}
