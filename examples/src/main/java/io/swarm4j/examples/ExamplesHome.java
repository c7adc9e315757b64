package io.swarm4j.examples;

import java.nio.file.Files;
import java.nio.file.Path;

/** The folder that holds the examples' files, wherever the program was started. */
final class ExamplesHome {
  /** Set by the script {@code examples/run}. */
  private static final String PROPERTY = "examples.home";

  private ExamplesHome() {}

  /** A compose file that comes with the examples. */
  static Path stack(String name) {
    return file("stacks").resolve(name);
  }

  /** A file or folder that comes with the examples. */
  static Path file(String name) {
    String given = System.getProperty(PROPERTY);
    Path home =
        Path.of(given != null ? given : Files.isDirectory(Path.of("stacks")) ? "" : "examples");
    return home.toAbsolutePath().resolve(name);
  }
}
