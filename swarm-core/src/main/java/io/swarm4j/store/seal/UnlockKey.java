package io.swarm4j.store.seal;

import io.swarm4j.model.Check;
import io.swarm4j.model.Payload;
import io.swarm4j.time.Chance;
import java.security.MessageDigest;
import java.util.Base64;

/**
 * The key that a locked manager asks for, in the reference's form: {@code SWMKEY-1-} and 32 bytes
 * in Base64 without padding.
 */
public final class UnlockKey {
  private static final String PREFIX = "SWMKEY-1-";

  private final byte[] bytes;

  private UnlockKey(byte[] bytes) {
    this.bytes = bytes;
  }

  /** A new key. */
  public static UnlockKey create(Chance secure) {
    return new UnlockKey(KeyRing.randomKey(secure));
  }

  /**
   * Reads the text form.
   *
   * @throws io.swarm4j.model.InvalidSpecException if it is not a key; the message does not repeat
   *     it
   */
  public static UnlockKey parse(String text) {
    byte[] bytes = new byte[0];
    String key = text.strip();
    if (key.startsWith(PREFIX)) {
      try {
        bytes = Base64.getDecoder().decode(key.substring(PREFIX.length()));
      } catch (IllegalArgumentException notBase64) {
        bytes = new byte[0];
      }
    }
    Check.of("UnlockKey")
        .that(bytes.length == KeyRing.KEY_BYTES, "key", "…", "a key of the form " + PREFIX + "…")
        .orThrow();
    return new UnlockKey(bytes);
  }

  /** A key that is stored as bytes. */
  public static UnlockKey of(Payload bytes) {
    return of(bytes.bytes());
  }

  /** The same as bytes, which are a secret. */
  public Payload payload() {
    return new Payload(bytes);
  }

  static UnlockKey of(byte[] bytes) {
    return new UnlockKey(bytes);
  }

  byte[] bytes() {
    return bytes;
  }

  /** The text form, which is a secret. */
  public String text() {
    return PREFIX + Base64.getEncoder().withoutPadding().encodeToString(bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof UnlockKey key && MessageDigest.isEqual(bytes, key.bytes);
  }

  @Override
  public int hashCode() {
    return bytes[0] << 8 | bytes[1];
  }

  @Override
  public String toString() {
    return PREFIX + "…";
  }
}
