package io.swarm4j.raft;

import io.swarm4j.store.seal.KeyRing;
import io.swarm4j.store.seal.KeyVault;
import io.swarm4j.store.seal.Seal;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Rotation of the data key through the log: an entry of its own kind holds the new key, encrypted
 * under the one before. Not thread-safe.
 */
final class KeyRotation {
  /** First byte of such an entry; others begin with the version of a seal. */
  private static final byte MARK = 'K';

  private static final byte[] CONTEXT = {MARK};

  private final KeyVault vault;
  private final Seal seal;

  /** Index of the last entry that may need an older key than the newest. */
  private long lastOld = -1;

  KeyRotation(KeyVault vault, Seal seal) {
    this.vault = vault;
    this.seal = seal;
  }

  /** The entry that puts the newest key of a ring in force. */
  static Proposal proposal(Seal seal, KeyRing next) {
    byte[] sealed = seal.seal(next.newestOnly().toBytes(), CONTEXT);
    byte[] entry = ByteBuffer.allocate(1 + sealed.length).put(MARK).put(sealed).array();
    return new Proposal(List.of(), entry);
  }

  static boolean isOne(ByteBuffer entry) {
    return entry.hasRemaining() && entry.get(entry.position()) == MARK;
  }

  /** A ring with the key of such an entry alone. */
  static KeyRing keyIn(ByteBuffer entry, Seal seal) {
    return KeyRing.parse(seal.open(entry.slice().position(1), CONTEXT));
  }

  /** Puts the key of an entry in force, on disk first; returns whether it was the next one. */
  boolean apply(ByteBuffer entry, long index) {
    lastOld = index;
    KeyRing next = keyIn(entry, seal);
    KeyRing present = vault.ring();
    if (next.newest() != present.newest() + 1) {
      return false; // it is in force already, or came too late
    }
    vault.store(present.and(next));
    seal.use(vault.ring());
    return true;
  }

  /** Notes with which key an entry was encrypted. */
  void applied(ByteBuffer entry, long index) {
    if (Seal.dataKey(entry) < vault.ring().newest()) {
      lastOld = index;
    }
  }

  /** A state up to an entry was read; it is not known which keys the entries before it need. */
  void restored(long index) {
    lastOld = index;
  }

  /** Entries before the given one are no longer in the log. */
  void compacted(long firstIndex) {
    if (firstIndex > lastOld) {
      vault.store(vault.ring().newestOnly());
      seal.use(vault.ring());
    }
  }
}
