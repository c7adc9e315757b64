package io.swarm4j.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.agent.protocol.ToManager;
import io.swarm4j.agent.protocol.ToNode;
import io.swarm4j.model.Node.NodeState;
import io.swarm4j.model.NodeDescription;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.NodeStatus;
import io.swarm4j.model.Reason;
import io.swarm4j.model.StuckRemoval;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskState;
import io.swarm4j.testing.Feature;
import io.swarm4j.time.Loop;
import io.swarm4j.time.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

@Feature({"D02", "D03"})
class NodeReachTest {
  private final TestDispatcher swarm = new TestDispatcher();

  @Test
  void aNodeIsReadyOnceItHasRegistered() {
    FakeNode node = swarm.join();

    assertThat(swarm.state(node.id)).isEqualTo(NodeState.READY);
    assertThat(swarm.store.view().node(node.id).hostname()).isEqualTo("n");
    assertThat(swarm.store.view().node(node.id).status().address()).isEqualTo("10.0.0.1");
    assertThat(node.lastAssignments().complete()).isTrue();
  }

  @Test
  void aReadyNodeThatComesFromAnotherAddressIsFoundThere() {
    FakeNode node = swarm.join();

    swarm.connect(node.id).register("10.0.0.2");

    assertThat(swarm.store.view().node(node.id).status().address()).isEqualTo("10.0.0.2");
  }

  @Test
  @Feature("D13")
  void aNodeThatNobodyAddedOrThatWasRemovedIsRefused() {
    FakeNode stranger = swarm.connect(swarm.ids.node()).register();
    assertThat(stranger.refusals()).containsExactly("node not registered");

    FakeNode node = swarm.join();
    swarm.write(
        tx -> {
          tx.delete(node.id);
          return null;
        });
    assertThat(node.refusals()).containsExactly("node not registered");
    node.say(new ToManager.Heartbeat(node.session()));
    swarm.time.settle();
    assertThat(node.refusals()).endsWith("session invalid");
  }

  @Test
  void heartbeatsAreDueAfterAPeriodWithJitter() {
    FakeNode node = swarm.join();
    for (int i = 0; i < 100; i++) {
      node.beat();
    }

    Set<Duration> periods = new HashSet<>();
    node.all(ToNode.HeartbeatHeard.class).forEach(answer -> periods.add(answer.next()));
    assertThat(periods)
        .hasSizeGreaterThan(50)
        .allMatch(period -> period.minus(Duration.ofSeconds(5)).abs().toMillis() <= 500);
  }

  @Test
  @Feature("D15")
  void aNodeIsDownAfterThreeSilentPeriods() {
    FakeNode node = swarm.join();
    swarm.passSeconds(14);
    node.beat();

    swarm.pass(Duration.ofMillis(14_999));
    assertThat(swarm.state(node.id)).isEqualTo(NodeState.READY);
    swarm.pass(Duration.ofMillis(1));
    assertThat(swarm.state(node.id)).isEqualTo(NodeState.DOWN);
    assertThat(swarm.store.view().node(node.id).status().message()).isEqualTo("heartbeat failure");
    assertThat(node.refusals()).hasSize(1);
  }

  @Test
  @Feature("D16")
  void aDownNodeThatRegistersIsReadyAgain() {
    FakeNode node = swarm.join();
    swarm.passSeconds(60);

    swarm.connect(node.id).register();

    assertThat(swarm.state(node.id)).isEqualTo(NodeState.READY);
  }

  @Test
  void aBrokenConnectionMakesANodeDisconnectedThenDown() {
    FakeNode node = swarm.join();

    node.close();

    assertThat(swarm.state(node.id)).isEqualTo(NodeState.DISCONNECTED);
    swarm.pass(Duration.ofMillis(14_999));
    assertThat(swarm.state(node.id)).isEqualTo(NodeState.DISCONNECTED);
    swarm.pass(Duration.ofMillis(1));
    assertThat(swarm.state(node.id)).isEqualTo(NodeState.DOWN);
  }

  @Test
  void eachDisconnectionHasItsWholeGrace() {
    FakeNode node = swarm.join();
    node.close();
    swarm.passSeconds(10);
    FakeNode again = swarm.connect(node.id).register();
    again.close();

    swarm.passSeconds(14);
    assertThat(swarm.state(node.id)).isEqualTo(NodeState.DISCONNECTED);
    swarm.passSeconds(1);
    assertThat(swarm.state(node.id)).isEqualTo(NodeState.DOWN);
  }

