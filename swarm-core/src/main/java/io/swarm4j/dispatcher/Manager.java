package io.swarm4j.dispatcher;

import io.swarm4j.orchestrator.ControlLoop;
import io.swarm4j.orchestrator.Reconciler;
import io.swarm4j.store.Log;
import io.swarm4j.store.Store;
import io.swarm4j.time.Chance;
import io.swarm4j.time.Loop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One manager: its copy of the state and, while it leads, the components that keep the swarm going.
 */
public final class Manager {
  private final Loop loop;
  private final Store store;
  private final Dispatcher dispatcher;
  private final ControlLoop control;
  private volatile boolean leading;

  /**
   * Puts a manager together; {@link #open} lets it begin.
   *
   * @param components what follows up on the dispatcher's writes, in this order; of no other
   *     manager
   */
  public Manager(
      Loop loop, Chance chance, Log log, EndpointGate gate, List<? extends Reconciler> components) {
    this.loop = loop;
    this.store = new Store(loop, log);
    this.store.onLeadership(new Leadership());
    this.dispatcher = new Dispatcher(store, loop, gate);
    List<Reconciler> all = new ArrayList<>();
    all.add(dispatcher);
    all.addAll(components);
    this.control = new ControlLoop(store, loop, chance, all);
    this.dispatcher.attach(control);
  }

  /** Reads what the log holds and starts to follow it. */
  public void open() {
    store.open();
  }

  /** On which all of it runs. */
  public Loop loop() {
    return loop;
  }

  public Store store() {
    return store;
  }

  public Dispatcher dispatcher() {
    return dispatcher;
  }

  public ControlLoop control() {
    return control;
  }

  /** Whether it leads, as far as other threads can know. Any thread. */
  public boolean isLeading() {
    return leading;
  }

  /**
   * Gives up leadership and ends all components, in good order. Any thread.
   *
   * @return completes on the loop, which may be closed then
   */
  public CompletionStage<@Nullable Void> end() {
    CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
    loop.execute(
        () -> {
          try {
            store.close();
            control.close();
          } finally {
            done.complete(null);
          }
        });
    return done;
  }

  private final class Leadership implements Store.Leadership {
    @Override
    public void gained() {
      leading = true;
    }

    @Override
    public void lost() {
      leading = false;
    }
  }
}
