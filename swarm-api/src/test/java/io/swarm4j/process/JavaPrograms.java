package io.swarm4j.process;

import java.nio.file.Path;
import java.util.List;

/** Java programs of the tests as commands. */
final class JavaPrograms {
  private JavaPrograms() {}

  /** The command that runs a class with the class path of the tests. */
  static List<String> command(Class<?> program) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:TieredStopAtLevel=1",
        "-Xmx64m",
        "-cp",
        System.getProperty("java.class.path"),
        program.getName());
  }
}
