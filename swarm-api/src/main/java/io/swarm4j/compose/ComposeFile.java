package io.swarm4j.compose;

import io.swarm4j.model.Fault.Code;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads compose files of version 3 as a stack of a swarm.
 *
 * <p>Reading is strict: a key that is not known or not supported is refused rather than ignored,
 * and all faults of a file are reported together, each with line, column and remedy. Nothing is
 * applied. All methods are thread-safe.
 */
public final class ComposeFile {
  private ComposeFile() {}

  /**
   * Reads a file. Relative paths in it start from its folder, where {@code .env} is read, too.
   *
   * @throws ComposeException if the file cannot be read or anything in it is refused
   */
  public static Stack read(Path file, ComposeOptions options) {
    Path absolute = file.toAbsolutePath().normalize();
    Path parent = Optional.ofNullable(absolute.getParent()).orElse(absolute);
    String name = file.toString();
    String text;
    try {
      text = new Files(parent).text(absolute);
    } catch (IllegalArgumentException unreadable) {
      throw refuse(name, "the compose file " + unreadable.getMessage());
    }
    Files files = new Files(options.directory().orElse(parent));
    return parse(name, text, options, files, dotEnv(files));
  }

  /**
   * Reads a text. Relative paths in it start from {@link ComposeOptions#directory}, else from the
   * working directory of the program; {@code .env} is read only from a directory that is given.
   *
   * @param name what marks call the text
   * @throws ComposeException if anything in it is refused
   */
  public static Stack read(String name, String text, ComposeOptions options) {
    if (text.length() > Limits.FILE_BYTES) {
      throw refuse(name, "the compose file is larger than " + Limits.FILE_BYTES + " bytes");
    }
    Files files = new Files(options.directory().orElse(Path.of("")));
    Map<String, String> dotEnv = options.directory().isPresent() ? dotEnv(files) : Map.of();
    return parse(name, text, options, files, dotEnv);
  }

  private static Stack parse(
      String name, String text, ComposeOptions options, Files files, Map<String, String> dotEnv) {
    Reading reading = new Reading(options, files, dotEnv);
    return StackReader.read(YamlReader.read(name, text, reading::fault), reading);
  }

  private static Map<String, String> dotEnv(Files files) {
    Path path = files.resolve(".env", Map.of());
    if (!java.nio.file.Files.isRegularFile(path)) {
      return Map.of();
    }
    try {
      return EnvFile.unquoted(files.text(path), Map.of());
    } catch (IllegalArgumentException refused) {
      throw refuse(path.toString(), "the file .env: " + refused.getMessage());
    }
  }

  private static ComposeException refuse(String file, String message) {
    return new ComposeException(
        List.of(new ComposeFault(new Mark(file, 1, 1), Code.INVALID, "", "", message)));
  }
}
