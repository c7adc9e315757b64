package io.swarm4j.process;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds programs by name. */
final class Executables {
  /** Where programs are looked for unless something else is said. */
  static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  private Executables() {}

  /**
   * The executable file behind a command name.
   *
   * @param workingDir what relative paths start from
   * @param searchPath folders joined by colons, for names without a slash
   */
  static Optional<Path> find(String name, Path workingDir, String searchPath) {
    List<Path> candidates = new ArrayList<>();
    if (name.contains("/")) {
      candidates.add(workingDir.resolve(name));
    } else {
      for (String each : searchPath.split(":")) {
        candidates.add(workingDir.resolve(each).resolve(name));
      }
    }
    return candidates.stream()
        .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
        .findFirst();
  }
}
