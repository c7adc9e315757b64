package io.swarm4j.store.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.swarm4j.model.InvalidSpecException;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.store.CorruptDataException;
import io.swarm4j.testing.ClearText;
import io.swarm4j.time.Chance;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyVaultTest {
  @TempDir private Path directory;

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

    assertThat(ClearText.filesWith(ring.key(ring.newest()), directory)).isEmpty();
    assertThat(ClearText.filesWith(key.bytes(), directory)).isEmpty();
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
  void keysThatCanNotBeKeptOnDiskAreNotInForce() throws Exception {
    KeyRing first = KeyRing.create(Chance.secure());
    KeyVault vault = KeyVault.create(directory, first);
    KeyRing second = first.withNewKey(Chance.secure());
    Path blocked = directory.resolve("data-keys.tmp");
    Files.createDirectories(blocked.resolve("content")); // stands in the way of the new file

    assertThatThrownBy(() -> vault.store(second)).isInstanceOf(UnavailableException.class);
    assertThat(vault.ring()).isEqualTo(first);

    Files.delete(blocked.resolve("content"));
    vault.store(second);
    assertThat(KeyVault.open(directory, null).ring()).isEqualTo(second);
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
}
