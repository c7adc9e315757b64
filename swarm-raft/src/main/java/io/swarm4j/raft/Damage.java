package io.swarm4j.raft;

import io.swarm4j.store.CorruptDataException;
import java.nio.file.Path;
import org.apache.ratis.io.CorruptedFileException;
import org.apache.ratis.protocol.exceptions.ChecksumException;
import org.jspecify.annotations.Nullable;

/** Says what to do about a damaged file of the log. */
final class Damage {

  private Damage() {}

  static CorruptDataException of(Path file, Throwable found) {
    return new CorruptDataException(
        String.format(
            "%s is damaged: %s. Move the manager's data directory aside and let it join again, or"
                + " restore a backup",
            file, found.getMessage()),
        found);
  }

  /** Whether Ratis reports what a damaged file leads to; null if not. */
  static @Nullable CorruptDataException in(Path directory, Throwable failed) {
    for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
      if (cause instanceof ChecksumException || cause instanceof CorruptedFileException) {
        return of(directory, cause);
      }
    }
    return null;
  }
}
