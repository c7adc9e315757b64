package io.swarm4j.process;

import io.swarm4j.internal.Folders;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.process.ProcFs.MarkedProcess;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder of a process runtime, locked against others, and what belongs to it elsewhere: a
 * folder in memory, and the mark of its processes, both of which follow from its path. Blocks.
 */
final class DataDirectory implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DataDirectory.class);
  private static final Path MEMORY = Path.of("/dev/shm");
  private static final int IDENTITY_BYTES = 8;

  private final Path root;
  private final String identity;
  private final Path memory;
  private final FileChannel lock;

  private DataDirectory(Path root, String identity, Path memory, FileChannel lock) {
    this.root = root;
    this.identity = identity;
    this.memory = memory;
    this.lock = lock;
  }

  /**
   * Opens and locks a folder, which is made if it is absent.
   *
   * @throws UnavailableException if another runtime uses it, or it cannot be written
   */
  static DataDirectory open(Path directory) {
    try {
      Path root = Folders.createPrivate(directory.toAbsolutePath()).toRealPath();
      FileChannel channel =
          FileChannel.open(
              root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      try {
        if (!isLocked(channel)) {
          throw new UnavailableException(
              root + " is in use by another process runtime: give each a folder of its own");
        }
        Folders.createPrivate(root.resolve("tasks"));
        String identity = identity(root);
        return new DataDirectory(root, identity, memory(root, identity), channel);
      } catch (IOException | RuntimeException failure) {
        channel.close();
        throw failure;
      }
    } catch (IOException failure) {
      throw new UnavailableException(
          "the folder of the process runtime cannot be used: " + failure, failure);
    }
  }

  private static boolean isLocked(FileChannel channel) throws IOException {
    try {
      FileLock held = channel.tryLock();
      return held != null;
    } catch (OverlappingFileLockException byThisJvm) {
      return false;
    }
  }

  private static String identity(Path root) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(root.toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, IDENTITY_BYTES);
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError("every JDK has SHA-256", impossible);
    }
  }

  /** A folder in memory if there is one that is surely ours, else one on disk. */
  private static Path memory(Path root, String identity) throws IOException {
    Path candidate = MEMORY.resolve("swarm4j-" + identity);
    if (Files.isDirectory(MEMORY) && Files.isWritable(MEMORY)) {
      if (!Files.exists(candidate, LinkOption.NOFOLLOW_LINKS)
          || Files.getOwner(candidate, LinkOption.NOFOLLOW_LINKS).equals(Files.getOwner(root))) {
        return Folders.createPrivate(candidate);
      }
      LOG.warn("{} belongs to somebody else; secrets are kept on disk", candidate);
    }
    return Folders.createPrivate(root.resolve("files"));
  }

  /** What tells the marks of this folder's processes from those of others. */
  String identity() {
    return identity;
  }

  /** The folders of a task. */
  TaskFolder task(TaskId task) {
    return new TaskFolder(
        root.resolve("tasks").resolve(task.toString()), memory.resolve(task.toString()));
  }

  /** The mark of a task's processes. */
  String mark(TaskId task) {
    return identity + "." + task;
  }

  /** The name of a task's control groups. */
  String cgroup(String task) {
    return "swarm4j-" + identity + "-" + task;
  }

  /**
   * Ends and deletes all that is left of tasks.
   *
   * @param except ids of tasks that stay
   */
  void clear(ProcessTree tree, Set<String> except) throws IOException {
    for (Path folder : entries(root.resolve("tasks"), except)) {
      TaskRecord left = TaskRecord.read(folder);
      TaskCgroup group = new TaskCgroup(left.cgroups());
      List<Long> members = group.pids();
      boolean alive = left.isAlive();
      tree.killAll(
          process ->
              members.contains(process.pid())
                  || (alive && process.session() == left.pid())
                  || (alive && process.pid() == left.pid()));
      group.remove();
    }
    tree.killAll(process -> isOurs(process, except));
    for (Path folder : entries(memory, except)) {
      Folders.delete(folder);
    }
    for (Path folder : entries(root.resolve("tasks"), except)) {
      Folders.delete(folder);
    }
  }

  private boolean isOurs(MarkedProcess process, Set<String> except) {
    String prefix = identity + ".";
    return process.mark().startsWith(prefix)
        && !except.contains(process.mark().substring(prefix.length()));
  }

  private static List<Path> entries(Path folder, Set<String> except) throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> each = Files.newDirectoryStream(folder)) {
      for (Path entry : each) {
        if (!except.contains(entry.getFileName().toString())) {
          found.add(entry);
        }
      }
    }
    return found;
  }

  /** Gives the folder free. Idempotent. */
  @Override
  public void close() {
    try {
      if (entries(memory, Set.of()).isEmpty()) {
        Folders.delete(memory);
      }
      lock.close();
    } catch (IOException failure) {
      LOG.warn("the folder {} could not be given free in good order", root, failure);
    }
  }
}
