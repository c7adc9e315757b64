package io.swarm4j.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Looks for bytes that must not be on any disk. */
public final class ClearText {
  private ClearText() {}

  /** The files below a directory that contain some bytes, whatever else is in them. */
  public static List<Path> filesWith(byte[] needle, Path directory) throws IOException {
    String wanted = new String(needle, StandardCharsets.ISO_8859_1);
    List<Path> found = new ArrayList<>();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (Files.readString(file, StandardCharsets.ISO_8859_1).contains(wanted)) {
          found.add(file);
        }
      }
    }
    return found;
  }
}