  @Test
  void aNodeThatReconnectsWithinATurnStaysReady() {
    FakeNode node = swarm.join();
    FakeNode again = swarm.connect(node.id);

    node.hangUp();
    again.register();

    assertThat(again.isRegistered()).isTrue();
    assertThat(swarm.state(node.id)).isEqualTo(NodeState.READY);
  }

  @Test
  void aConnectionThatBreaksWhileItRegistersLeavesNoReadyNode() {
    FakeNode node = swarm.connect(swarm.newNode());
    node.say(new ToManager.Register(node.id, NodeDescription.UNKNOWN, ""));
    node.hangUp();
    swarm.time.settle();

    assertThat(swarm.state(node.id)).isEqualTo(NodeState.DISCONNECTED);
  }

  private NodeStatus status(NodeId id) {
    return swarm.store.view().node(id).status();
  }

  @Test
  void aNodeThatCannotRunTasksYetSaysWhy() {
    FakeNode node = swarm.connect(swarm.newNode());
    node.say(new ToManager.Unfit(node.id, "wedged"));
    swarm.time.settle();

    assertThat(node.refusals()).containsExactly("wedged");
    assertThat(swarm.state(node.id)).isEqualTo(NodeState.DISCONNECTED);
    assertThat(status(node.id).message()).isEqualTo("wedged");
    Instant since = status(node.id).since();
    for (int i = 0; i < 30; i++) {
      swarm.time.advance(Duration.ofSeconds(1));
      node.say(new ToManager.Unfit(node.id, "wedged " + i % 2));
    }
    swarm.time.settle();

    assertThat(swarm.state(node.id)).isEqualTo(NodeState.DOWN);
    assertThat(status(node.id).message()).isEqualTo("wedged 1");
    assertThat(status(node.id).since()).isBetween(since, since.plusSeconds(20));
    long revision = swarm.store.view().revision();
    node.say(new ToManager.Unfit(node.id, "wedged 1"));
    swarm.time.settle();
    assertThat(swarm.store.view().revision()).isEqualTo(revision);

    swarm.connect(node.id).register();
    assertThat(swarm.state(node.id)).isEqualTo(NodeState.READY);
    node.say(new ToManager.Unfit(node.id, "late"));
    swarm.time.settle();
    assertThat(swarm.state(node.id)).isEqualTo(NodeState.READY);
  }

  @Test
  void aNodeThatHasChangedKeepsItsSession() {
    FakeNode node = swarm.join();
    StuckRemoval stuck =
        new StuckRemoval(null, "web.1.x", "device or resource busy", 3, Instant.EPOCH);
    NodeDescription news =
        NodeDescription.UNKNOWN
            .withStuckRemovals(List.of(stuck))
            .withTrouble("waits for the engine");

    node.say(new ToManager.Report(node.session(), 1, List.of(), news));
    swarm.time.settle();

    assertThat(swarm.store.view().node(node.id).description()).isEqualTo(news);
    assertThat(swarm.store.view().node(node.id).trouble())
        .isEqualTo(
            "cannot remove web.1.x, tried 3 times since 1970-01-01T00:00:00Z: device or resource"
                + " busy; waits for the engine");
    assertThat(swarm.state(node.id)).isEqualTo(NodeState.READY);
    assertThat(node.refusals()).isEmpty();
    long revision = swarm.store.view().revision();
    node.say(new ToManager.Report(node.session(), 2, List.of(), news));
    swarm.time.settle();
    assertThat(swarm.store.view().revision()).isEqualTo(revision);
  }

  @Test
  void anOlderSessionOfTheNodeEnds() {
    FakeNode first = swarm.join();
    FakeNode second = swarm.connect(first.id).register();

    assertThat(first.refusals()).containsExactly("another session of this node was opened");
    first.beat();
    assertThat(first.refusals()).endsWith("session invalid");
    first.close();
    assertThat(swarm.state(first.id)).isEqualTo(NodeState.READY);
    second.beat();
    assertThat(second.refusals()).isEmpty();
  }

  @Test
  void moreThanThreeRegistrationsInEightSecondsAreRefused() {
    NodeId id = swarm.newNode();
    for (int i = 0; i < 3; i++) {
      assertThat(swarm.connect(id).register().isRegistered()).isTrue();
    }
    for (int i = 0; i < 7; i++) {
      assertThat(swarm.connect(id).register().refusals())
          .containsExactly("node " + id + " exceeded rate limit count of registrations");
      swarm.passSeconds(1);
    }
    swarm.passSeconds(1);
    assertThat(swarm.connect(id).register().isRegistered())
        .as("refused attempts do not count")
        .isTrue();
  }

