package io.swarm4j.node;

import io.swarm4j.testing.Surroundings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** File systems that a test makes for itself. Needs Linux and root. */
final class Mounts {

  private Mounts() {}

  /** Mounts a new file system; skips the test where that cannot be. */
  static void make(String type, Path folder, String options) throws Exception {
    Surroundings.require(
        Files.isWritable(Path.of("/proc/sys/kernel/hostname")),
        "Linux and root, to mount file systems");
    run("mount", "-t", type, "-o", options, "swarm4j-test", folder.toString());
  }

  static void end(Path folder) throws Exception {
    run("umount", "-l", folder.toString());
  }

  private static void run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes());
    if (process.waitFor() != 0) {
      throw new IllegalStateException(String.join(" ", command) + ": " + said);
    }
  }
}
