package io.swarm4j.process;

import io.swarm4j.agent.TaskContext.TaskFile;
import io.swarm4j.internal.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * The folders of one task: one on disk for its work and log, one in memory for its secrets and
 * configs. Blocks.
 *
 * @param disk the folder on disk
 * @param memory the folder in memory, or on disk where the machine has none in memory
 */
record TaskFolder(Path disk, Path memory) {
  private static final String SECRETS = "/run/secrets/";

  /** Working directory unless the service or image names another. */
  Path work() {
    return disk.resolve("work");
  }

  /** Where the output is kept. */
  Path log() {
    return disk.resolve("log");
  }

  /** Where the secrets stand. */
  Path secrets() {
    return memory.resolve("secrets");
  }

  /** Where the configs stand. */
  Path configs() {
    return memory.resolve("configs");
  }

  /** Makes the folders and writes the files. */
  void create(List<TaskFile> files) throws IOException {
    Folders.createPrivate(disk);
    Folders.createPrivate(work());
    Folders.createPrivate(memory);
    Folders.createPrivate(secrets());
    Folders.createPrivate(configs());
    for (TaskFile file : files) {
      Folders.write(place(file), file.content().bytes(), file.target());
    }
  }

  /** Replaces files, each in one step, so that the task sees the old or the new content. */
  void replace(List<TaskFile> files) throws IOException {
    for (TaskFile file : files) {
      Path place = place(file);
      Path fresh = place.resolveSibling("." + place.getFileName() + ".new");
      Files.deleteIfExists(fresh);
      Folders.write(fresh, file.content().bytes(), file.target());
      Files.move(fresh, place, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  private Path place(TaskFile file) {
    String name = file.target().name();
    if (file.kind() == TaskFile.Kind.CONFIG) {
      return configs().resolve(name.replaceFirst("^/+", ""));
    }
    return secrets()
        .resolve(
            name.startsWith(SECRETS)
                ? name.substring(SECRETS.length())
                : name.replaceFirst("^/+", ""));
  }

  /** Deletes secrets and configs. Idempotent. */
  void forgetFiles() throws IOException {
    Folders.delete(memory);
  }

  /** Deletes everything. Idempotent. */
  void delete() throws IOException {
    forgetFiles();
    Folders.delete(disk);
  }
}
