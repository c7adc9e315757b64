package io.swarm4j.network.endpoint;

import io.swarm4j.model.Endpoint;
import io.swarm4j.model.Network;
import io.swarm4j.model.NetworkId;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.StoreObject;
import io.swarm4j.model.Task;
import io.swarm4j.network.Networks;
import io.swarm4j.store.Change;
import io.swarm4j.store.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * All frontends of a swarm, kept in step with its state service by service.
 *
 * <p>Mutable and not thread-safe.
 */
public final class EndpointTable {
  private final TreeMap<ServiceId, List<ServiceFrontend>> byService = new TreeMap<>();
  private @Nullable NetworkId ingress;

  /** The table of {@code state}. */
  public static EndpointTable of(State state) {
    EndpointTable table = new EndpointTable();
    table.reset(state);
    return table;
  }

  /** Computes everything anew, as after a restart. */
  public void reset(State state) {
    byService.clear();
    ingress = ingress(state);
    state.services().forEach(service -> recompute(service.id(), state));
  }

  /**
   * Follows the state.
   *
   * @param changes since the last call
   * @param state after all of them
   * @return the services whose frontends are other than before
   */
  public Set<ServiceId> apply(List<Change> changes, State state) {
    TreeSet<ServiceId> touched = new TreeSet<>();
    for (Change change : changes) {
      StoreObject latest = change.latest();
      if (latest instanceof Task task) {
        if (matters((Task) change.before(), (Task) change.after())) {
          touched.add(task.serviceId());
        }
      } else if (latest instanceof Service service) {
        touched.add(service.id());
      } else if (latest instanceof Network && !Objects.equals(ingress, ingress(state))) {
        ingress = ingress(state);
        state.services().forEach(service -> touched.add(service.id()));
      }
    }
    touched.removeIf(id -> !recompute(id, state));
    return touched;
  }

  /** All frontends, in the order of the services' ids. */
  public List<ServiceFrontend> frontends() {
    List<ServiceFrontend> all = new ArrayList<>();
    byService.values().forEach(all::addAll);
    return all;
  }

  /** The frontends of one service. */
  public List<ServiceFrontend> frontends(ServiceId service) {
    return byService.getOrDefault(service, List.of());
  }

  private boolean recompute(ServiceId id, State state) {
    Service service = state.service(id);
    List<ServiceFrontend> now =
        service == null || service.isRemoved() || service.endpoint().equals(Endpoint.NONE)
            ? List.of()
            : ServiceFrontends.of(service, state.tasksOf(id), ingress);
    List<ServiceFrontend> before = now.isEmpty() ? byService.remove(id) : byService.put(id, now);
    return !now.equals(before == null ? List.of() : before);
  }

  /** Whether a change of a task can have changed a frontend. */
  private static boolean matters(@Nullable Task before, @Nullable Task after) {
    boolean served = before != null && ServiceFrontends.serves(before);
    boolean serves = after != null && ServiceFrontends.serves(after);
    return served != serves
        || (served
            && before != null
            && after != null
            && !(before.attachments().equals(after.attachments())
                && Objects.equals(before.status().container(), after.status().container())
                && Objects.equals(before.nodeId(), after.nodeId())
                && before.specVersion() == after.specVersion()));
  }

  private static @Nullable NetworkId ingress(State state) {
    Network network = Networks.ingress(state);
    return network == null ? null : network.id();
  }
}
