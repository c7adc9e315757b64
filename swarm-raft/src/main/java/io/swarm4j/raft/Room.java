package io.swarm4j.raft;

import io.swarm4j.model.UnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Whether a disk has room for a manager. Ratis writes an empty file over the record of its votes
 * when the disk is full, and cannot start from that.
 */
final class Room {
  private static final long LEAST = 2 << 20;

  private Room() {}

  /** Refuses to start where the first vote might be lost. */
  static void check(Path directory) {
    long free;
    try {
      free = Files.getFileStore(directory).getUsableSpace();
    } catch (IOException unknown) {
      return; // whoever writes there finds out
    }
    if (free < LEAST) {
      throw new UnavailableException(
          String.format(
              "%s has no room for a manager: %,d bytes are free, %,d are needed. Make room and start"
                  + " again",
              directory, free, LEAST));
    }
  }

  /** What a manager that could not write says to all who ask it afterwards. */
  static UnavailableException lost(String manager, Path directory, Throwable cause) {
    return new UnavailableException(
        String.format(
            "manager %s takes no part in the swarm: it can not write its log in %s (%s). Make room,"
                + " or mend the disk, and start the node again",
            manager, directory, cause.getMessage()),
        cause);
  }
}
