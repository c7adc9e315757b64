package io.swarm4j.internal;

import io.swarm4j.NodeOptions;
import io.swarm4j.dispatcher.Manager;
import io.swarm4j.model.ConflictException;
import io.swarm4j.model.Node.NodeRole;
import io.swarm4j.model.NodeId;
import io.swarm4j.sim.SimulatedCluster;
import io.swarm4j.store.Change;
import io.swarm4j.store.ChangeFeed;
import io.swarm4j.store.Transaction;
import io.swarm4j.store.View;
import io.swarm4j.time.Ids;
import io.swarm4j.time.Loop;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Predicate;

/** A simulated swarm for the facade to stand on. For the thread that owns the swarm. */
public final class SimulatedHost extends Host {
  private final SimulatedCluster cluster;
  private final Loop watchLoop;
  private final RovingWatches watches;

  /** Takes over a swarm that runs. */
  public SimulatedHost(SimulatedCluster cluster) {
    super(
        EngineOptions.named("simulated", cluster.time())
            .startTimeout(Duration.ofMinutes(1))
            .build());
    this.cluster = cluster;
    this.watchLoop = cluster.time().newLoop("watchers");
    this.watches = new RovingWatches(watchLoop);
    cluster.onLeader(() -> watches.follow(leader().store().feed()));
  }

  @Override
  Manager leader() {
    return cluster.anyManager();
  }

  @Override
  Loop watchLoop() {
    return watchLoop;
  }

  @Override
  Ids ids() {
    return cluster.ids();
  }

  @Override
  <T> CompletionStage<T> submit(Function<Transaction, T> request) {
    return cluster.submit(request);
  }

  @Override
  public View view() {
    return cluster.view();
  }

  @Override
  public AutoCloseable watch(long after, Predicate<Change> filter, ChangeFeed.Listener listener) {
    return watches.add(leader().store().feed(), after, filter, listener);
  }

  @Override
  CompletionStage<NodeId> startNode(NodeOptions node) {
    if (node.role() == NodeRole.MANAGER) {
      return CompletableFuture.failedFuture(
          new ConflictException(
              "managers of a simulated swarm are there from the start; add "
                  + node.name()
                  + " as a worker, or start the swarm with more managers"));
    }
    return cluster.addWorker(node.name(), node.labels());
  }

  @Override
  boolean haltNode(NodeId id) {
    String machine = cluster.machineOf(id);
    if (machine == null) {
      return false;
    }
    if (cluster.view().node(id) == null) {
      cluster.forget(machine);
    } else {
      cluster.powerOff(machine, false);
    }
    return true;
  }

  @Override
  public void close() {
    cluster.close();
    watchLoop.close();
  }
}
