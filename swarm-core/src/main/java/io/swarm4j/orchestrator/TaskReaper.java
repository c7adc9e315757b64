package io.swarm4j.orchestrator;

import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.SlotKey;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskState;
import io.swarm4j.store.Change;
import io.swarm4j.store.Transaction;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Forgets tasks that are over: those that shall leave no history at once, others when their slot
 * has more than {@code taskHistoryLimit} tasks (or one more than the restart attempts, where those
 * are limited), the oldest first. Removed services follow their last task.
 */
public final class TaskReaper implements Reconciler {
  private final Set<Slot> dirty = new LinkedHashSet<>();
  private final Set<ServiceId> removed = new LinkedHashSet<>();

  @SuppressWarnings("NullAway.Init") // set by begin, before anything else is called
  private Control control;

  private record Slot(ServiceId service, SlotKey key) {}

  @Override
  public void begin(Control newControl, Transaction tx) {
    control = newControl;
    for (Service service : tx.services()) {
      tx.slotsOf(service.id()).forEach(slot -> dirty.add(new Slot(service.id(), slot)));
      if (service.isRemoved()) {
        removed.add(service.id());
      }
    }
  }

  @Override
  public void reconcile(List<Change> changes, Transaction tx) {
    for (Change change : changes) {
      if (change.latest() instanceof Task task) {
        if (change.after() == null) {
          Service service = tx.service(task.serviceId());
          if (service != null && service.isRemoved()) {
            removed.add(service.id());
          }
        } else if (!task.isDesiredAlive() || change.before() == null) {
          dirty.add(new Slot(task.serviceId(), task.slot()));
        }
      } else if (change.after() instanceof Service service && service.isRemoved()) {
        removed.add(service.id());
      }
    }
    for (Iterator<Slot> i = dirty.iterator(); i.hasNext() && !tx.isFull(); ) {
      Slot slot = i.next();
      i.remove();
      reap(tx, slot);
    }
    for (Iterator<ServiceId> i = removed.iterator(); i.hasNext() && !tx.isFull(); ) {
      ServiceId id = i.next();
      i.remove();
      Service service = tx.service(id);
      if (service != null && service.isRemoved() && tx.slotsOf(id).isEmpty()) {
        tx.delete(id);
      }
    }
    if (!dirty.isEmpty() || !removed.isEmpty()) {
      control.again();
    }
  }

  private void reap(Transaction tx, Slot slot) {
    List<Task> tasks = tx.tasksIn(slot.service(), slot.key());
    if (tasks.size() == 1 && tasks.get(0).desiredState() != TaskState.REMOVE) {
      return;
    }
    List<Task> over = new ArrayList<>();
    int kept = 0;
    for (Task task : tasks) {
      boolean neverRan = task.state().isBefore(TaskState.ASSIGNED) && !task.isDesiredAlive();
      if (task.desiredState() == TaskState.REMOVE && (neverRan || task.state().isTerminal())) {
        tx.delete(task.id());
      } else {
        kept++;
        if (neverRan || (task.state().isTerminal() && !task.isDesiredAlive())) {
          over.add(task);
        }
      }
    }
    int limit = limit(tx, slot.service());
    if (limit < 0 || kept <= limit) {
      return;
    }
    over.sort(Comparator.comparing((Task task) -> task.status().at()).thenComparing(Task::id));
    for (Task oldest : over.subList(0, Math.min(over.size(), kept - limit))) {
      tx.delete(oldest.id());
    }
  }

  private static int limit(Transaction tx, ServiceId id) {
    Service service = tx.service(id);
    if (service != null) {
      if (service.spec().mode().isJob()) {
        return -1;
      }
      int attempts = service.spec().task().effectiveRestart().maxAttempts();
      if (attempts > 0) {
        return attempts + 1;
      }
    }
    return tx.cluster().spec().taskHistoryLimit();
  }

  @Override
  public void end() {
    dirty.clear();
    removed.clear();
  }
}
