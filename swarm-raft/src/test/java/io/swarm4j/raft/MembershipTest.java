package io.swarm4j.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.swarm4j.model.ConflictException;
import io.swarm4j.model.NotFoundException;
import io.swarm4j.model.UnavailableException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Managers come and go one at a time, and never below a quorum. */
@Timeout(180)
class MembershipTest {
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

  private static void await(CompletionStage<Void> stage) throws Exception {
    stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  private static List<String> ids(TestManager manager) {
    return manager.log.members().stream().map(RaftMember::id).toList();
  }

  @Test
  void aGroupGrowsFromOneToThreeAndSurvivesItsFounder() throws Exception {
    group.found("a");
    TestManager founder = group.awaitLeader();
    founder.writeAndAwait("before");

    for (String joining : new String[] {"b", "c"}) {
      TestManager manager = group.restart(joining);
      await(founder.log.add(joining));
      manager.await("the state", copy -> copy.has("before"));
    }
    assertThat(ids(founder)).containsExactly("a", "b", "c");

    group.stop("a");
    TestManager next = group.awaitLeader();
    next.writeAndAwait("after");
    assertThat(next.has("before")).isTrue();
  }

  @Test
  void aRemovedManagerIsNoLongerAsked() throws Exception {
    group.found("a", "b", "c");
    String gone = group.follower().id();
    group.awaitLeader().writeAndAwait("before");
    group.awaitOnAll("before");

    TestManager leader = group.awaitLeader();
    await(leader.log.remove(gone));

    assertThat(ids(leader)).hasSize(2).doesNotContain(gone);
    group.stop(gone);
    leader.writeAndAwait("after");
  }

  @Test
  void aRemovalThatWouldCostTheQuorumIsRefusedWithTheNumbers() throws Exception {
    group.found("a", "b", "c");
    TestManager leader = group.awaitLeader();
    leader.writeAndAwait("before");
    group.awaitOnAll("before");
    String down = group.follower().id();
    group.stop(down);
    leader.await(
        "the loss of " + down,
        copy -> copy.log.members().stream().anyMatch(m -> m.id().equals(down) && !m.reachable()));
    String other =
        ids(leader).stream()
            .filter(id -> !id.equals(down) && !id.equals(leader.id()))
            .findFirst()
            .orElseThrow();

    assertThatThrownBy(() -> await(leader.log.remove(other)))
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("1 of 2 managers would be reachable, and 2 are needed")
        .hasMessageContaining("bring back " + down);
    leader.writeAndAwait("still");
    await(leader.log.remove(down));
    assertThat(ids(leader)).hasSize(2);
  }

  @Test
  void theLastManagerIsNotRemoved() throws Exception {
    group.found("a");
    TestManager only = group.awaitLeader();

    assertThatThrownBy(() -> await(only.log.remove("a")))
        .cause()
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("last manager of the swarm")
        .hasMessageContaining("by force");
  }

  @Test
  void aManagerThatIsNoneIsNotRemoved() throws Exception {
    group.found("a");

    assertThatThrownBy(() -> await(group.awaitLeader().log.remove("x")))
        .cause()
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("x");
  }

  @Test
  void aManagerThatIsNotRunningIsNotAddedAndTheGroupGoesOn() throws Exception {
    group.found("a");
    TestManager leader = group.awaitLeader();

    assertThatThrownBy(() -> await(leader.log.add("ghost")))
        .cause()
        .isInstanceOf(UnavailableException.class);
    leader.writeAndAwait("still");
    assertThat(ids(leader)).containsExactly("a");
  }

  @Test
  void leadershipIsHandedOver() throws Exception {
    group.found("a", "b", "c");
    TestManager leader = group.awaitLeader();
    leader.writeAndAwait("before");
    group.awaitOnAll("before");
    TestManager heir = group.follower();

    await(leader.log.transferLeadership(heir.id()));

    heir.await("leadership", TestManager::leads);
    leader.await("its loss", copy -> !copy.leads());
    heir.writeAndAwait("after");
    assertThat(leader.log.leader()).contains(heir.id());
  }

  @Test
  void onlyTheLeaderChangesTheGroup() throws Exception {
    group.found("a", "b", "c");
    TestManager follower = group.follower();

    assertThatThrownBy(() -> await(follower.log.add("d")))
        .cause()
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("does not lead");
  }
}
