package io.swarm4j.orchestrator;

import io.swarm4j.model.JobRun;
import io.swarm4j.model.JobStatus;
import io.swarm4j.model.Node;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.Reason;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceMode;
import io.swarm4j.model.SlotKey;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskState;
import io.swarm4j.store.Transaction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Services whose tasks run to completion.
 *
 * <p>A run of a replicated job has one slot for each completion, and tasks in as many of them at a
 * time as may run at once; a run of a global job has one slot on each node that is ready, active
 * and satisfies the constraints. A task that fails is replaced in its slot under the restart
 * policy; a slot that gets no successor has failed for good, and with it the run, once nothing else
 * of it goes on.
 */
final class JobServices {
  private static final Reason DONE = new Reason.Stopped("another task has completed its slot");

  private final RestartSupervisor restarts;
  private final LostNodes lost;

  @SuppressWarnings("NullAway.Init") // set by begin, before anything else is called
  private Control control;

  JobServices(RestartSupervisor restarts, LostNodes lost) {
    this.restarts = restarts;
    this.lost = lost;
  }

  void begin(Control newControl) {
    control = newControl;
  }

  /** Brings all runs further; returns whether it could finish. */
  boolean reconcile(Transaction tx, Service service) {
    Service present = takeNotice(tx, service);
    for (JobRun run : JobWrites.status(tx, present).active()) {
      Slots slots = survey(tx, present, run);
      if (!fill(tx, present, run, slots)) {
        return false;
      }
      Service latest = tx.service(service.id());
      if (latest != null && slots.isOver()) {
        present = finish(tx, latest, run, slots);
      }
    }
    return true;
  }

  /**
   * A job that runs at once begins anew when its spec has changed; the others finish their runs.
   */
  private static Service takeNotice(Transaction tx, Service service) {
    JobStatus status = JobWrites.status(tx, service);
    if (service.job() != null && status.specVersion() == service.specVersion()) {
      return service;
    }
    Service noticed = tx.put(service.withJob(status.withSpecVersion(service.specVersion())));
    if (!service.spec().effectiveJob().runsAtOnce()) {
      return noticed;
    }
    for (JobRun old : status.active()) {
      noticed = JobWrites.end(tx, noticed, old, JobRun.State.CANCELLED, "the spec has changed");
    }
    for (Task task : tx.tasksOf(service.id())) {
      TaskWrites.remove(tx, task, "belongs to an earlier run");
    }
    return JobWrites.start(tx, noticed, null, Map.of());
  }

  /** How the slots of a run are. */
  private static final class Slots {
    private final List<SlotKey> empty = new ArrayList<>();
    private final List<Task> ended = new ArrayList<>();

    /** Those whose slot is complete: by one that was given up, since its node was out of reach. */
    private final List<Task> superfluous = new ArrayList<>();

    private int complete;
    private int alive;
    private int failed;

    boolean isOver() {
      return empty.isEmpty() && ended.isEmpty() && alive == 0 && complete + failed > 0;
    }
  }

  private Slots survey(Transaction tx, Service service, JobRun run) {
    Slots slots = new Slots();
    for (SlotKey slot : wanted(tx, service, run)) {
      look(tx, service, run, slot, slots);
    }
    return slots;
  }

  private static List<SlotKey> wanted(Transaction tx, Service service, JobRun run) {
    List<SlotKey> wanted = new ArrayList<>();
    if (service.spec().mode() instanceof ServiceMode.ReplicatedJob mode) {
      for (int i = 0; i < mode.totalCompletions(); i++) {
        wanted.add(new SlotKey.Numbered(run.firstSlot() + i));
      }
      return wanted;
    }
    for (Node node : tx.nodes()) {
      SlotKey slot = new SlotKey.OnNode(node.id());
      if (isEligible(service, node) || hasTask(tx, service, run, slot)) {
        wanted.add(slot);
      }
    }
    return wanted;
  }

  private static boolean isEligible(Service service, Node node) {
    return node.status().state() == Node.NodeState.READY
        && node.spec().availability() == Node.Availability.ACTIVE
        && service.spec().task().placement().allows(node);
  }

