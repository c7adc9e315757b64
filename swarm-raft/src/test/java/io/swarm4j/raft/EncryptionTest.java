package io.swarm4j.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.swarm4j.model.InvalidSpecException;
import io.swarm4j.store.CorruptDataException;
import io.swarm4j.testing.Feature;
import io.swarm4j.time.Chance;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is on disk can only be read with the keys. */
@Timeout(180)
class EncryptionTest {
  private static final String SECRET = "correct-horse-battery-staple";

  @TempDir private Path directory;
  private TestGroup group;

  @BeforeEach
  void makeGroup() {
    group = new TestGroup(directory);
  }

  @AfterEach
  void closeGroup() {
    group.close();
  }

  private List<Path> filesWith(byte[] needle) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(Files::isRegularFile).filter(file -> holds(file, needle)).toList();
    }
  }

  private static boolean holds(Path file, byte[] needle) {
    try {
      String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
      return text.contains(new String(needle, StandardCharsets.ISO_8859_1));
    } catch (IOException failed) {
      throw new IllegalStateException(failed);
    }
  }

  @Test
  @Feature("O16")
  void noByteOfAWrittenSecretIsOnAnyDiskInClear() throws Exception {
    group.snapshotAfter(4_000).found("a", "b", "c");
    TestManager leader = group.awaitLeader();
    for (int i = 0; i < 60; i++) {
      leader.writeAndAwait(SECRET + "-" + i);
    }
    leader.await("a snapshot", copy -> !snapshots().isEmpty());
    group.awaitOnAll(SECRET + "-59");

    assertThat(filesWith(SECRET.getBytes(StandardCharsets.UTF_8))).isEmpty();
    assertThat(filesWith("SWM4JSN1".getBytes(StandardCharsets.US_ASCII)))
        .as("the search finds what is there")
        .isNotEmpty();
  }

  private List<Path> snapshots() {
    try (Stream<Path> files = Files.walk(directory)) {
      return files
          .filter(file -> file.getFileName().toString().matches("snapshot\\.\\d+_\\d+"))
          .toList();
    } catch (IOException changedMeanwhile) {
      return List.of();
    }
  }

  @Test
  void aLockedManagerStartsWithTheUnlockKeyOnly() {
    UnlockKey key = UnlockKey.create(Chance.secure());
    Path own = directory.resolve("m1");
    KeyRing ring = KeyRing.create(Chance.secure());
    KeyVault.create(own, ring).lock(key);

    assertThatThrownBy(() -> KeyVault.open(own, null))
        .isInstanceOf(LockedException.class)
        .hasMessageContaining("needs to be unlocked");
    assertThatThrownBy(() -> KeyVault.open(own, UnlockKey.create(Chance.secure())))
        .isInstanceOf(LockedException.class)
        .hasMessage("swarm could not be unlocked: invalid key provided");
    KeyVault opened = KeyVault.open(own, UnlockKey.parse(key.text()));
    assertThat(opened.ring()).isEqualTo(ring);
    assertThat(opened.isLocked()).isTrue();
  }

  @Test
  void aLockedManagersDiskHoldsNeitherItsDataKeysNorTheUnlockKey() throws Exception {
    UnlockKey key = UnlockKey.create(Chance.secure());
    KeyRing ring = KeyRing.create(Chance.secure());
    KeyVault.create(directory, ring).lock(key);

    assertThat(filesWith(ring.key(ring.newest()))).isEmpty();
    assertThat(filesWith(key.bytes())).isEmpty();
  }

  @Test
  void theUnlockKeyCanBeReplacedAndGivenUp() {
    UnlockKey first = UnlockKey.create(Chance.secure());
    UnlockKey second = UnlockKey.create(Chance.secure());
    KeyVault vault = KeyVault.create(directory, KeyRing.create(Chance.secure()));

    vault.lock(first);
    vault.lock(second);
    assertThatThrownBy(() -> KeyVault.open(directory, first)).hasMessageContaining("invalid key");
    assertThat(KeyVault.open(directory, second).ring()).isEqualTo(vault.ring());

    vault.lock(null);
    assertThat(KeyVault.open(directory, null).ring()).isEqualTo(vault.ring());
  }

  @Test
  void aDamagedKeyFileIsNotTakenForAWrongKey() throws Exception {
    UnlockKey key = UnlockKey.create(Chance.secure());
    KeyVault.create(directory, KeyRing.create(Chance.secure())).lock(key);
    Path file = directory.resolve("data-keys");
    byte[] bytes = Files.readAllBytes(file);
    bytes[30] ^= 1;
    Files.write(file, bytes);

    assertThatThrownBy(() -> KeyVault.open(directory, key))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("damaged");
  }

  @Test
  void theUnlockKeyHasTheReferencesFormAndIsNotPrinted() {
    UnlockKey key = UnlockKey.create(Chance.secure());

    assertThat(key.text()).matches("SWMKEY-1-[A-Za-z0-9+/]{43}");
    assertThat(key.toString()).doesNotContain(key.text().substring(12));
    assertThatThrownBy(() -> UnlockKey.parse("SWMKEY-1-short"))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("SWMKEY-1-")
        .hasMessageNotContaining("short");
  }

  @Test
  void whatWasChangedIsNotDecrypted() {
    Seal seal = new Seal(KeyRing.create(Chance.secure()), Chance.secure());
    byte[] context = {1};
    byte[] sealed = seal.seal(new byte[] {7, 8, 9}, context);

    assertThat(seal.open(ByteBuffer.wrap(sealed), context)).containsExactly(7, 8, 9);
    for (int i = 0; i < sealed.length; i++) {
      byte[] changed = sealed.clone();
      changed[i] ^= 4;
      assertThatThrownBy(() -> seal.open(ByteBuffer.wrap(changed), context))
          .isInstanceOf(CorruptDataException.class);
    }
    assertThatThrownBy(() -> seal.open(ByteBuffer.wrap(sealed), new byte[] {2}))
        .isInstanceOf(CorruptDataException.class);
  }

  @Test
  void afterARotationOldEntriesAreStillRead() {
    KeyRing old = KeyRing.create(Chance.secure());
    Seal seal = new Seal(old, Chance.secure());
    byte[] before = seal.seal(new byte[] {1}, new byte[0]);
    seal.use(old.withNewKey(Chance.secure()));
    byte[] after = seal.seal(new byte[] {2}, new byte[0]);

    assertThat(seal.open(ByteBuffer.wrap(before), new byte[0])).containsExactly(1);
    assertThat(seal.open(ByteBuffer.wrap(after), new byte[0])).containsExactly(2);
    assertThatThrownBy(
            () -> new Seal(old, Chance.secure()).open(ByteBuffer.wrap(after), new byte[0]))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining("data key 2 is not on the key ring");
  }
}
