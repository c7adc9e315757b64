package io.swarm4j.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What a runtime has left behind on the machine. */
final class Leftovers {
  private Leftovers() {}

  /** Processes that carry the mark of a runtime with that folder. */
  static List<String> processes(Path directory) throws IOException {
    return marked(identity(directory));
  }

  /** Processes that carry the mark of a runtime that is open. */
  static List<String> processesOf(ProcessRuntime runtime) {
    return marked(runtime.identity());
  }

  private static List<String> marked(String identity) {
    return ProcFs.processes(true).stream()
        .filter(process -> process.mark().startsWith(identity + "."))
        .map(Object::toString)
        .toList();
  }

  /** Folders of tasks, on disk and in memory, and control groups. */
  static List<String> files(Path directory) throws IOException {
    String identity = identity(directory);
    try (Stream<Path> tasks = Files.list(directory.resolve("tasks"));
        Stream<Path> memory = Files.list(Path.of("/dev/shm"));
        Stream<Path> groups = groups(Path.of("/sys/fs/cgroup"))) {
      return Stream.of(
              tasks,
              memory.filter(file -> file.toString().contains(identity)),
              groups.filter(file -> file.toString().contains(identity)))
          .flatMap(files -> files)
          .map(Path::toString)
          .toList();
    }
  }

  private static Stream<Path> groups(Path root) throws IOException {
    return Files.isDirectory(root)
        ? Files.find(root, 4, (path, attributes) -> attributes.isDirectory())
        : Stream.empty();
  }

  private static String identity(Path directory) throws IOException {
    try (DataDirectory data = DataDirectory.open(directory)) {
      return data.identity();
    }
  }
}
