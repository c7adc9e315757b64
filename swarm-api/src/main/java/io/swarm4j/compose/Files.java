package io.swarm4j.compose;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Reads the files that a compose file names, relative to its folder and bounded in size. */
final class Files {
  private final Path directory;
  private final Map<Path, byte[]> read = new HashMap<>();

  Files(Path directory) {
    this.directory = directory.toAbsolutePath().normalize();
  }

  /**
   * The absolute form of a path of the compose file.
   *
   * @param variables say by {@code HOME} what {@code ~} stands for
   * @throws IllegalArgumentException if it is no path
   */
  Path resolve(String path, Map<String, String> variables) {
    try {
      if (path.equals("~") || path.startsWith("~/")) {
        String home = variables.get("HOME");
        if (home == null) {
          throw new IllegalArgumentException("begins with ~ but the variable HOME is not set");
        }
        return Path.of(home + path.substring(1)).normalize();
      }
      return directory.resolve(path).normalize();
    } catch (InvalidPathException malformed) {
      throw new IllegalArgumentException("is no path: " + malformed.getReason(), malformed);
    }
  }

  /**
   * The content of a file, at most {@link Limits#FILE_BYTES}.
   *
   * @throws IllegalArgumentException if it cannot be read; the message says why
   */
  byte[] bytes(Path path) {
    byte[] known = read.get(path);
    if (known != null) {
      return known;
    }
    try (InputStream in = java.nio.file.Files.newInputStream(path)) {
      byte[] bytes = in.readNBytes(Limits.FILE_BYTES + 1);
      if (bytes.length > Limits.FILE_BYTES) {
        throw new IllegalArgumentException(
            "is larger than " + Limits.FILE_BYTES + " bytes: " + path);
      }
      read.put(path, bytes);
      return bytes;
    } catch (NoSuchFileException absent) {
      throw new IllegalArgumentException("is not there: " + path, absent);
    } catch (IOException unreadable) {
      throw new IllegalArgumentException(
          "cannot be read: " + path + " (" + unreadable.getMessage() + ")", unreadable);
    }
  }

  /**
   * The content of a file as text.
   *
   * @throws IllegalArgumentException if it cannot be read or is not UTF-8
   */
  String text(Path path) {
    return decode(bytes(path));
  }

  /**
   * UTF-8 without its byte order mark.
   *
   * @throws IllegalArgumentException if it is not UTF-8
   */
  private static String decode(byte[] bytes) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return text.startsWith("\uFEFF") ? text.substring(1) : text;
    } catch (CharacterCodingException malformed) {
      throw new IllegalArgumentException("is not UTF-8 text; save it as UTF-8", malformed);
    }
  }
}
