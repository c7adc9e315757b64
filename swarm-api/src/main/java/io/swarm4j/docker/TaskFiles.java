package io.swarm4j.docker;

import io.swarm4j.agent.TaskContext;
import io.swarm4j.agent.TaskContext.TaskFile;
import io.swarm4j.agent.TaskFailure;
import io.swarm4j.internal.Folders;
import io.swarm4j.model.Reason;
import io.swarm4j.model.TaskId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * The secrets and configs of a node's containers: files in a folder in memory that nobody else can
 * enter, from where they are mounted. Blocks.
 */
final class TaskFiles {
  private static final Path MEMORY = Path.of("/dev/shm");
  private static final String SECRETS = "/run/secrets/";

  private final EngineAddress engine;
  private final Path root;

  TaskFiles(EngineAddress engine, String owner) {
    this.engine = engine;
    byte[] name = owner.getBytes(StandardCharsets.UTF_8);
    this.root = MEMORY.resolve("swarm4j-docker-" + UUID.nameUUIDFromBytes(name));
  }

  /**
   * Writes a task's files.
   *
   * @return what to mount, by its path inside the task
   * @throws TaskFailure if they cannot be handed to the engine without reaching a disk
   */
  Map<String, Path> write(TaskContext context) {
    Map<String, Path> mounts = new LinkedHashMap<>();
    if (context.files().isEmpty()) {
      return mounts;
    }
    if (!engine.isLocal() || !Files.isDirectory(MEMORY)) {
      throw failed(
          "secrets and configs need an engine on this machine, reached by a Unix socket, and "
              + MEMORY);
    }
    try {
      Folders.createPrivate(root);
      Path folder = root.resolve(context.task().id().toString());
      Folders.delete(folder);
      Folders.createPrivate(folder);
      for (TaskFile file : context.files()) {
        Path source = source(folder, file);
        Folders.write(source, file.content().bytes(), file.target());
        mounts.put(target(file), source);
      }
      return mounts;
    } catch (IOException failure) {
      throw new TaskFailure(
          new Reason.StartFailed("secrets and configs: " + failure),
          "secrets and configs cannot be written to " + root + ": " + failure,
          failure);
    }
  }

  /**
   * Replaces the content of files of a task that runs. In place, since the container has mounted
   * the file itself: a reader may for a moment see a part of the new content.
   */
  void replace(TaskId task, List<TaskFile> news) throws IOException {
    Path folder = root.resolve(task.toString());
    for (TaskFile file : news) {
      Folders.rewrite(source(folder, file), file.content().bytes());
    }
  }

  private static Path source(Path folder, TaskFile file) {
    return folder.resolve(URLEncoder.encode(target(file), StandardCharsets.UTF_8));
  }

  private static String target(TaskFile file) {
    String name = file.target().name();
    if (name.startsWith("/")) {
      return name;
    }
    return file.kind() == TaskFile.Kind.SECRET ? SECRETS + name : "/" + name;
  }

  private static TaskFailure failed(String text) {
    return new TaskFailure(new Reason.StartFailed(text), text);
  }

  /** Deletes a task's files. Idempotent. */
  void delete(TaskId task) {
    deleteFolder(root.resolve(task.toString()));
  }

  /** Deletes the files of all tasks but these. */
  void deleteAllBut(Set<TaskId> tasks) {
    Set<String> kept = Set.copyOf(tasks.stream().map(TaskId::toString).toList());
    for (Path folder : folders()) {
      if (!kept.contains(folder.getFileName().toString())) {
        deleteFolder(folder);
      }
    }
  }

  /** Deletes the folder itself if no task has files. */
  void close() {
    if (folders().isEmpty()) {
      deleteFolder(root);
    }
  }

  private List<Path> folders() {
    if (!Files.isDirectory(root)) {
      return List.of();
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(root)) {
      List<Path> found = new java.util.ArrayList<>();
      entries.forEach(found::add);
      return found;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static void deleteFolder(Path folder) {
    try {
      Folders.delete(folder);
    } catch (IOException failure) {
      throw new UncheckedIOException("secrets are left in " + folder, failure);
    }
  }
}
