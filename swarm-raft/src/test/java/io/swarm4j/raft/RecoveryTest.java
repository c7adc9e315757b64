package io.swarm4j.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.swarm4j.model.ConflictException;
import io.swarm4j.model.SwarmException;
import io.swarm4j.store.CorruptDataException;
import io.swarm4j.store.View;
import io.swarm4j.store.seal.KeyVault;
import io.swarm4j.store.seal.UnlockKey;
import io.swarm4j.time.Chance;
import io.swarm4j.time.RealTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What remains after the loss of a majority, of a disk, or of everything but a backup. */
@Timeout(180)
class RecoveryTest {
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

  private void foundAndWrite(int services, String... ids) throws Exception {
    group.found(ids);
    TestManager leader = group.awaitLeader();
    for (int i = 1; i <= services; i++) {
      leader.writeAndAwait("s" + i);
    }
    group.awaitOnAll("s" + services);
  }

  private void stopAll() {
    group.all().forEach(manager -> group.stop(manager.id()));
  }

  private KeyVault keysOf(String id) {
    return KeyVault.open(directory.resolve(id), null);
  }

  @Test
  void aSurvivorGoesOnAloneAndTheOldManagersDoNotReachIt() throws Exception {
    foundAndWrite(20, "a", "b", "c");
    View before = group.get("b").state();
    stopAll();

    RecoveryPlan plan = RaftRecovery.plan(directory.resolve("b"), keysOf("b"));
    assertThat(plan.givenUp()).containsExactly("a", "c");
    assertThat(plan.state().services()).isEqualTo(before.services());
    assertThat(plan.describe()).contains("revision 20", "20 services", "a, c");
    UUID fresh = RaftRecovery.forceNewGroup(plan, keysOf("b"), new RealTime());

    TestManager survivor = group.start(group.options("b").withGroup(fresh));
    survivor.await("leadership", TestManager::leads);
    assertThat(survivor.state().services()).isEqualTo(before.services());
    assertThat(survivor.log.members()).containsExactly(new RaftMember("b", true, true));
    survivor.writeAndAwait("after");

    TestManager old = group.restart("a");
    survivor.writeAndAwait("more");
    assertThat(old.has("after")).isFalse();
    assertThat(survivor.leads()).isTrue();
    assertThat(survivor.state().revision()).isEqualTo(22);
  }

  @Test
  void theOldLogIsKeptAside() throws Exception {
    foundAndWrite(3, "a");
    stopAll();
    RecoveryPlan plan = RaftRecovery.plan(directory.resolve("a"), keysOf("a"));

    RaftRecovery.forceNewGroup(plan, keysOf("a"), new RealTime());

    assertThat(directory.resolve("a").resolve(plan.group() + ".superseded")).isDirectory();
    assertThat(directory.resolve("a").resolve(plan.group().toString())).doesNotExist();
  }

  @Test
  void aRunningManagerIsNotRecovered() throws Exception {
    foundAndWrite(1, "a");

    assertThatThrownBy(() -> RaftRecovery.plan(directory.resolve("a"), keysOf("a")))
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("is running; stop it first");
  }

  @Test
  void aPlanThatHasGrownOldIsNotCarriedOut() throws Exception {
    foundAndWrite(1, "a");
    stopAll();
    RecoveryPlan plan = RaftRecovery.plan(directory.resolve("a"), keysOf("a"));
    group.restart("a").await("leadership", TestManager::leads);
    group.get("a").writeAndAwait("later");
    stopAll();

    assertThatThrownBy(() -> RaftRecovery.forceNewGroup(plan, keysOf("a"), new RealTime()))
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("has changed since the plan was made");
  }

  @Test
  void aBackupBecomesANewGroup() throws Exception {
    foundAndWrite(10, "a");
    View state = group.get("a").state();
    UnlockKey key = UnlockKey.create(Chance.secure());
    Path file = directory.resolve("swarm.backup");
    RaftRecovery.backup(state, file, key);
    assertThat(Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1))
        .doesNotContain("image");

