package io.swarm4j.store.seal;

import io.swarm4j.store.CorruptDataException;
import io.swarm4j.time.Chance;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The data keys of a swarm: the newest encrypts, all of them decrypt. Immutable.
 *
 * <p>All managers have the same, since what one of them has encrypted is on the disks of all.
 */
public final class KeyRing {
  /** Length of a key, in bytes. */
  static final int KEY_BYTES = 32;

  private static final int ENTRY_BYTES = Integer.BYTES + KEY_BYTES;

  private final SortedMap<Integer, byte[]> keys;

  KeyRing(SortedMap<Integer, byte[]> keys) {
    this.keys = keys;
  }

  /** A ring with one new key. */
  public static KeyRing create(Chance secure) {
    return new KeyRing(new TreeMap<>()).withNewKey(secure);
  }

  /** The same with one more key, which encrypts from now on. */
  public KeyRing withNewKey(Chance secure) {
    SortedMap<Integer, byte[]> more = new TreeMap<>(keys);
    more.put(keys.isEmpty() ? 1 : keys.lastKey() + 1, randomKey(secure));
    return new KeyRing(more);
  }

  /** The same without the keys that are older than the given one; the newest always stays. */
  public KeyRing from(int oldest) {
    return new KeyRing(new TreeMap<>(keys.tailMap(Math.min(oldest, newest()))));
  }

  /** Reads what {@link #toBytes} has written. */
  public static KeyRing parse(byte[] bytes) {
    if (bytes.length == 0 || bytes.length % ENTRY_BYTES != 0) {
      throw new CorruptDataException(
          "a key ring of " + bytes.length + " bytes is none; expected multiples of " + ENTRY_BYTES);
    }
    SortedMap<Integer, byte[]> keys = new TreeMap<>();
    ByteBuffer in = ByteBuffer.wrap(bytes);
    while (in.hasRemaining()) {
      int number = in.getInt();
      byte[] key = new byte[KEY_BYTES];
      in.get(key);
      keys.put(number, key);
    }
    return new KeyRing(keys);
  }

  /** The keys in clear: for a new manager, over a channel that nobody else can read. */
  public byte[] toBytes() {
    ByteBuffer out = ByteBuffer.allocate(keys.size() * ENTRY_BYTES);
    keys.forEach((number, key) -> out.putInt(number).put(key));
    return out.array();
  }

  static byte[] randomKey(Chance secure) {
    ByteBuffer key = ByteBuffer.allocate(KEY_BYTES);
    while (key.hasRemaining()) {
      key.putLong(secure.nextLong());
    }
    return key.array();
  }

  /** Number of the key that encrypts. */
  public int newest() {
    return keys.lastKey();
  }

  /** The newest key alone. */
  public KeyRing newestOnly() {
    return from(newest());
  }

  /** The same with the keys of another ring that are not on this one. */
  public KeyRing and(KeyRing more) {
    SortedMap<Integer, byte[]> all = new TreeMap<>(more.keys);
    all.putAll(keys);
    return new KeyRing(all);
  }

  /** Whether there is a key of that number. */
  public boolean has(int number) {
    return keys.containsKey(number);
  }

  /** Numbers of all keys, rising. */
  public List<Integer> numbers() {
    return List.copyOf(keys.keySet());
  }

  /** A ring with a key that somebody else keeps. */
  public static KeyRing of(UnlockKey key) {
    return new KeyRing(new TreeMap<>(Map.of(1, key.bytes())));
  }

  /**
   * The key of a number.
   *
   * @throws CorruptDataException if it is not on the ring
   */
  byte[] key(int number) {
    byte[] key = keys.get(number);
    if (key == null) {
      throw new CorruptDataException(
          "data key "
              + number
              + " is not on the key ring, which has "
              + keys.keySet()
              + "; take the key file of a manager of the same swarm");
    }
    return key;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof KeyRing ring && Arrays.equals(toBytes(), ring.toBytes());
  }

  @Override
  public int hashCode() {
    return keys.keySet().hashCode();
  }

  @Override
  public String toString() {
    return "KeyRing" + keys.keySet();
  }
}
