package io.swarm4j.store.file;

import java.io.IOException;
import java.io.OutputStream;

/** Writes a state into a snapshot. */
@FunctionalInterface
public interface SnapshotWriter {

  /**
   * Writes the whole state; need not buffer, nor close the stream.
   *
   * @throws IOException if the stream throws it
   */
  void write(OutputStream state) throws IOException;
}
