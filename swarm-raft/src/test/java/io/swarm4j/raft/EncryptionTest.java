package io.swarm4j.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.store.seal.KeyRing;
import io.swarm4j.store.seal.KeyVault;
import io.swarm4j.testing.ClearText;
import io.swarm4j.testing.Feature;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
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

    assertThat(ClearText.filesWith(SECRET.getBytes(StandardCharsets.UTF_8), directory)).isEmpty();
    assertThat(ClearText.filesWith("SWM4JSN1".getBytes(StandardCharsets.US_ASCII), directory))
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
  void theDataKeyIsRotatedWhileTheGroupWorks() throws Exception {
    group.snapshotAfter(4_000).found("a", "b", "c");
    TestManager leader = group.awaitLeader();
    leader.writeAndAwait("before");

    leader.log.rotateKeys().toCompletableFuture().get(60, TimeUnit.SECONDS);
    leader.writeAndAwait("after");
    group.awaitOnAll("after");
    String restarted = group.follower().id();
    group.stop(restarted);
    TestManager again = group.restart(restarted);

    again.await("all that was written", copy -> copy.has("before") && copy.has("after"));
    assertThat(group.all()).allMatch(manager -> ringOnDisk(manager).newest() == 2);
  }

  @Test
  void anOldKeyIsForgottenOnceNoEntryNeedsIt() throws Exception {
    group.snapshotAfter(4_000).found("a");
    TestManager manager = group.awaitLeader();
    manager.writeAndAwait("before");
    manager.log.rotateKeys().toCompletableFuture().get(60, TimeUnit.SECONDS);

    for (int i = 0; i < 2_000 && ringOnDisk(manager).numbers().size() > 1; i++) {
      manager.writeAndAwait("after-" + i);
    }

    assertThat(ringOnDisk(manager).numbers()).containsExactly(2);
    group.stop("a");
    TestManager again = group.restart("a");
    again.await("all that was written", copy -> copy.has("before") && copy.has("after-0"));
  }

  @Test
  void aManagerThatMissedARotationAsksForTheKey() throws Exception {
    group.snapshotAfter(4_000).found("a", "b", "c");
    group.awaitLeader().writeAndAwait("before");
    group.awaitOnAll("before");
    String late = group.follower().id();
    group.stop(late);
    TestManager leader = group.awaitLeader();
    leader.log.rotateKeys().toCompletableFuture().get(60, TimeUnit.SECONDS);
    for (int i = 0; i < 200; i++) {
      leader.writeAndAwait("after-" + i);
    }

    TestManager again = group.restart(late);

    again.await("all that was written", copy -> copy.has("after-199"));
  }

  private KeyRing ringOnDisk(TestManager manager) {
    return KeyVault.open(directory.resolve(manager.id()), null).ring();
  }
}
