package io.swarm4j.orchestrator;

import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.SlotKey;
import io.swarm4j.model.Task;
import java.util.LinkedHashMap;
import java.util.Map;

/** What has been tried in each slot, for the slots that have tasks. */
final class RestartHistories {
  private final Map<ServiceId, Map<SlotKey, RestartHistory>> histories = new LinkedHashMap<>();

  /** The history of a slot under a spec, which may have just begun. */
  RestartHistory of(ServiceId service, SlotKey slot, long specVersion, int iteration) {
    Map<SlotKey, RestartHistory> slots =
        histories.computeIfAbsent(service, id -> new LinkedHashMap<>());
    RestartHistory history = slots.get(slot);
    if (history == null || !history.isOf(specVersion, iteration)) {
      history = new RestartHistory(specVersion, iteration);
      slots.put(slot, history);
    }
    return history;
  }

  /** Whether the policy would refuse a successor of a task that has ended. */
  boolean isFinal(Service service, Task ended) {
    RestartHistory history = histories.getOrDefault(service.id(), Map.of()).get(ended.slot());
    if (history == null || !history.isOf(ended.specVersion(), ended.iteration())) {
      history = new RestartHistory(ended.specVersion(), ended.iteration());
    }
    return !history.allows(
        service.spec().task().effectiveRestart(), ended, service.spec().mode().isJob());
  }

  /** The slot of a task has no task any more. */
  void forgetSlot(Task last) {
    Map<SlotKey, RestartHistory> slots = histories.get(last.serviceId());
    if (slots != null) {
      slots.remove(last.slot());
    }
  }

  void forget(ServiceId service) {
    histories.remove(service);
  }

  void clear() {
    histories.clear();
  }
}
