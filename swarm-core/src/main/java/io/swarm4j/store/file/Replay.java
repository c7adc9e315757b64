package io.swarm4j.store.file;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/** Takes in what a log holds while it is opened: a snapshot, if there is one, then the records. */
public interface Replay {

  /**
   * The state after the record with the given index. What is read from the stream is checked: it
   * throws {@link io.swarm4j.store.CorruptDataException} before it hands out a damaged byte.
   *
   * @throws IOException if the stream throws it
   */
  void snapshot(long index, long term, InputStream state) throws IOException;

  /**
   * The next record; indexes rise by one.
   *
   * @param payload valid during the call only
   */
  void record(long index, long term, ByteBuffer payload);
}
