package io.swarm4j.orchestrator;

import io.swarm4j.model.Cluster;
import io.swarm4j.model.Node;
import io.swarm4j.model.Reason;
import io.swarm4j.model.RestartPolicy;
import io.swarm4j.model.Service;
import io.swarm4j.model.SlotKey;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskState;
import io.swarm4j.store.Change;
import io.swarm4j.store.Transaction;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Replaces tasks in their slot under the restart policy: the new task is made at once, prepares
 * itself, and runs when the delay has passed and the old one is gone.
 */
public final class RestartSupervisor implements Reconciler {
  private final RestartHistories histories = new RestartHistories();
  private final PendingStarts starts = new PendingStarts(this::overdue);
  private BiConsumer<Task, Transaction> overdueListener = (task, tx) -> {};

  @SuppressWarnings("NullAway.Init") // set by begin, before anything else is called
  private Control control;

  /** Has {@code listener} replace a task that has ended while it {@link #waits}, in its turn. */
  void onOverdue(BiConsumer<Task, Transaction> listener) {
    overdueListener = listener;
  }

  private void overdue(Task task, Transaction tx) {
    overdueListener.accept(task, tx);
  }

  @Override
  public void begin(Control newControl, Transaction tx) {
    control = newControl;
    starts.begin(newControl);
    for (Service service : tx.services()) {
      for (SlotKey slot : tx.slotsOf(service.id())) {
        List<Task> tasks = tx.tasksIn(service.id(), slot);
        if (tasks.size() > 1 || tasks.get(0).desiredState() == TaskState.READY) {
          recall(tx, service, slot, tasks);
        }
      }
    }
  }

  private void recall(Transaction tx, Service service, SlotKey slot, List<Task> tasks) {
    tasks.sort(Comparator.comparing(task -> task.meta().createdAt()));
    Task newest = tasks.get(tasks.size() - 1);
    RestartPolicy policy = tx.specOf(newest).task().effectiveRestart();
    RestartHistory history =
        histories.of(service.id(), slot, newest.specVersion(), newest.iteration());
    for (int i = 1; i < tasks.size(); i++) {
      Task old = tasks.get(i - 1);
      Task next = tasks.get(i);
      if (isOfSameLine(old, newest) && isOfSameLine(next, newest)) {
        history.restarted(policy, old, next.meta().createdAt());
      }
    }
    if (newest.desiredState() == TaskState.READY) {
      Set<TaskId> awaited = new LinkedHashSet<>();
      tasks.stream()
          .filter(task -> task != newest && PendingStarts.mustBeAwaited(tx, task))
          .forEach(task -> awaited.add(task.id()));
      Node lastNode =
          tasks.size() == 1 ? null : PendingStarts.nodeOf(tx, tasks.get(tasks.size() - 2));
      Instant due = newest.meta().createdAt().plus(delay(policy, history, lastNode));
      starts.recall(tx, newest, awaited, due);
    }
  }

  private static boolean isOfSameLine(Task task, Task newest) {
    return task.specVersion() == newest.specVersion() && task.iteration() == newest.iteration();
  }

  @Override
  public void reconcile(List<Change> changes, Transaction tx) {
    for (Change change : changes) {
      if (change.latest() instanceof Task task) {
        taskChanged(task, change.after() == null, tx);
      } else if (change.latest() instanceof Node node) {
        if (change.after() == null || node.status().state() == Node.NodeState.DOWN) {
          starts.lost(node, tx);
        }
      } else if (change.before() instanceof Service service && change.after() == null) {
        histories.forget(service.id());
      } else if (change.before() instanceof Cluster before
          && change.after() instanceof Cluster after) {
        Fences.clusterChanged(before, after, tx);
      }
    }
  }

  private void taskChanged(Task task, boolean removed, Transaction tx) {
    if (removed || task.state().isTerminal()) {
      starts.ended(task.id(), tx);
    }
    if (removed || !task.isDesiredAlive()) {
      starts.forget(task.id());
    }
    if (removed && tx.tasksIn(task.serviceId(), task.slot()).isEmpty()) {
      histories.forgetSlot(task);
    }
  }

  @Override
  public void end() {
    histories.clear();
    starts.end();
  }

  /**
   * Whether a task waits for the delay of its slot to pass, even if it has ended: then it is not to
   * be replaced sooner, or what can not be prepared would be tried again without any pause.
   */
  boolean waits(Task task) {
    return starts.delays(task.id());
  }

  /**
   * Makes sure that {@code old} ends, and that another task takes its slot if the policy wants one.
   *
   * @param cause why it must end; of no account if it has ended by itself
   * @return the new task, or null if the slot stays as it is
   */
  @Nullable Task restart(Transaction tx, Service service, Task old, Reason cause, String err) {
    TaskWrites.shutDown(tx, old, cause, err);
    if (StandIns.hasOne(tx, service, old)) {
      return null;
    }
    RestartPolicy policy = service.spec().task().effectiveRestart();
    RestartHistory history =
        histories.of(service.id(), old.slot(), service.specVersion(), old.iteration());
    if (!history.allows(policy, old, service.spec().mode().isJob())) {
      return null;
    }
    PendingStarts.Start earlier = starts.take(old.id());
    Instant now = tx.now();
    history.restarted(policy, old, now);
    Instant due = now.plus(delay(policy, history, PendingStarts.nodeOf(tx, old)));
    if (earlier != null && earlier.due().isAfter(due)) {
      due = earlier.due();
    }
    Set<TaskId> awaited = starts.awaited(tx, old, earlier);
    if (awaited.isEmpty() && !due.isAfter(now)) {
      return NewTasks.create(control, tx, service, old.slot(), old.iteration());
    }
    Task next =
        NewTasks.createWaiting(
            control,
            tx,
            service,
            old.slot(),
            old.iteration(),
            holdReason(policy, history, awaited, due, now));
    starts.arm(next.id(), awaited, due);
    return next;
  }

  /** Puts a new task in a slot as soon as all that is ending there has ended. */
  Task fill(Transaction tx, Service service, SlotKey slot) {
    List<Task> ending = PendingStarts.endingIn(tx, service.id(), slot);
    if (ending.isEmpty()) {
      return NewTasks.create(control, tx, service, slot);
    }
    Reason held = new Reason.AwaitingPredecessor(ending.get(0).id());
    Task next = NewTasks.createWaiting(control, tx, service, slot, held);
    startAfter(tx, next, ending);
    return next;
  }

  /**
   * Whether the policy would refuse a successor of a task that has ended, so that it keeps its
   * slot.
   */
  boolean isFinal(Service service, Task ended) {
    return histories.isFinal(service, ended);
  }

  /** Lets {@code next} run as soon as all {@code old} have ended, without any delay. */
  void startAfter(Transaction tx, Task next, List<Task> old) {
    starts.after(tx, next, old);
  }

  private static Reason holdReason(
      RestartPolicy policy, RestartHistory history, Set<TaskId> awaited, Instant due, Instant now) {
    int threshold = policy.backoff().threshold();
    if (threshold > 0 && history.quickFailures() > threshold) {
      return new Reason.CrashLoop(history.quickFailures(), due);
    }
    return due.isAfter(now)
        ? new Reason.RestartDelay(due)
        : new Reason.AwaitingPredecessor(awaited.iterator().next());
  }

  private static Duration delay(RestartPolicy policy, RestartHistory history, @Nullable Node node) {
    boolean drained = node != null && node.spec().availability() == Node.Availability.DRAIN;
    return drained
        ? Duration.ZERO
        : policy.backoff().delay(policy.delay(), history.quickFailures());
  }
}
