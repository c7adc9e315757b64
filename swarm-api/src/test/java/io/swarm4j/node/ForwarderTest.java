package io.swarm4j.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.dispatcher.EndpointGate;
import io.swarm4j.dispatcher.Manager;
import io.swarm4j.event.AuditTrail;
import io.swarm4j.model.Meta;
import io.swarm4j.model.Node;
import io.swarm4j.model.Node.NodeRole;
import io.swarm4j.model.Node.NodeState;
import io.swarm4j.model.NodeDescription;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.NodeSpec;
import io.swarm4j.model.NodeStatus;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.store.Commit;
import io.swarm4j.store.Log;
import io.swarm4j.store.LogEntry;
import io.swarm4j.store.MemoryLog;
import io.swarm4j.store.State;
import io.swarm4j.store.Store;
import io.swarm4j.store.View;
import io.swarm4j.time.Chance;
import io.swarm4j.time.Loop;
import io.swarm4j.time.RealTime;
import io.swarm4j.time.VirtualTime;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A manager that does not lead, and whose leader's answers do not come. */
class ForwarderTest {
  private static final long SEED = 5;
  private static final Duration LONG = Duration.ofMinutes(2);

  private final VirtualTime time = new VirtualTime(7);
  private final Loop loop = time.newLoop("manager");
  private final Manager manager =
      new Manager(loop, time.newChance(), new Follower(), EndpointGate.OPEN, List.of());
  private final EventLoops loops = new EventLoops("test-net", new RealTime());
  private final ManagerClient client =
      new ManagerClient(
          () -> {
            throw new UnavailableException("no way out");
          },
          loops,
          "x");
  private final CarriedOut carriedOut = new CarriedOut();
  private final AtomicInteger runs = new AtomicInteger();
  private final Forwarder forwarder = forwarder(manager);

  private Forwarder forwarder(Manager follower) {
    return new Forwarder(
        follower,
        carriedOut,
        new LeaderCalls(
            client, new KnownManagers(List.of("127.0.0.1:1"), news -> {}), loop, time.newChance()),
        new LeaderStreams(client, () -> null),
        new AuditCalls(client, new NodeId(3, 4), () -> new AuditTrail(time.now()).part("m1")),
        Chance.seeded(SEED));
  }

  @AfterEach
  void close() {
    forwarder.close();
    client.close();
    loops.close();
  }

  private CompletableFuture<Node> write() {
    return write(forwarder);
  }

  private CompletableFuture<Node> write(Forwarder way) {
    Node node =
        new Node(
            new NodeId(1, 2),
            Meta.NEW,
            NodeSpec.of(NodeRole.WORKER),
            NodeDescription.UNKNOWN,
            new NodeStatus(NodeState.UNKNOWN, "", "", time.now()),
            NodeRole.WORKER,
            null);
    return way.submit(
            tx -> {
              runs.incrementAndGet();
              return tx.put(node);
            })
        .toCompletableFuture();
  }

  @Test
  void aWriteThatTheLogHasShownSucceedsThoughItsAnswerWasLost() {
    CompletableFuture<Node> written = write();
    time.advance(Duration.ofSeconds(1));
    View view = manager.store().view();
    long number = Chance.seeded(SEED).nextLong();

    carriedOut.committed(new Commit(1, time.now(), List.of(number), List.of(), view, view));
    time.advance(LONG);

    assertThat(written).isCompletedWithValueMatching(node -> node.id().equals(new NodeId(1, 2)));
  }

  @Test
  void aWriteOfWhichNothingWasHeardFails() {
    CompletableFuture<Node> written = write();

    time.advance(LONG);

    assertThat(written)
        .isCompletedExceptionally()
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .withCauseInstanceOf(UnavailableException.class);
  }

  @Test
  void aManagerThatComesToLeadCommitsOnceWhatItCouldNotForward() {
    List<MemoryLog> logs = MemoryLog.group(2);
    Manager lost = follower("lost", logs.get(0));
    Manager heir = follower("heir", logs.get(1));
    Forwarder way = forwarder(heir);
    heir.store().onLeadership(new OnGain(way::leads));
    lost.open();
    heir.open();
    time.settle();
    CompletableFuture<Node> written = write(way);
    time.advance(Duration.ofSeconds(1));
    assertThat(written).isNotDone();

    lost.store().close();
    time.settle();

    assertThat(written).isCompletedWithValueMatching(node -> node.id().equals(new NodeId(1, 2)));
    time.advance(LONG);
    assertThat(runs).as("here, and as the leader").hasValue(2);
  }

  private Manager follower(String name, Log log) {
    return new Manager(time.newLoop(name), time.newChance(), log, EndpointGate.OPEN, List.of());
  }

  private record OnGain(Runnable gain) implements Store.Leadership {
    @Override
    public void gained() {
      gain.run();
    }

    @Override
    public void lost() {
      // nothing is open
    }
  }

  /** Delivers nothing. */
  private static final class Follower implements Log {
    @Override
    public void open(Replica replica) {
      // nothing is there
    }

    @Override
    public CompletionStage<Void> propose(LogEntry entry) {
      throw new AssertionError("it does not lead");
    }

    @Override
    public int fullEntrySize(State head) {
      return Integer.MAX_VALUE;
    }

    @Override
    public void close() {
      // nothing is held
    }
  }
}
