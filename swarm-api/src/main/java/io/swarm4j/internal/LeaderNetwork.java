package io.swarm4j.internal;

import io.swarm4j.Diagnosis;
import io.swarm4j.PortProblem;
import io.swarm4j.dispatcher.EndpointGate;
import io.swarm4j.dispatcher.Manager;
import io.swarm4j.model.Network;
import io.swarm4j.model.SwarmException;
import io.swarm4j.model.Task;
import io.swarm4j.network.Networks;
import io.swarm4j.network.dataplane.LoopbackLease;
import io.swarm4j.network.dns.Discovery;
import io.swarm4j.store.Store;
import io.swarm4j.time.Loop;
import io.swarm4j.time.Time;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The user-space data plane of a machine on which the nodes of a swarm are processes: the process
 * whose manager leads carries the traffic of all of them, as it alone knows what to balance.
 *
 * <p>It takes the swarm's block of loopback addresses when it begins to lead and gives it back when
 * it no longer does, so that the next leader can go on. Thread-safe.
 */
public final class LeaderNetwork implements EndpointGate, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LeaderNetwork.class);
  private static final Duration RETRY = Duration.ofMillis(200);

  private final String name;
  private final Time time;
  private final boolean localhost;
  private final Loop loop;
  private AddressPlan plan = AddressPlan.none();
  private @Nullable Manager leading;
  private volatile @Nullable UserSpacePlane plane;

  public LeaderNetwork(String name, Time time, boolean localhost) {
    this.name = name;
    this.time = time;
    this.localhost = localhost;
    this.loop = time.newLoop("swarm-" + name + "-leader-network");
  }

  /** Begins and ends with the leadership of {@code manager}; before it is opened. */
  public void follow(Manager manager) {
    manager
        .store()
        .onLeadership(
            new Store.Leadership() {
              @Override
              public void gained() {
                loop.execute(() -> begin(manager));
              }

              @Override
              public void lost() {
                loop.execute(LeaderNetwork.this::end);
              }
            });
  }

  /** The addresses that a new swarm shall use; kept by the plane that begins with the swarm. */
  public AddressPlan plan() {
    CompletableFuture<AddressPlan> taken = new CompletableFuture<>();
    loop.execute(
        () -> {
          try {
            if (!plan.isLeased() && LoopbackLease.isSupported()) {
              plan = AddressPlan.lease(name, time, null);
            }
            taken.complete(plan);
          } catch (RuntimeException refused) {
            taken.completeExceptionally(refused);
          }
        });
    return new Waiting(time).join(taken);
  }

  private void begin(Manager manager) {
    leading = manager;
    proceed();
  }

  private void proceed() {
    Manager manager = leading;
    if (manager == null || plane != null) {
      return;
    }
    Network ingress = Networks.ingress(manager.store().view());
    if (ingress == null || !isLoopback(ingress)) {
      loop.schedule(RETRY, this::proceed); // a new swarm is about to make it
      return;
    }
    try {
      if (!plan.isLeased()) {
        plan = AddressPlan.lease(name, time, ingress);
      }
      Store store = manager.store();
      plane = UserSpacePlane.following(store, name, time, localhost, new Discovery(store::view));
    } catch (SwarmException taken) {
      LOG.info("the network waits: {}", taken.getMessage());
      loop.schedule(RETRY, this::proceed);
    }
  }

  private static boolean isLoopback(Network ingress) {
    return !ingress.spec().pools().isEmpty()
        && ingress.spec().pools().get(0).subnet().first().toString().startsWith("127.");
  }

  private void end() {
    leading = null;
    UserSpacePlane open = plane;
    plane = null;
    if (open != null) {
      Host.closeQuietly(open);
    }
    plan.close();
    plan = AddressPlan.none();
  }

  @Override
  public CompletionStage<Void> withdrawn(Task task, long revision) {
    UserSpacePlane open = plane;
    return open == null ? CompletableFuture.completedFuture(null) : open.withdrawn(task, revision);
  }

  /** Completes once {@code revision} is in force, if this process carries the traffic. */
  CompletionStage<@Nullable Void> inForce(long revision) {
    UserSpacePlane open = plane;
    return open == null ? CompletableFuture.completedFuture(null) : open.inForce(revision);
  }

  /** What this process carries of what it shall carry; nothing unless its manager leads. */
  CompletionStage<List<Diagnosis>> diagnose(boolean repair) {
    UserSpacePlane open = plane;
    return open == null
        ? CompletableFuture.completedFuture(List.of())
        : open.diagnose(repair).thenApply(List::of);
  }

  /** Ports that could not be opened, and why. */
  List<PortProblem> problems() {
    UserSpacePlane open = plane;
    return open == null ? List.of() : open.problems();
  }

  @Override
  public void close() {
    CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
    loop.execute(
        () -> {
          end();
          done.complete(null);
        });
    try {
      new Waiting(time).join(done, Duration.ofSeconds(10));
    } finally {
      loop.close();
    }
  }
}
