package io.swarm4j.raft;

import io.swarm4j.model.ConflictException;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.store.CorruptDataException;
import io.swarm4j.store.seal.SafeFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Says whose log a directory holds: the manager's identity, its group, and the group's founders if
 * it is one of them, each on a line.
 *
 * @param id the manager
 * @param group its group
 * @param founders the managers that made up the group at first; a founder that was stopped before
 *     its first entry has to know them
 */
record MemberFile(String id, UUID group, List<String> founders) {
  private static final String NAME = "member";

  /** What a directory says, if it is a manager's at all. */
  static Optional<MemberFile> read(Path directory) {
    Path file = directory.resolve(NAME);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      String[] lines = Files.readString(file).split("\n", -1);
      List<String> founders = lines[2].isEmpty() ? List.of() : List.of(lines[2].split(" "));
      return Optional.of(new MemberFile(lines[0], UUID.fromString(lines[1]), founders));
    } catch (IOException failed) {
      throw new UnavailableException(file + " can not be read: " + failed, failed);
    } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException damaged) {
      throw new CorruptDataException(
          file
              + " is damaged: expected a node id, a group id and the founders' node ids, one line"
              + " each; the group id is the name of the folder beside it",
          damaged);
    }
  }

  void write(Path directory) {
    try {
      Files.createDirectories(directory);
      SafeFile.write(
          directory.resolve(NAME),
          String.join("\n", id, group.toString(), String.join(" ", founders), "")
              .getBytes(StandardCharsets.UTF_8));
    } catch (IOException failed) {
      throw new UnavailableException(
          "the log of manager " + id + " can not be kept in " + directory + ": " + failed, failed);
    }
  }

  /**
   * Takes a directory for a manager: makes it this one's if it is new.
   *
   * @return what the directory says then, with the founders of its first time
   * @throws ConflictException if it belongs to another manager or group
   */
  MemberFile claim(Path directory) {
    Optional<MemberFile> found = read(directory);
    if (found.isEmpty()) {
      write(directory);
      return this;
    }
    MemberFile present = found.get();
    if (!present.id.equals(id) || !present.group.equals(group)) {
      throw new ConflictException(
          String.format(
              "%s holds the log of manager %s in group %s, not of manager %s in group %s; use"
                  + " another directory",
              directory, present.id, present.group, id, group));
    }
    return present;
  }
}
