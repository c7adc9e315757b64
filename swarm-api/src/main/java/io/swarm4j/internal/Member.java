package io.swarm4j.internal;

import io.swarm4j.dispatcher.Dispatcher;
import io.swarm4j.dispatcher.EndpointGate;
import io.swarm4j.model.SwarmException;
import io.swarm4j.network.allocator.Allocator;
import io.swarm4j.network.allocator.AllocatorOptions;
import io.swarm4j.orchestrator.ConstraintEnforcer;
import io.swarm4j.orchestrator.ControlLoop;
import io.swarm4j.orchestrator.RestartSupervisor;
import io.swarm4j.orchestrator.ServiceOrchestrator;
import io.swarm4j.orchestrator.TaskReaper;
import io.swarm4j.orchestrator.Updater;
import io.swarm4j.scheduler.Scheduler;
import io.swarm4j.store.Log;
import io.swarm4j.store.Store;
import io.swarm4j.time.Loop;
import io.swarm4j.time.Time;
import io.swarm4j.time.VirtualTime;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * One manager: its copy of the state and, while it leads, the components that keep the swarm going.
 */
final class Member implements AutoCloseable {
  private static final long CLOSE_SECONDS = 5;

  final Loop loop;
  final Store store;
  final ControlLoop control;
  final Dispatcher dispatcher;
  private final Time time;
  private volatile boolean leading;

  Member(String threadName, EngineOptions options, Log log, EndpointGate gate) {
    time = options.time();
    loop = time.newLoop(threadName);
    store = new Store(loop, log);
    store.onLeadership(
        new Store.Leadership() {
          @Override
          public void gained() {
            leading = true;
          }

          @Override
          public void lost() {
            leading = false;
          }
        });
    dispatcher = new Dispatcher(store, loop, gate);
    RestartSupervisor restarts = new RestartSupervisor();
    AllocatorOptions allocation =
        AllocatorOptions.DEFAULT.withAddressForEveryTask(options.network());
    control =
        new ControlLoop(
            store,
            loop,
            options.time().newChance(),
            List.of(
                dispatcher,
                restarts,
                new ServiceOrchestrator(restarts),
                new Updater(restarts),
                new ConstraintEnforcer(restarts),
                new Allocator(allocation),
                new Scheduler(options.placement()),
                new TaskReaper()));
    dispatcher.attach(control);
  }

  /** Whether this manager leads, as far as other threads can know. */
  boolean isLeading() {
    return leading;
  }

  @Override
  public void close() {
    CompletableFuture<Void> done = new CompletableFuture<>();
    loop.execute(
        () -> {
          try {
            store.close();
            control.close();
          } finally {
            done.complete(null);
          }
        });
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
      loop.close();
    }
  }
}
