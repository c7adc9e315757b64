package io.swarm4j.store.seal;

import io.swarm4j.model.UnavailableException;
import io.swarm4j.store.CorruptDataException;
import io.swarm4j.time.Chance;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.zip.CRC32C;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * A manager's file of data keys, which are encrypted under a key-encryption key.
 *
 * <p>That key is the swarm's unlock key where managers are locked; it is nowhere on disk then. Else
 * it lies beside the file, readable by its owner only. Thread-safe.
 *
 * <pre>
 *  0  magic     8 bytes
 *  8  locked    1 byte, 1 if the unlock key is needed
 *  9  nonce     12 bytes
 * 21  key ring, encrypted with AES-256-GCM
 *     checksum  4 bytes, CRC32C of all before it: tells damage from a wrong key
 * </pre>
 */
public final class KeyVault {
  private static final String KEYS = "data-keys";
  private static final String KEY_OF_KEYS = "data-keys.key";
  private static final long MAGIC = 0x53574D344A4B5931L; // "SWM4JKY1"
  private static final int NONCE_BYTES = 12;
  private static final int HEADER_BYTES = Long.BYTES + 1;
  private static final int LEAST_BYTES = HEADER_BYTES + NONCE_BYTES + 16 + Integer.BYTES;

  private final Path directory;
  private final Chance chance = Chance.secure();
  private KeyRing ring;
  private byte[] keyOfKeys;
  private boolean locked;

  private KeyVault(Path directory, KeyRing ring, byte[] keyOfKeys, boolean locked) {
    this.directory = directory;
    this.ring = ring;
    this.keyOfKeys = keyOfKeys;
    this.locked = locked;
  }

  /** Whether a manager's directory has one. */
  public static boolean isIn(Path directory) {
    return Files.exists(directory.resolve(KEYS));
  }

  /** Makes the vault of a new manager, not locked, in a directory that is made if need be. */
  public static KeyVault create(Path directory, KeyRing ring) {
    KeyVault vault = new KeyVault(directory, ring, KeyRing.randomKey(Chance.secure()), false);
    vault.save();
    return vault;
  }

  /**
   * Opens the vault of a manager, or makes one with a new key where there is none.
   *
   * @param unlockKey null if none was given
   * @throws LockedException if it is locked and the key is missing or not the right one
   */
  public static KeyVault openOrCreate(Path directory, @Nullable UnlockKey unlockKey) {
    return isIn(directory)
        ? open(directory, unlockKey)
        : create(directory, KeyRing.create(Chance.secure()));
  }

  /** Whether the vault in a directory can only be opened with the unlock key. */
  public static boolean isLocked(Path directory) {
    if (!isIn(directory)) {
      return false;
    }
    byte[] file = read(directory.resolve(KEYS));
    return file.length > Long.BYTES && file[Long.BYTES] == 1;
  }

  /**
   * Opens the vault of a manager.
   *
   * @param unlockKey null if none was given
   * @throws LockedException if it is locked and the key is missing or not the right one
   * @throws CorruptDataException if the file is damaged
   */
  public static KeyVault open(Path directory, @Nullable UnlockKey unlockKey) {
    Path file = directory.resolve(KEYS);
    ByteBuffer in = ByteBuffer.wrap(read(file));
    if (in.capacity() < LEAST_BYTES
        || in.getLong(0) != MAGIC
        || in.getInt(in.capacity() - Integer.BYTES) != checksum(in.array())) {
      throw new CorruptDataException(
          file
              + " is damaged, and without it nothing of this manager's log can be read; restore"
              + " the file, or move the directory aside and let the manager join again");
    }
    boolean locked = in.get(Long.BYTES) == 1;
    if (locked && unlockKey == null) {
      throw LockedException.keyNeeded();
    }
    byte[] key =
        locked && unlockKey != null ? unlockKey.bytes() : read(directory.resolve(KEY_OF_KEYS));
    return new KeyVault(directory, decrypt(in, key, locked, file), key, locked);
  }

