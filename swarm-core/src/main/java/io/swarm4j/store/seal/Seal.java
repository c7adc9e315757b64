package io.swarm4j.store.seal;

import io.swarm4j.store.CorruptDataException;
import io.swarm4j.time.Chance;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Encrypts and decrypts with AES-256-GCM under the keys of a {@link KeyRing}. Thread-safe.
 *
 * <p>Several managers share the data keys, so random nonces could collide within days of load.
 * Therefore each process encrypts under a key of its own, derived from the data key and a random
 * salt, and counts its nonces. A sealed message is:
 *
 * <pre>
 *  0  version   1 byte
 *  1  data key  4 bytes, its number on the ring
 *  5  salt      16 bytes
 * 21  nonce     8 bytes
 * 29  cipher text and tag
 * </pre>
 */
public final class Seal {
  private static final byte VERSION = 1;
  private static final int SALT_BYTES = 16;
  private static final int HEADER_BYTES = 1 + Integer.BYTES + SALT_BYTES + Long.BYTES;
  private static final int TAG_BYTES = 16;
  private static final byte[] PURPOSE = "swarm4j log".getBytes(StandardCharsets.US_ASCII);

  /** Derived keys that are remembered; entries of one leader follow each other. */
  private static final int MOST_REMEMBERED = 64;

  /** Bytes that a sealed message is longer than what it holds. */
  public static final int OVERHEAD = HEADER_BYTES + TAG_BYTES;

  private final Chance chance;
  private final Supplier<KeyRing> others;
  private final Map<ByteBuffer, SecretKey> remembered =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ByteBuffer, SecretKey> eldest) {
          return size() > MOST_REMEMBERED;
        }
      };
  private final AtomicInteger oldestOpened = new AtomicInteger(Integer.MAX_VALUE);
  private volatile KeyRing ring;
  private volatile Session session;

  /**
   * Encrypts with the newest key of a ring.
   *
   * @param secure source of salts; used on the caller's thread of this and of {@link #use}
   */
  public Seal(KeyRing ring, Chance secure) {
    this(ring, secure, () -> ring);
  }

  /**
   * The same, for one who may have missed that a key was added.
   *
   * @param others asked for a ring that has what is missing on this one; may block
   */
  public Seal(KeyRing ring, Chance secure, Supplier<KeyRing> others) {
    this.chance = secure;
    this.others = others;
    this.ring = ring;
    this.session = newSession(ring);
  }

  /** The keys. */
  public KeyRing ring() {
    return ring;
  }

  /** Encrypts with the newest key of another ring from now on. */
  public synchronized void use(KeyRing newRing) {
    ring = newRing;
    session = newSession(newRing);
  }

  private synchronized Session newSession(KeyRing from) {
    byte[] salt =
        ByteBuffer.allocate(SALT_BYTES)
            .putLong(chance.nextLong())
            .putLong(chance.nextLong())
            .array();
    int number = from.newest();
    return new Session(number, salt, derive(from.key(number), salt), new AtomicLong());
  }

  /**
   * Encrypts.
   *
   * @param context must be the same for {@link #open}
   */
  public byte[] seal(byte[] clear, byte[] context) {
    Session present = session;
    long nonce = present.counter.getAndIncrement();
    ByteBuffer out = ByteBuffer.allocate(OVERHEAD + clear.length);
    out.put(VERSION).putInt(present.dataKey).put(present.salt).putLong(nonce);
    try {
      Cipher cipher = cipher(Cipher.ENCRYPT_MODE, present.key, nonce, context);
      cipher.doFinal(ByteBuffer.wrap(clear), out);
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("AES-GCM refused to encrypt", impossible);
    }
    return out.array();
  }

  /**
   * Decrypts.
   *
   * @throws CorruptDataException if the message is not whole, was changed, or its key is unknown
   */
  public byte[] open(ByteBuffer sealed, byte[] context) {
    if (sealed.remaining() < OVERHEAD || sealed.get(sealed.position()) != VERSION) {
      throw new CorruptDataException(
          "encrypted data does not begin as such; it was not written by this version");
    }
    ByteBuffer in = sealed.duplicate();
    in.get();
    int dataKey = in.getInt();
    oldestOpened.accumulateAndGet(dataKey, Math::min);
    byte[] salt = new byte[SALT_BYTES];
    in.get(salt);
    long nonce = in.getLong();
    try {
      ByteBuffer clear = ByteBuffer.allocate(in.remaining() - TAG_BYTES);
      cipher(Cipher.DECRYPT_MODE, key(dataKey, salt), nonce, context).doFinal(in, clear);
      return clear.array();
    } catch (GeneralSecurityException changed) {
      throw new CorruptDataException(
          "encrypted data does not fit data key " + dataKey + ": it was changed or damaged",
          changed);
    }
  }

  /** Number of the oldest data key that was needed so far to decrypt. */
  public int oldestOpened() {
    return oldestOpened.get();
  }

  /** Number of the data key that a sealed message was encrypted with; 0 if it is none. */
  public static int dataKey(ByteBuffer sealed) {
    return sealed.remaining() < OVERHEAD ? 0 : sealed.getInt(sealed.position() + 1);
  }

  private SecretKey key(int dataKey, byte[] salt) {
    if (!ring.has(dataKey)) {
      KeyRing more = others.get(); // not under the lock: it may take its time
      if (more.has(dataKey)) {
        use(more);
      }
    }
    return derived(dataKey, salt);
  }

  private synchronized SecretKey derived(int dataKey, byte[] salt) {
    ByteBuffer name =
        ByteBuffer.allocate(Integer.BYTES + SALT_BYTES).putInt(dataKey).put(salt).flip();
    return remembered.computeIfAbsent(name, unknown -> derive(ring.key(dataKey), salt));
  }

  private static SecretKey derive(byte[] dataKey, byte[] salt) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(dataKey, "HmacSHA256"));
      mac.update(PURPOSE);
      return new SecretKeySpec(mac.doFinal(salt), "AES");
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("every JDK has HMAC-SHA-256", impossible);
    }
  }

  private static Cipher cipher(int mode, SecretKey key, long nonce, byte[] context)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    byte[] iv = ByteBuffer.allocate(12).putInt(0).putLong(nonce).array();
    cipher.init(mode, key, new GCMParameterSpec(TAG_BYTES * 8, iv));
    cipher.updateAAD(context);
    return cipher;
  }

  /** The key that this process encrypts with. */
  @SuppressWarnings("ArrayRecordComponent") // nobody compares them
  private record Session(int dataKey, byte[] salt, SecretKey key, AtomicLong counter) {}
}
