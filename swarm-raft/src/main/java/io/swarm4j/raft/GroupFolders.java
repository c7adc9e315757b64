package io.swarm4j.raft;

import io.swarm4j.store.seal.SafeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * The folders of groups in a manager's directory. Ratis would take part in every one that it finds;
 * so none but the manager's own may keep its name.
 */
final class GroupFolders {
  private static final String READY = ".ready";
  private static final String SUPERSEDED = ".superseded";

  private GroupFolders() {}

  /** Where a group waits until the manager belongs to it. */
  static Path ready(Path directory, UUID group) {
    return directory.resolve(group + READY);
  }

  /** Puts the manager's group in its place, and all others aside. */
  static void tidy(Path directory, UUID own) throws IOException {
    List<Path> folders;
    try (Stream<Path> files = Files.list(directory)) {
      folders = files.filter(Files::isDirectory).toList();
    }
    for (Path folder : folders) {
      String name = folder.getFileName().toString();
      if (isGroup(name) && !name.equals(own.toString())) {
        Files.move(folder, folder.resolveSibling(name + SUPERSEDED));
      }
    }
    if (Files.exists(ready(directory, own))) {
      Files.move(ready(directory, own), directory.resolve(own.toString()));
    }
    SafeFile.syncDirectory(directory);
  }

  private static boolean isGroup(String name) {
    try {
      return UUID.fromString(name).toString().equals(name);
    } catch (IllegalArgumentException another) {
      return false;
    }
  }
}