    View read = RaftRecovery.readBackup(file, key);
    UUID fresh = RaftRecovery.restore(read, directory.resolve("new"), "new", new RealTime());
    TestManager restored = group.start(group.options("new").withGroup(fresh));
    restored.await("leadership", TestManager::leads);

    assertThat(restored.state().services()).isEqualTo(state.services()).hasSize(10);
    restored.writeAndAwait("after");
    assertThatThrownBy(
            () -> RaftRecovery.restore(read, directory.resolve("new"), "new", new RealTime()))
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("empty directory");
  }

  @Test
  void aDamagedBackupAndAWrongKeyAreRefused() throws Exception {
    foundAndWrite(3, "a");
    UnlockKey key = UnlockKey.create(Chance.secure());
    Path file = directory.resolve("swarm.backup");
    RaftRecovery.backup(group.get("a").state(), file, key);

    assertThatThrownBy(() -> RaftRecovery.readBackup(file, UnlockKey.create(Chance.secure())))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining(file.toString());
    byte[] whole = Files.readAllBytes(file);
    for (int at : new int[] {0, 9, 20, whole.length - 1}) {
      byte[] changed = whole.clone();
      changed[at] ^= 8;
      Files.write(file, changed);
      assertThatThrownBy(() -> RaftRecovery.readBackup(file, key))
          .as("byte " + at)
          .isInstanceOf(CorruptDataException.class)
          .hasMessageContaining(file.toString());
    }
    Files.write(file, java.util.Arrays.copyOf(whole, whole.length - 5));
    assertThatThrownBy(() -> RaftRecovery.readBackup(file, key))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining("ends too early");
  }

  @Test
  void aDamagedLogRefusesTheStartAndSaysWhatToDo() throws Exception {
    foundAndWrite(30, "a");
    stopAll();
    flipByteInTheMiddle(newest("log_"));

    assertThatThrownBy(() -> group.restart("a"))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining(directory.resolve("a").toString())
        .hasMessageContaining("let it join again");
    assertThatThrownBy(() -> RaftRecovery.plan(directory.resolve("a"), keysOf("a")))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining("log_");
  }

  @Test
  void aDamagedSnapshotRefusesTheStartAndNamesTheFile() throws Exception {
    group.snapshotAfter(4_000);
    foundAndWrite(60, "a");
    stopAll();
    Path snapshot = newest("snapshot.");
    flipByteInTheMiddle(snapshot);

    assertThatThrownBy(() -> group.restart("a"))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining(snapshot.getFileName().toString())
        .hasMessageContaining("restore a backup");
  }

  @Test
  void aDirectoryServesOneManagerAtATime() throws Exception {
    foundAndWrite(1, "a");

    assertThatThrownBy(() -> new TestManager(group.options("a")).open())
        .isInstanceOf(SwarmException.class)
        .hasMessageContaining(directory.resolve("a").toString());
    group.get("a").writeAndAwait("still");
  }

  @Test
  void theDirectoryOfAnotherManagerIsRefused() throws Exception {
    foundAndWrite(1, "a");
    stopAll();

    assertThatThrownBy(
            () -> new TestManager(group.options("b").withDirectory(directory.resolve("a"))).open())
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("holds the log of manager a")
        .hasMessageContaining("not of manager b");
  }

  private Path newest(String prefix) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith(prefix))
          .filter(file -> !file.toString().endsWith(".md5"))
          .max(Comparator.comparing((Path file) -> file.toFile().lastModified()))
          .orElseThrow();
    }
  }

  private static void flipByteInTheMiddle(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    int used = bytes.length;
    while (used > 1 && bytes[used - 1] == 0) {
      used--;
    }
    bytes[used / 2] ^= 16;
    Files.write(file, bytes);
  }
}
