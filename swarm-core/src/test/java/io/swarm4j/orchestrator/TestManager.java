package io.swarm4j.orchestrator;

import io.swarm4j.dispatcher.Dispatcher;
import io.swarm4j.dispatcher.EndpointGate;
import io.swarm4j.store.Change;
import io.swarm4j.store.Log;
import io.swarm4j.store.Store;
import io.swarm4j.store.Transaction;
import io.swarm4j.time.Loop;
import io.swarm4j.time.VirtualTime;
import java.util.List;

/** A manager with all components of the engine, plain placement instead of a scheduler. */
final class TestManager {
  final Loop loop;
  final Store store;
  final Dispatcher dispatcher;
  final ControlLoop control;

  /** How often the components began; more often than leadership means that a turn failed. */
  int begins;

  TestManager(VirtualTime time, Log log, EndpointGate gate) {
    loop = time.newLoop("manager");
    store = new Store(loop, log);
    dispatcher = new Dispatcher(store, loop, gate);
    RestartSupervisor restarts = new RestartSupervisor();
    control =
        new ControlLoop(
            store,
            loop,
            time.newChance(),
            List.of(
                dispatcher,
                restarts,
                new JobScheduler(new HourlyCalendar()),
                new Updater(restarts),
                new ServiceOrchestrator(restarts),
                new DependencyGate(),
                new ConstraintEnforcer(restarts),
                new PlainPlacement(),
                new TaskReaper(),
                new Beginnings()));
    dispatcher.attach(control);
    store.open();
    time.settle();
  }

  boolean isLeading() {
    return control.isLeading();
  }

  /** Ends the manager in good order; the next one leads. */
  void close(VirtualTime time) {
    loop.execute(control::close);
    time.settle();
    store.close();
    time.settle();
    loop.close();
  }

  private final class Beginnings implements Reconciler {
    @Override
    public void begin(Control present, Transaction tx) {
      begins++;
    }

    @Override
    public void reconcile(List<Change> changes, Transaction tx) {}

    @Override
    public void end() {}
  }
}
