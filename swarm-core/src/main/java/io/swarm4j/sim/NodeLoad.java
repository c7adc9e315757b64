package io.swarm4j.sim;

import io.swarm4j.model.Node;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.PortSpec;
import io.swarm4j.model.PortSpec.PublishMode;
import io.swarm4j.model.Resources;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskState;
import io.swarm4j.store.State;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the tasks of a node take of it. */
final class NodeLoad {
  private long cpus;
  private long memory;
  private final Set<String> ports = new HashSet<>();
  private final Map<ServiceId, Integer> perService = new HashMap<>();

  static NodeLoad of(State state, NodeId node) {
    NodeLoad load = new NodeLoad();
    for (Task task : state.tasksOn(node)) {
      if (takesRoom(task)) {
        load.add(task, state.specOf(task));
      }
    }
    return load;
  }

  static boolean takesRoom(Task task) {
    return task.holdsNode() && !task.state().isBefore(TaskState.ASSIGNED);
  }

  private void add(Task task, ServiceSpec spec) {
    Resources reserved = spec.task().resources().reserved();
    cpus += reserved.nanoCpus();
    memory += reserved.memoryBytes();
    ports.addAll(hostPorts(spec));
    if (task.isDesiredAlive()) {
      perService.merge(task.serviceId(), 1, Integer::sum);
    }
  }

  /** The ports that each task of a service takes of its node, as {@code protocol/number}. */
  static List<String> hostPorts(ServiceSpec spec) {
    return spec.endpoint().ports().stream()
        .filter(port -> port.publishMode() == PublishMode.HOST && port.published() != 0)
        .map((PortSpec port) -> port.protocol() + "/" + port.published())
        .toList();
  }

  /** Tasks of a service that shall live. */
  int tasksOf(ServiceId service) {
    return perService.getOrDefault(service, 0);
  }

  boolean exceeds(Resources total) {
    return cpus > total.nanoCpus() || memory > total.memoryBytes();
  }

  /** Whether one more task of a service fits, as far as resources, ports and its limit go. */
  boolean hasRoomFor(ServiceId service, ServiceSpec spec, Node node) {
    Resources total = node.description().resources();
    Resources reserved = spec.task().resources().reserved();
    int limit = spec.task().placement().maxReplicasPerNode();
    return cpus + reserved.nanoCpus() <= total.nanoCpus()
        && memory + reserved.memoryBytes() <= total.memoryBytes()
        && hostPorts(spec).stream().noneMatch(ports::contains)
        && (limit == 0 || tasksOf(service) < limit);
  }

  @Override
  public String toString() {
    return cpus + " nano-CPUs and " + memory + " bytes";
  }
}