  private static boolean hasTask(Transaction tx, Service service, JobRun run, SlotKey slot) {
    return tx.tasksIn(service.id(), slot).stream()
        .anyMatch(task -> task.iteration() == run.iteration());
  }

  private void look(Transaction tx, Service service, JobRun run, SlotKey slot, Slots slots) {
    Task last = null;
    boolean alive = false;
    List<Task> tasks =
        tx.tasksIn(service.id(), slot).stream()
            .filter(task -> task.iteration() == run.iteration())
            .toList();
    if (tasks.stream().anyMatch(task -> task.state() == TaskState.COMPLETE)) {
      slots.complete++;
      tasks.stream()
          .filter(task -> task.isDesiredAlive() && task.state() != TaskState.COMPLETE)
          .forEach(slots.superfluous::add);
      return;
    }
    for (Task task : tasks) {
      if (task.isDesiredAlive()) {
        if (isOver(tx, task)) {
          slots.ended.add(task);
        } else {
          slots.alive++;
        }
        alive = true;
      } else if (last == null || !task.meta().createdAt().isBefore(last.meta().createdAt())) {
        last = task;
      }
    }
    if (alive) {
      return;
    }
    if (last == null || mayTryAgain(tx, service, last)) {
      slots.empty.add(slot);
    } else if (!leftItsNode(last)) {
      slots.failed++;
    }
  }

  private boolean isOver(Transaction tx, Task task) {
    return task.state().isTerminal() ? !restarts.waits(task) : LostNodes.holds(tx, task);
  }

  /** Whether a node that a task had to leave is there again. */
  private static boolean mayTryAgain(Transaction tx, Service service, Task last) {
    Node node = last.nodeId() == null ? null : tx.node(last.nodeId());
    return leftItsNode(last) && node != null && isEligible(service, node);
  }

  /** Whether a task that is bound to its node was told to end rather than failed. */
  private static boolean leftItsNode(Task last) {
    return last.slot() instanceof SlotKey.OnNode
        && last.state() != TaskState.FAILED
        && last.state() != TaskState.REJECTED;
  }

  /** Returns whether all is done, rather than cut short because the transaction is full. */
  private boolean fill(Transaction tx, Service service, JobRun run, Slots slots) {
    while (!slots.superfluous.isEmpty()) {
      if (tx.isFull()) {
        return false;
      }
      TaskWrites.shutDown(tx, slots.superfluous.remove(0), DONE, "");
    }
    while (!slots.ended.isEmpty()) {
      if (tx.isFull()) {
        return false;
      }
      Task ended = slots.ended.remove(0);
      NodeId node = ended.nodeId();
      if (ended.state().isTerminal() || node == null) {
        count(slots, restarts.restart(tx, service, ended, new Reason.Stopped("ended"), ""));
      } else if (!lost.mustGo(tx, service, ended, node)) {
        slots.alive++;
      } else if (ended.slot() instanceof SlotKey.OnNode) {
        TaskWrites.shutDown(tx, ended, LostNodes.reason(tx.node(node), node), "");
      } else {
        Reason cause = LostNodes.reason(tx.node(node), node);
        Task successor = restarts.restart(tx, service, ended, cause, "");
        lost.moves(tx, node, successor);
        count(slots, successor);
      }
    }
    int most =
        service.spec().mode() instanceof ServiceMode.ReplicatedJob mode
            ? mode.maxConcurrent()
            : Integer.MAX_VALUE;
    while (!slots.empty.isEmpty() && slots.alive < most) {
      if (tx.isFull()) {
        return false;
      }
      NewTasks.create(control, tx, service, slots.empty.remove(0), run.iteration());
      slots.alive++;
    }
    return true;
  }

  private static void count(Slots slots, @Nullable Task successor) {
    if (successor == null) {
      slots.failed++;
    } else {
      slots.alive++;
    }
  }

  private static Service finish(Transaction tx, Service service, JobRun run, Slots slots) {
    boolean all = slots.failed == 0;
    String text =
        all
            ? slots.complete + " completed"
            : slots.complete + " completed, " + slots.failed + " failed for good";
    return JobWrites.end(
        tx, service, run, all ? JobRun.State.COMPLETED : JobRun.State.FAILED, text);
  }
}