  private static KeyRing decrypt(ByteBuffer file, byte[] key, boolean locked, Path name) {
    byte[] nonce = new byte[NONCE_BYTES];
    file.get(HEADER_BYTES, nonce);
    int at = HEADER_BYTES + NONCE_BYTES;
    try {
      Cipher cipher = cipher(Cipher.DECRYPT_MODE, key, nonce, locked);
      return KeyRing.parse(cipher.doFinal(file.array(), at, file.capacity() - at - Integer.BYTES));
    } catch (GeneralSecurityException refused) {
      if (locked) {
        throw LockedException.wrongKey();
      }
      throw new CorruptDataException(name + " does not fit its key " + KEY_OF_KEYS, refused);
    }
  }

  private static Cipher cipher(int mode, byte[] key, byte[] nonce, boolean locked)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(128, nonce));
    cipher.updateAAD(new byte[] {(byte) (locked ? 1 : 0)});
    return cipher;
  }

  /** The keys. */
  public synchronized KeyRing ring() {
    return ring;
  }

  /** Whether the next start needs the unlock key. */
  public synchronized boolean isLocked() {
    return locked;
  }

  /**
   * Keeps other keys; does nothing if they are the same. If that fails they are as they were, and
   * it can be tried again.
   */
  public synchronized void store(KeyRing newRing) {
    if (newRing.equals(ring)) {
      return;
    }
    KeyRing former = ring;
    ring = newRing;
    try {
      save();
    } catch (RuntimeException failed) {
      ring = former;
      throw failed;
    }
  }

  /**
   * Sets whether the next start needs an unlock key, and which; does nothing if it is so already.
   * If that fails it is as it was, and can be tried again.
   *
   * @param unlockKey null if none shall be needed
   */
  public synchronized void lock(@Nullable UnlockKey unlockKey) {
    boolean fits =
        unlockKey == null ? !locked : locked && unlockKey.equals(UnlockKey.of(keyOfKeys));
    if (fits) {
      return;
    }
    byte[] formerKey = keyOfKeys;
    boolean wasLocked = locked;
    keyOfKeys = unlockKey == null ? KeyRing.randomKey(chance) : unlockKey.bytes();
    locked = unlockKey != null;
    try {
      save();
    } catch (RuntimeException failed) {
      keyOfKeys = formerKey;
      locked = wasLocked;
      throw failed;
    }
  }

  /** Writes the key first and the keys then; a key that is left over opens nothing. */
  private void save() {
    Path key = directory.resolve(KEY_OF_KEYS);
    try {
      Files.createDirectories(directory);
      if (!locked) {
        SafeFile.write(key, keyOfKeys);
      }
      SafeFile.write(directory.resolve(KEYS), encrypt());
      if (locked) {
        Files.deleteIfExists(key);
      }
    } catch (IOException failed) {
      throw new UnavailableException(
          "the data keys can not be kept in " + directory + ": " + failed, failed);
    }
  }

  private byte[] encrypt() {
    byte[] nonce =
        ByteBuffer.allocate(NONCE_BYTES)
            .putLong(chance.nextLong())
            .putInt((int) chance.nextLong())
            .array();
    try {
      byte[] sealed = cipher(Cipher.ENCRYPT_MODE, keyOfKeys, nonce, locked).doFinal(ring.toBytes());
      ByteBuffer out =
          ByteBuffer.allocate(HEADER_BYTES + NONCE_BYTES + sealed.length + Integer.BYTES);
      out.putLong(MAGIC).put((byte) (locked ? 1 : 0)).put(nonce).put(sealed);
      out.putInt(checksum(out.array()));
      return out.array();
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("AES-GCM refused to encrypt", impossible);
    }
  }

  private static int checksum(byte[] file) {
    CRC32C crc = new CRC32C();
    crc.update(file, 0, file.length - Integer.BYTES);
    return (int) crc.getValue();
  }

  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException failed) {
      throw new UnavailableException(
          file + " can not be read, and without it nothing of this manager's log can: " + failed,
          failed);
    }
  }
}
