package io.swarm4j.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The control groups of one task, one folder per controller or one for all. Blocks. */
record TaskCgroup(List<Path> folders) {
  private static final Logger LOG = LoggerFactory.getLogger(TaskCgroup.class);
  private static final int MOST_TRIES = 50;

  TaskCgroup {
    folders = List.copyOf(folders);
  }

  /** The files to which a process writes its number to join. */
  List<Path> entrances() {
    return folders.stream().map(folder -> folder.resolve("cgroup.procs")).toList();
  }

  /** The processes in it. */
  List<Long> pids() {
    return folders.isEmpty()
        ? List.of()
        : lines(folders.get(0).resolve("cgroup.procs")).stream().map(Long::valueOf).toList();
  }

  /** Whether a process in it was killed because its memory was used up. */
  boolean ranOutOfMemory() {
    return folders.stream()
        .flatMap(
            folder -> List.of("memory.oom_control", "memory.events").stream().map(folder::resolve))
        .flatMap(file -> lines(file).stream())
        .anyMatch(line -> line.matches("oom_kill [1-9]\\d*"));
  }

  private static List<String> lines(Path file) {
    try {
      return Files.exists(file) ? Files.readAllLines(file) : List.of();
    } catch (IOException gone) {
      return List.of();
    }
  }

  /** Removes it; its processes must have ended. Idempotent. */
  void remove() {
    for (Path folder : folders) {
      for (int tries = 0; tries < MOST_TRIES && !delete(folder); tries++) {
        Thread.onSpinWait(); // the kernel lets go of ended processes a moment later
      }
      if (Files.exists(folder)) {
        LOG.warn("control group {} cannot be removed", folder);
      }
    }
  }

  private static boolean delete(Path folder) {
    try {
      Files.deleteIfExists(folder);
      return true;
    } catch (IOException busy) {
      return false;
    }
  }
}
