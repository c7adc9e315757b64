package io.swarm4j.store.file;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Keeps what was replayed, as text; checks that indexes rise by one. */
final class Replayed implements Replay {
  private final List<String> records = new ArrayList<>();
  private final List<Long> terms = new ArrayList<>();
  private long snapshotIndex;
  private String snapshot = "";

  @Override
  public void snapshot(long index, long term, InputStream state) throws IOException {
    if (snapshotIndex != 0 || !records.isEmpty()) {
      throw new AssertionError("a snapshot comes once, and first");
    }
    snapshotIndex = index;
    snapshot = new String(state.readAllBytes(), StandardCharsets.UTF_8);
  }

  @Override
  public void record(long index, long term, ByteBuffer payload) {
    if (index != snapshotIndex + records.size() + 1) {
      throw new AssertionError("record " + index + " after " + records.size() + " records");
    }
    byte[] bytes = new byte[payload.remaining()];
    payload.get(bytes);
    records.add(new String(bytes, StandardCharsets.UTF_8));
    terms.add(term);
  }

  List<String> records() {
    return records;
  }

  List<Long> terms() {
    return terms;
  }

  long snapshotIndex() {
    return snapshotIndex;
  }

  String snapshot() {
    return snapshot;
  }

  long lastIndex() {
    return snapshotIndex + records.size();
  }
}
