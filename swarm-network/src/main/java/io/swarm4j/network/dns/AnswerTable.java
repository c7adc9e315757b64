package io.swarm4j.network.dns;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Answers by question, found by the bytes of a query. Bounded: a full table is emptied. Not
 * thread-safe.
 */
final class AnswerTable {
  private static final int MOST = 1 << 16;

  private @Nullable Entry[] slots = new Entry[256];
  private int size;

  private record Entry(byte[] key, int hash, long revision, Answer answer) {}

  /** The answer that was put in for this key and revision; null if there is none. */
  @Nullable Answer get(byte[] key, int length, long revision) {
    Entry entry = slots[slot(key, length, hash(key, length))];
    return entry != null && entry.revision == revision ? entry.answer : null;
  }

  /** Takes the place of what was put in for this key before, whatever its revision. */
  void put(byte[] key, int length, long revision, Answer answer) {
    if (size == MOST) {
      slots = new Entry[slots.length];
      size = 0;
    } else if (4 * size > slots.length) {
      grow();
    }
    int hash = hash(key, length);
    int slot = slot(key, length, hash);
    Entry present = slots[slot];
    size += present == null ? 1 : 0;
    byte[] own = present == null ? Arrays.copyOf(key, length) : present.key;
    slots[slot] = new Entry(own, hash, revision, answer);
  }

  private void grow() {
    @Nullable Entry[] old = slots;
    slots = new Entry[2 * old.length];
    for (Entry entry : old) {
      if (entry != null) {
        slots[slot(entry.key, entry.key.length, entry.hash)] = entry;
      }
    }
  }

  private int slot(byte[] key, int length, int hash) {
    int slot = hash & (slots.length - 1);
    Entry entry = slots[slot];
    while (entry != null
        && !(entry.hash == hash && Arrays.equals(entry.key, 0, entry.key.length, key, 0, length))) {
      slot = (slot + 1) & (slots.length - 1);
      entry = slots[slot];
    }
    return slot;
  }

  private static int hash(byte[] key, int length) {
    int hash = 0;
    for (int i = 0; i < length; i++) {
      hash = 31 * hash + key[i];
    }
    return hash ^ hash >>> 15;
  }
}
