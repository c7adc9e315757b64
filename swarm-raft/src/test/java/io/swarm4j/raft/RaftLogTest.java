package io.swarm4j.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.store.LogEntry;
import io.swarm4j.testing.Feature;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Managers of one JVM agree on what was written. */
@Timeout(180)
class RaftLogTest {
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
  @Feature("C06")
  void whatTheLeaderWritesIsOnEveryManager() throws Exception {
    group.found("a", "b", "c");
    TestManager leader = group.awaitLeader();
    for (int i = 1; i <= 20; i++) {
      leader.writeAndAwait("s" + i);
    }

    for (TestManager manager : group.all()) {
      manager.await("all services", copy -> copy.state().revision() == 20);
      assertThat(manager.state().services()).isEqualTo(leader.state().services()).hasSize(20);
    }
  }

  @Test
  void aManagerLeadsAtOnceWhenItIsAlone() throws Exception {
    group.found("a");

    group.awaitLeader().writeAndAwait("web");

    assertThat(group.get("a").has("web")).isTrue();
    assertThat(group.get("a").log.members()).containsExactly(new RaftMember("a", true, true));
  }

  @Test
  void whatWasCommittedIsThereAfterARestart() throws Exception {
    group.found("a", "b", "c");
    group.awaitLeader().writeAndAwait("web");
    for (TestManager manager : group.all()) {
      group.stop(manager.id());
    }

    for (String id : new String[] {"a", "b", "c"}) {
      group.restart(id);
    }

    TestManager leader = group.awaitLeader();
    assertThat(leader.has("web")).isTrue();
    leader.writeAndAwait("more");
    for (TestManager manager : group.all()) {
      manager.await("both services", copy -> copy.has("web") && copy.has("more"));
    }
  }

  @Test
  void aLostLeaderIsReplacedAndCatchesUpWhenItComesBack() throws Exception {
    group.found("a", "b", "c");
    TestManager first = group.awaitLeader();
    first.writeAndAwait("before");
    group.awaitOnAll("before");

    group.stop(first.id());
    TestManager second = group.awaitLeader();
    second.writeAndAwait("meanwhile");
    group.awaitOnAll("meanwhile");

    assertThat(second.term()).isGreaterThan(first.term());
    for (TestManager manager : group.all()) {
      assertThat(manager.newestTerm()).as(manager.id()).isEqualTo(second.term());
    }
    assertThat(second.has("before")).isTrue();
    group
        .restart(first.id())
        .await("what it missed", copy -> copy.has("before") && copy.has("meanwhile"));
  }

  @Test
  void aLeaderThatIsCutOffLosesLeadershipAndItsUnconfirmedWrite() throws Exception {
    group.found("a", "b", "c");
    TestManager cutOff = group.awaitLeader();
    cutOff.writeAndAwait("before");
    group.awaitOnAll("before");

    group.network.cut(cutOff.id());
    var unconfirmed = cutOff.write("lost").toCompletableFuture();
    TestManager next = group.awaitLeader();
    next.writeAndAwait("kept");
    cutOff.await("the loss of leadership", copy -> !copy.leads());
    assertThatThrownBy(unconfirmed::get).hasMessageContaining("not known");

    group.network.heal();
    cutOff.await("what the others agreed on", copy -> copy.has("kept"));
    assertThat(cutOff.has("lost")).isFalse();
    assertThat(cutOff.state().services()).isEqualTo(next.state().services());
  }

  @Test
  void anEntryOfAnEarlierLeadershipIsRefused() throws Exception {
    group.found("a");
    TestManager manager = group.awaitLeader();
    manager.writeAndAwait("before");
    var stale = manager.entry("stale");
    group.stop("a");
    TestManager again = group.restart("a");
    again.await("leadership", TestManager::leads);

    assertThatThrownBy(() -> again.log.propose(stale).toCompletableFuture().get())
        .hasMessageContaining("does not lead in term " + stale.term());
    assertThat(again.has("stale")).isFalse();
  }

  @Test
  void aBarrierOnAFollowerMeansThatItHasSeenAllThatWasConfirmed() throws Exception {
    group.found("a", "b", "c");
    TestManager follower = group.follower();
    for (int i = 1; i <= 10; i++) {
      group.awaitLeader().writeAndAwait("s" + i);
      follower.log.barrier().toCompletableFuture().get();
      assertThat(follower.has("s" + i)).isTrue();
    }
  }

  @Test
  void snapshotsReplaceTheEntriesThatTheyCover() throws Exception {
    group.snapshotAfter(6_000).found("a");
    TestManager manager = group.awaitLeader();
    for (int i = 1; i <= 120; i++) {
      manager.writeAndAwait("s" + i);
    }
    group.stop("a");

    TestManager again = group.restart("a");
    again.await("all", copy -> copy.state().revision() == 120);
    assertThat(again.restored()).isEqualTo(1);
    assertThat(again.state().services()).isEqualTo(manager.state().services());
  }

  @Test
  void aManagerThatWasAwayForLongGetsASnapshot() throws Exception {
    group.snapshotAfter(6_000).found("a", "b", "c");
    String away = group.follower().id();
    group.stop(away);
    TestManager leader = group.awaitLeader();
    for (int i = 1; i <= 150; i++) {
      leader.writeAndAwait("s" + i);
    }

    TestManager back = group.restart(away);
    back.await("all", copy -> copy.state().revision() == 150);
    assertThat(back.state().services()).isEqualTo(leader.state().services());
    assertThat(back.restored()).isPositive();
  }

  @Test
  void anEntryThatIsTooLongIsRefusedWithTheNumbersAndTheGroupGoesOn() throws Exception {
    group.found("a", "b", "c");
    TestManager leader = group.awaitLeader();
    leader.writeAndAwait("before");
    ServiceSpec large =
        ServiceSpec.of("large", "image").withLabels(Map.of("text", "x".repeat(9 << 20)));
    LogEntry entry =
        new LogEntry(
            leader.term(),
            leader.state().revision() + 1,
            Instant.EPOCH,
            List.of(Service.create(new ServiceId(1, 2), large)),
            List.of());

    assertThatThrownBy(() -> leader.log.propose(entry).toCompletableFuture().get())
        .hasMessageContaining("the log takes 8323072 at most");

    TestManager next = group.awaitLeaderAfter(leader.term());
    next.writeAndAwait("after");
    group.awaitOnAll("after");
  }
}
