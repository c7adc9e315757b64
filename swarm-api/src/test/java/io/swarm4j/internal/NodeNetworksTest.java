package io.swarm4j.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.Diagnosis;
import io.swarm4j.ImageResolver;
import io.swarm4j.NodeNetwork;
import io.swarm4j.NodeOptions;
import io.swarm4j.RuntimeFactory;
import io.swarm4j.agent.Runtime;
import io.swarm4j.agent.jvm.JvmImages;
import io.swarm4j.event.AuditTrail;
import io.swarm4j.model.ClusterSpec;
import io.swarm4j.model.NodeId;
import io.swarm4j.network.dataplane.AppliedRevision;
import io.swarm4j.network.dataplane.Difference;
import io.swarm4j.scheduler.PlacementOptions;
import io.swarm4j.store.ChangeFeed;
import io.swarm4j.store.View;
import io.swarm4j.stream.AccessPolicy;
import io.swarm4j.time.Loop;
import io.swarm4j.time.Time;
import io.swarm4j.time.VirtualTime;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How long the stop of a task waits for the data planes of nodes. */
class NodeNetworksTest {
  private static final Duration DRAIN = Duration.ofSeconds(2);
  private static final Duration LEASE = Duration.ofSeconds(5);

  private final VirtualTime time = new VirtualTime(1);
  private final Plane first = new Plane();
  private final Plane second = new Plane();
  private final NodeOptions one = NodeOptions.worker("one");
  private final NodeOptions two = NodeOptions.worker("two");
  private final NodeNetworks networks =
      new NodeNetworks(
          new EngineOptions(
              "test",
              List.of(one, two),
              JvmImages.NONE,
              null,
              Map.of("one", first, "two", second),
              time,
              ClusterSpec.DEFAULT,
              PlacementOptions.DEFAULT,
              null,
              true,
              false,
              null,
              LEASE,
              AccessPolicy.OPEN,
              new AuditTrail(time.now()),
              ImageResolver.NONE),
          time.newLoop("networks"),
          task -> DRAIN);

  /** A data plane that is told what it has applied. */
  private static final class Plane implements RuntimeFactory, NodeNetwork {
    final AppliedRevision applied = new AppliedRevision();
    final CompletableFuture<List<Difference>> found = new CompletableFuture<>();

    @Override
    public Runtime create(NodeOptions node, Time time, Loop loop) {
      throw new AssertionError("no node is started");
    }

    @Override
    public NodeNetwork network() {
      return this;
    }

    @Override
    public String address() {
      return "10.77.0.1";
    }

    @Override
    public void begin(NodeId node, Supplier<View> states, ChangeFeed feed) {
      throw new AssertionError("no node is started");
    }

    @Override
    public CompletionStage<List<Difference>> diagnose(boolean repair) {
      return found;
    }

    @Override
    public long appliedRevision() {
      return applied.revision();
    }

    @Override
    public CompletionStage<Void> inForce(long revision) {
      return applied.whenReached(revision);
    }
  }

  @BeforeEach
  void start() {
    networks.of(one);
    networks.of(two);
  }

  private CompletableFuture<Void> withdrawn() {
    return networks.withdrawn(null, 7).toCompletableFuture();
  }

  @Test
  void aTaskIsStoppedWhenEveryPlaneHasWithdrawnItAndItsConnectionsHadTheirTime() {
    CompletableFuture<Void> done = withdrawn();
    first.applied.reached(7);
    time.advance(DRAIN);
    assertThat(done).isNotDone();

    second.applied.reached(8);
    time.advance(DRAIN.minusMillis(1));
    assertThat(done).isNotDone();
    time.advance(Duration.ofMillis(1));
    assertThat(done).isCompleted();
  }

  @Test
  void aNodeThatVanishesHoldsUpAStopNoLongerThanItsLease() {
    CompletableFuture<Void> done = withdrawn();
    first.applied.reached(7);

    time.advance(LEASE.plus(DRAIN).minusMillis(1));
    assertThat(done).isNotDone();
    time.advance(Duration.ofMillis(1));
    assertThat(done).isCompleted();
  }

  @Test
  void aNodeThatWasTakenAwayIsNotWaitedFor() {
    networks.forget(two);
    CompletableFuture<Void> done = withdrawn();
    first.applied.reached(7);

    time.advance(DRAIN);
    assertThat(done).isCompleted();
  }

  @Test
  void aPlaneThatDoesNotAnswerTheDoctorIsTold() {
    first.found.complete(List.of());
    first.applied.reached(9);
    CompletableFuture<List<Diagnosis>> found = networks.diagnose(false, 9).toCompletableFuture();
    time.advance(Duration.ofSeconds(20));

    assertThat(found).isCompleted();
    assertThat(found.join()).extracting(Diagnosis::place).containsExactly("one", "two");
    assertThat(found.join().get(0).isHealthy()).isTrue();
    assertThat(found.join().get(1).failure()).contains("no answer within");
  }
}
