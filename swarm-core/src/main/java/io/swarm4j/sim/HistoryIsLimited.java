package io.swarm4j.sim;

import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.SlotKey;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskState;
import io.swarm4j.store.Change;
import io.swarm4j.store.Commit;
import io.swarm4j.store.State;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A slot keeps no more ended tasks than the limit, for no longer than the reaper needs; removed
 * tasks leave no history.
 */
final class HistoryIsLimited implements Invariant {
  private static final Duration TIME_TO_REAP = Duration.ofSeconds(30);

  private final Map<Slot, Instant> over = new LinkedHashMap<>();

  private record Slot(ServiceId service, SlotKey key) {}

  @Override
  public String name() {
    return "the reaper keeps its limits";
  }

  @Override
  public void check(Commit commit, Consumer<String> breach) {
    for (Change change : commit.changes()) {
      if (change.latest() instanceof Task task) {
        Slot slot = new Slot(task.serviceId(), task.slot());
        if (isOver(commit.after(), slot)) {
          over.putIfAbsent(slot, commit.at());
        } else {
          over.remove(slot);
        }
      }
    }
    Iterator<Map.Entry<Slot, Instant>> all = over.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<Slot, Instant> oldest = all.next();
      if (!oldest.getValue().plus(TIME_TO_REAP).isBefore(commit.at())) {
        return;
      }
      all.remove();
      if (isOver(commit.after(), oldest.getKey())) {
        report(commit.after(), oldest.getKey(), breach);
      }
    }
  }

  @Override
  public void check(State state, Consumer<String> breach) {
    for (Service service : state.services()) {
      for (SlotKey key : state.slotsOf(service.id())) {
        Slot slot = new Slot(service.id(), key);
        if (isOver(state, slot)) {
          report(state, slot, breach);
        }
      }
    }
  }

  private static boolean isOver(State state, Slot slot) {
    Service service = state.service(slot.service());
    if (service == null || service.spec().mode().isJob()) {
      return false;
    }
    int attempts = service.spec().task().effectiveRestart().maxAttempts();
    int limit = attempts > 0 ? attempts + 1 : state.cluster().spec().taskHistoryLimit();
    int all = 0;
    int ended = 0;
    for (Task task : state.tasksIn(slot.service(), slot.key())) {
      boolean isOver = task.state().isTerminal() && !task.isDesiredAlive();
      if (isOver && task.desiredState() == TaskState.REMOVE) {
        return true;
      }
      all++;
      ended += isOver ? 1 : 0;
    }
    return limit >= 0 && all > limit && ended > 0;
  }

  private static void report(State state, Slot slot, Consumer<String> breach) {
    breach.accept(
        "slot "
            + slot.key()
            + " of service "
            + slot.service()
            + " keeps "
            + state.tasksIn(slot.service(), slot.key()).stream()
                .map(task -> task.id() + " " + task.state() + "/" + task.desiredState())
                .toList());
  }
}
