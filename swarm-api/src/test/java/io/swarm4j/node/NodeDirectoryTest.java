package io.swarm4j.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.swarm4j.model.ClusterId;
import io.swarm4j.model.Node.NodeRole;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.security.NodeCredentials;
import io.swarm4j.security.NodeIdentity;
import io.swarm4j.security.Trust;
import io.swarm4j.store.seal.KeyRing;
import io.swarm4j.store.seal.KeyVault;
import io.swarm4j.store.seal.UnlockKey;
import io.swarm4j.time.Chance;
import io.swarm4j.time.VirtualTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeDirectoryTest {
  private final UnlockKey old = UnlockKey.create(Chance.secure());
  private final UnlockKey fresh = UnlockKey.create(Chance.secure());

  @TempDir Path folder;
  private NodeDirectory directory;
  private KeyVault vault;

  @BeforeEach
  void open() {
    CertificateAuthority authority = CertificateAuthority.create(new VirtualTime(7));
    KeyPair pair = CertificateAuthority.newKey();
    NodeIdentity node = new NodeIdentity(new NodeId(1, 2), NodeRole.MANAGER, new ClusterId(3, 4));
    directory = NodeDirectory.open(folder);
    directory.save(
        new NodeCredentials(
            pair.getPrivate(),
            authority.issue(CertificateAuthority.request(pair), node, Duration.ofDays(90)),
            new Trust(List.of(authority.root()))));
    vault = KeyVault.create(directory.log(), KeyRing.create(Chance.secure()));
  }

  @AfterEach
  void close() {
    directory.close();
  }

  private String certificate() throws IOException {
    return Files.readString(folder.resolve("certificate.pem"));
  }

  @Test
  void aKeyThatACrashLeftInTheClearIsSealedLater() throws Exception {
    vault.lock(fresh); // and no more
    directory.unlock(fresh);

    assertThat(directory.lock(vault, fresh)).isTrue();

    assertThat(certificate()).contains("SEALED KEY").doesNotContain("BEGIN PRIVATE KEY");
    assertThat(directory.lock(vault, fresh)).as("all is done").isFalse();
  }

  @Test
  void aLockThatFailsLeavesTheFilesReadableAndIsTriedAgain() throws Exception {
    directory.lock(vault, old);
    Path keys = directory.log().resolve("data-keys");
    byte[] kept = Files.readAllBytes(keys);
    Files.delete(keys);
    Files.createDirectories(keys.resolve("in-the-way"));

    assertThatThrownBy(() -> directory.lock(vault, fresh)).isInstanceOf(UnavailableException.class);
    assertThatThrownBy(() -> directory.lock(vault, null)).isInstanceOf(UnavailableException.class);
    assertThat(directory.credentials()).isNotNull();

    Files.delete(keys.resolve("in-the-way"));
    Files.delete(keys);
    Files.write(keys, kept);
    assertThat(directory.lock(vault, fresh)).isTrue();
    assertThat(KeyVault.open(directory.log(), fresh).ring()).isEqualTo(vault.ring());
    assertThat(certificate()).containsOnlyOnce("BEGIN SEALED KEY");
    directory.relock();
    directory.unlock(fresh);
    assertThat(directory.credentials()).isNotNull();
  }
}
