package io.swarm4j.raft;

import io.swarm4j.store.CorruptDataException;
import io.swarm4j.store.LogEntry;
import io.swarm4j.store.codec.RecordCodec;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** How several entries of the store make up one entry of the Raft log: each after its length. */
final class Batch {
  private static final RecordCodec CODEC = RecordCodec.create();

  private Batch() {}

  static byte[] encode(LogEntry entry) {
    return CODEC.encode(LogEntry.class, entry);
  }

  static byte[] join(List<byte[]> entries) {
    int size = 0;
    for (byte[] entry : entries) {
      size += Integer.BYTES + entry.length;
    }
    ByteBuffer out = ByteBuffer.allocate(size);
    for (byte[] entry : entries) {
      out.putInt(entry.length).put(entry);
    }
    return out.array();
  }

  static List<LogEntry> split(byte[] joined) {
    List<LogEntry> entries = new ArrayList<>();
    ByteBuffer in = ByteBuffer.wrap(joined);
    while (in.hasRemaining()) {
      int length = in.remaining() < Integer.BYTES ? -1 : in.getInt();
      if (length < 0 || length > in.remaining()) {
        throw new CorruptDataException(
            "a log entry of " + joined.length + " bytes ends inside of a transaction");
      }
      entries.add(CODEC.decode(LogEntry.class, in.slice().limit(length)));
      in.position(in.position() + length);
    }
    return entries;
  }
}
