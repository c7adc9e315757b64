package io.swarm4j.internal;

import io.swarm4j.dispatcher.Dispatcher;
import io.swarm4j.dispatcher.EndpointGate;
import io.swarm4j.dispatcher.Manager;
import io.swarm4j.model.Node;
import io.swarm4j.model.SwarmException;
import io.swarm4j.network.allocator.AllocatorOptions;
import io.swarm4j.orchestrator.ControlLoop;
import io.swarm4j.orchestrator.Reconciler;
import io.swarm4j.raft.RaftLog;
import io.swarm4j.store.Log;
import io.swarm4j.store.Store;
import io.swarm4j.time.Time;
import io.swarm4j.time.VirtualTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A manager of this JVM, on a loop of its own. */
public final class Member implements AutoCloseable {
  private static final long CLOSE_SECONDS = 5;

  final Manager manager;
  final Store store;
  final ControlLoop control;
  final Dispatcher dispatcher;
  private final Time time;

  Member(String threadName, EngineOptions options, Log log, EndpointGate gate) {
    this(
        new Manager(
            options.time().newLoop(threadName),
            options.time().newChance(),
            log,
            gate,
            components(options, log)),
        options.time());
  }

  static AllocatorOptions allocation(EngineOptions options) {
    boolean perNode = NodeNetworks.areExpected(options);
    return AllocatorOptions.DEFAULT
        .withAddressForEveryTask(options.network() && !perNode)
        .withAddressForEveryNode(perNode)
        .withForeignRoutes(NodeNetworks.surroundings(options).foreignRoutes());
  }

  /** Owns {@code manager} and its loop from now on. */
  public Member(Manager manager, Time time) {
    this.manager = manager;
    this.time = time;
    store = manager.store();
    control = manager.control();
    dispatcher = manager.dispatcher();
  }

  private static List<Reconciler> components(EngineOptions options, Log log) {
    List<Reconciler> components =
        new ArrayList<>(Components.of(allocation(options), options.placement()));
    if (log instanceof RaftLog raft) {
      components.add(new ManagerStanding(raft::members, Node::hostname));
    }
    return components;
  }

  /**
   * Has a task run on the loop whenever this manager begins to lead; before the store is opened.
   */
  void onLeading(Runnable task) {
    store.onLeadership(
        new Store.Leadership() {
          @Override
          public void gained() {
            task.run();
          }

          @Override
          public void lost() {
            // the next one to gain it tells
          }
        });
  }

  @Override
  public void close() {
    CompletableFuture<@Nullable Void> done = manager.end().toCompletableFuture();
    if (time instanceof VirtualTime virtual) {
      virtual.settle(); // nobody else runs the loop
    }
    try {
      done.get(CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    } catch (java.util.concurrent.ExecutionException
        | java.util.concurrent.TimeoutException stuck) {
      throw new SwarmException("a manager did not end in time", stuck);
    } finally {
      manager.loop().close();
    }
  }
}