  @Test
  @Feature("F16")
  void tasksOfANodeThatStaysDownAreOrphanedAfterADay() {
    FakeNode node = swarm.join();
    Task task = swarm.assign(node.id);
    node.report(task, TaskState.RUNNING);
    swarm.passSeconds(15);
    assertThat(swarm.state(node.id)).isEqualTo(NodeState.DOWN);

    swarm.pass(Duration.ofHours(24).minusMillis(1));
    assertThat(swarm.state(task)).isEqualTo(TaskState.RUNNING);
    swarm.pass(Duration.ofMillis(1));
    assertThat(swarm.state(task)).isEqualTo(TaskState.ORPHANED);
    assertThat(swarm.store.view().task(task.id()).status().reason())
        .isInstanceOf(Reason.NodeLost.class);
  }

  @Test
  void aNewLeaderGoesOnCountingTheDay() {
    FakeNode node = swarm.join();
    Task task = swarm.assign(node.id);
    swarm.passSeconds(15);
    swarm.pass(Duration.ofHours(20));

    swarm.log.loseLeadership();
    swarm.log.gainLeadership();

    swarm.pass(Duration.ofHours(4).minusMillis(1));
    assertThat(swarm.state(task)).isEqualTo(TaskState.ASSIGNED);
    swarm.pass(Duration.ofMillis(1));
    assertThat(swarm.state(task)).isEqualTo(TaskState.ORPHANED);
  }

  @Test
  void aReturnBeforeTheDayIsOverSavesTheTasks() {
    FakeNode node = swarm.join();
    Task task = swarm.assign(node.id);
    swarm.pass(Duration.ofHours(23));
    FakeNode back = swarm.connect(node.id).register();

    for (int i = 0; i < 1_000; i++) {
      swarm.passSeconds(5);
      back.beat();
    }
    assertThat(swarm.state(task)).isEqualTo(TaskState.ASSIGNED);
  }

  @Test
  void sessionsEndWithLeadershipAndNodesAreUnknownToTheNext() {
    FakeNode node = swarm.join();

    swarm.log.loseLeadership();
    swarm.time.settle();
    assertThat(node.refusals()).containsExactly("this manager no longer leads the swarm");
    assertThat(swarm.connect(node.id).register().refusals())
        .containsExactly("this manager does not lead the swarm");

    swarm.log.gainLeadership();
    swarm.time.settle();
    assertThat(swarm.state(node.id)).isEqualTo(NodeState.UNKNOWN);
    swarm.passSeconds(29);
    assertThat(swarm.state(node.id)).isEqualTo(NodeState.UNKNOWN);
    swarm.connect(node.id).register().beat();
    swarm.passSeconds(1);
    assertThat(swarm.state(node.id)).isEqualTo(NodeState.READY);
  }

  @Test
  void aJumpOfTheClockTakesNoNodeDown() {
    List<Duration> skew = new java.util.ArrayList<>(List.of(Duration.ZERO));
    TestDispatcher skewed =
        new TestDispatcher(EndpointGate.OPEN, loop -> new SkewedLoop(loop, skew));
    FakeNode node = skewed.join();

    for (Duration jump : List.of(Duration.ofHours(1), Duration.ofHours(-1))) {
      skew.set(0, jump);
      for (int i = 0; i < 10; i++) {
        skewed.passSeconds(5);
        node.beat();
      }
      assertThat(skewed.state(node.id)).isEqualTo(NodeState.READY);
    }
    skewed.passSeconds(25);
    assertThat(skewed.state(node.id))
        .as("silence is noticed all the same")
        .isEqualTo(NodeState.DOWN);
  }

  /** A loop whose clock is off by what the first element says. */
  private record SkewedLoop(Loop inner, List<Duration> skew) implements Loop {
    @Override
    public void execute(Runnable task) {
      inner.execute(task);
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
      return inner.schedule(delay, task);
    }

    @Override
    public Instant now() {
      return inner.now().plus(skew.get(0));
    }

    @Override
    public boolean isCurrent() {
      return inner.isCurrent();
    }

    @Override
    public void close() {
      inner.close();
    }
  }
}
