package org.einkorn.backend.jvm;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.LocalDateTime;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// Packs a class into a jar that runs with the runtime beside it. The same class gives the same
/// bytes.
final class JarFile {
  /// The name of the runtime's jar, in the folder of the jar that is made.
  private static final String RUNTIME = "einkorn-runtime.jar";

  /// The earliest time that a zip file can hold.
  private static final LocalDateTime NO_TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

  private JarFile() {}

  static byte[] of(ClassName name, byte[] classFile) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      begin("META-INF/MANIFEST.MF", zip);
      manifest(name).write(zip);
      zip.closeEntry();
      begin(name.internal() + ".class", zip);
      zip.write(classFile);
      zip.closeEntry();
    } catch (IOException e) {
      throw new UncheckedIOException("a jar is written to memory, which can't fail", e);
    }
    return bytes.toByteArray();
  }

  private static void begin(String path, ZipOutputStream zip) throws IOException {
    ZipEntry entry = new ZipEntry(path);
    entry.setTimeLocal(NO_TIME);
    zip.putNextEntry(entry);
  }

  private static Manifest manifest(ClassName name) {
    Manifest manifest = new Manifest();
    Attributes attributes = manifest.getMainAttributes();
    attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    attributes.put(Attributes.Name.MAIN_CLASS, name.text());
    attributes.put(Attributes.Name.CLASS_PATH, RUNTIME);
    return manifest;
  }
}
