package io.swarm4j.internal;

import io.swarm4j.Convergence;
import io.swarm4j.ServicePlan;
import io.swarm4j.ServicePlan.Action;
import io.swarm4j.ServicePlan.Kind;
import io.swarm4j.ServicePlan.Step;
import io.swarm4j.model.FieldChange;
import io.swarm4j.model.Node;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskState;
import io.swarm4j.model.UpdateStatus;
import io.swarm4j.orchestrator.ControlLoop;
import io.swarm4j.orchestrator.Reconciler;
import io.swarm4j.store.Change;
import io.swarm4j.store.Commit;
import io.swarm4j.store.MemoryLog;
import io.swarm4j.store.Store;
import io.swarm4j.store.Transaction;
import io.swarm4j.store.View;
import io.swarm4j.time.Ids;
import io.swarm4j.time.Loop;
import io.swarm4j.time.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Finds out what a change would do by doing it: to a copy of the state, which goes on from there in
 * virtual time with the managers' own components and {@link IdealNodes}. For one thread and one
 * change.
 */
final class Foresight implements AutoCloseable {
  /** No roll-out that somebody waits for takes longer. */
  private static final Duration HORIZON = Duration.ofDays(7);

  private final View start;
  private final VirtualTime time;
  private final Loop loop;
  private final Store store;
  private final ControlLoop control;
  private final List<Step> steps = new ArrayList<>();
  private @Nullable ServiceId service;
  private final Instant begin;
  private int running;
  private int fewestRunning;

  Foresight(View start, EngineOptions options) {
    this.start = start;
    time = new VirtualTime(start.revision(), options.time().now());
    loop = time.newLoop("plan");
    store = new Store(loop, MemoryLog.startingAt(start));
    List<Reconciler> components =
        new ArrayList<>(Components.of(Member.allocation(options), options.placement()));
    components.add(new IdealNodes());
    control = new ControlLoop(store, loop, time.newChance(), components);
    store.onCommit(this::note);
    store.open();
    begin = time.now();
  }

  /**
   * Plans one change.
   *
   * @param change stores a spec, and returns the service as stored
   * @throws RuntimeException what the change is refused with
   */
  ServicePlan plan(BiFunction<Transaction, Ids, Service> change) {
    Service stored =
        new Waiting(time)
            .join(
                control.submit(
                    tx -> {
                      Service planned = change.apply(tx, control.ids());
                      service = planned.id();
                      running = running(start, planned.id());
                      fewestRunning = running;
                      return planned;
                    }));
    time.runUntil(() -> Convergences.judge(store.view(), stored.id()) != null, HORIZON);
    return result(stored.id());
  }

  private ServicePlan result(ServiceId id) {
    View end = store.view();
    Convergence outcome = Convergences.judge(end, id);
    Service before = start.service(id);
    Service after = Objects.requireNonNull(end.service(id), "nobody removes it");
    UpdateStatus update = after.updateStatus();
    return new ServicePlan(
        kind(before, after),
        before == null ? 0 : before.meta().version(),
        after.spec(),
        before == null ? List.of() : FieldChange.between(before.spec(), after.spec()),
        steps,
        fewestRunning,
        outcome == null ? Convergences.timedOut(end, id, HORIZON) : outcome,
        update == null || before == null ? "" : update.message());
  }

  private static Kind kind(@Nullable Service before, Service after) {
    if (before == null) {
      return Kind.CREATE;
    }
    return before.spec().equals(after.spec()) ? Kind.NOTHING : Kind.UPDATE;
  }

  private void note(Commit commit) {
    ServiceId planned = service;
    if (planned == null) {
      return;
    }
    for (Change change : commit.changes()) {
      if (change.latest() instanceof Task task && task.serviceId().equals(planned)) {
        boolean runs = isRunning((Task) change.after());
        if (runs != isRunning((Task) change.before())) {
          running += runs ? 1 : -1;
          step(commit, task, runs ? Action.START : Action.STOP);
        }
      }
    }
    fewestRunning = Math.min(fewestRunning, running);
  }

  private void step(Commit commit, Task task, Action action) {
    NodeId node = Objects.requireNonNull(task.nodeId(), "it ran somewhere");
    Node known = start.node(node);
    steps.add(
        new Step(
            Duration.between(begin, commit.at()),
            action,
            task.slot(),
            node,
            known == null ? "" : known.hostname()));
  }

  private static int running(View view, ServiceId service) {
    return (int) view.tasksOf(service).stream().filter(Foresight::isRunning).count();
  }

  private static boolean isRunning(@Nullable Task task) {
    return task != null && task.state() == TaskState.RUNNING;
  }

  @Override
  public void close() {
    control.close();
    store.close();
    loop.close();
  }
}
