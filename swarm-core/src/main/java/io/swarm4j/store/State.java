package io.swarm4j.store;

import io.swarm4j.model.Cluster;
import io.swarm4j.model.Config;
import io.swarm4j.model.ConfigId;
import io.swarm4j.model.Id;
import io.swarm4j.model.Network;
import io.swarm4j.model.NetworkId;
import io.swarm4j.model.Node;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.Secret;
import io.swarm4j.model.SecretId;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.SlotKey;
import io.swarm4j.model.StoreObject;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What can be asked of the swarm's state: of a {@link View}, which never changes, or of a {@link
 * Transaction}, which sees its own writes.
 *
 * <p>Lists are copies, in an order that follows from ids alone; callers may write to a transaction
 * while they go through one. Names are looked up without regard to case.
 */
public interface State {

  /** Number of the last change that this state has seen; rises by one with each committed entry. */
  long revision();

  /** The swarm's settings. */
  Cluster cluster();

  @Nullable Task task(TaskId id);

  @Nullable Service service(ServiceId id);

  @Nullable Node node(NodeId id);

  @Nullable Network network(NetworkId id);

  @Nullable Secret secret(SecretId id);

  @Nullable Config config(ConfigId id);

  /** Any object by its id. */
  default @Nullable StoreObject object(Id id) {
    if (id instanceof TaskId task) {
      return task(task);
    } else if (id instanceof ServiceId service) {
      return service(service);
    } else if (id instanceof NodeId node) {
      return node(node);
    } else if (id instanceof NetworkId network) {
      return network(network);
    } else if (id instanceof SecretId secret) {
      return secret(secret);
    } else if (id instanceof ConfigId config) {
      return config(config);
    }
    return cluster().id().equals(id) ? cluster() : null;
  }

  /** The service of that name, not counting removed ones. */
  @Nullable Service serviceNamed(String name);

  @Nullable Network networkNamed(String name);

  /** The latest version of the secret of that name. */
  @Nullable Secret secretNamed(String name);

  /** The latest version of the config of that name. */
  @Nullable Config configNamed(String name);

  /** All services, those that were removed and still have tasks included. */
  List<Service> services();

  List<Node> nodes();

  List<Network> networks();

  List<Secret> secrets();

  List<Config> configs();

  /** All tasks; costs time and memory in proportion to their number. */
  List<Task> tasks();

  /** How many tasks there are. */
  int taskCount();

  /** All tasks of a service, ended ones included. */
  List<Task> tasksOf(ServiceId service);

  /** The tasks of one slot, in no particular order. */
  List<Task> tasksIn(ServiceId service, SlotKey slot);

  /** Slots of a service that have at least one task. */
  List<SlotKey> slotsOf(ServiceId service);

  /** All tasks assigned to a node, ended ones included. */
  List<Task> tasksOn(NodeId node);

  /** Versions of a service's spec that its tasks refer to, and that must therefore be kept. */
  default Set<Long> specVersionsInUse(ServiceId service) {
    Set<Long> versions = new TreeSet<>();
    tasksOf(service).forEach(task -> versions.add(task.specVersion()));
    return versions;
  }

  /**
   * The spec that a task runs.
   *
   * @throws IllegalStateException if it is not kept, which the store rules out
   */
  default ServiceSpec specOf(Task task) {
    Service service = service(task.serviceId());
    ServiceSpec spec = service == null ? null : service.specAt(task.specVersion());
    if (spec == null) {
      throw new IllegalStateException(
          "task "
              + task.id()
              + " refers to version "
              + task.specVersion()
              + " of service "
              + task.serviceId()
              + ", which is not kept");
    }
    return spec;
  }

  /**
   * The task's name as users see it: {@code web.4}, or {@code web.<node id>} for a global service.
   */
  default String nameOf(Task task) {
    Service service = service(task.serviceId());
    return (service == null ? task.serviceId().toString() : service.name()) + "." + task.slot();
  }
}
