package io.swarm4j.network.dns;

import io.swarm4j.model.Ip;
import io.swarm4j.model.NetworkId;
import io.swarm4j.model.Node;
import io.swarm4j.model.Node.NodeState;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.PortSpec;
import io.swarm4j.model.PortSpec.Protocol;
import io.swarm4j.model.PortSpec.PublishMode;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskStatus.ContainerStatus;
import io.swarm4j.store.State;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes SRV records: of a port at each task, or of a published port on each node. */
final class ServerRecords {
  private final Discovery discovery;
  private final List<NetworkId> networks;
  private final State state;
  private final List<byte[]> servers = new ArrayList<>();
  private final List<byte[]> addresses = new ArrayList<>();

  ServerRecords(Discovery discovery, List<NetworkId> networks) {
    this.discovery = discovery;
    this.networks = networks;
    this.state = discovery.state();
  }

  /** The answer; null if there is no such service. */
  @Nullable Answer answer(ServiceName name, int type) {
    Set<ServiceId> services = discovery.services(name.service(), networks);
    if (services.isEmpty()) {
      return null;
    }
    if (type != Wire.SRV && type != Wire.ANY) {
      return Answer.nothing(Wire.NO_ERROR, 0);
    }
    if (name.published()) {
      services.forEach(id -> addPublished(name, id));
    } else {
      discovery.tasks(name.service(), networks).forEach(task -> addTask(name, task));
    }
    return servers.isEmpty() ? Answer.nothing(Wire.NAME_ERROR, 0) : Answer.of(servers, addresses);
  }

  private void addTask(ServiceName name, Discovery.Reachable reachable) {
    Task task = reachable.task();
    Service service = state.service(task.serviceId());
    int port = service == null ? 0 : port(name, task, service);
    if (service != null && port != 0) {
      add(port, task.slot() + "." + service.name(), reachable.address());
    }
  }

  /** The port that a task listens on, by its own version of the spec; 0 if it has none such. */
  private static int port(ServiceName name, Task task, Service service) {
    ServiceSpec spec = service.specAt(task.specVersion());
    if (spec != null) {
      for (PortSpec port : spec.endpoint().ports()) {
        if (name.matches(port)) {
          return port.target();
        }
      }
    }
    if (name.protocol() == Protocol.TCP) {
      List<Integer> exposed = new ArrayList<>();
      ContainerStatus container = task.status().container();
      exposed.addAll(container == null ? List.of() : container.exposedPorts());
      exposed.addAll(spec == null ? List.of() : spec.task().container().exposedPorts());
      for (int port : exposed) {
        if (name.port().equals(Integer.toString(port))) {
          return port;
        }
      }
    }
    return 0;
  }

  private void addPublished(ServiceName name, ServiceId id) {
    Service service = state.service(id);
    if (service == null) {
      return;
    }
    Set<NodeId> hosts = new HashSet<>();
    discovery
        .tasks(name.service(), networks)
        .forEach(reachable -> hosts.add(nodeOf(reachable.task())));
    for (PortSpec port : service.endpoint().ports()) {
      if (name.matches(port) && port.published() != 0) {
        for (Node node : state.nodes()) {
          boolean open = port.publishMode() == PublishMode.INGRESS || hosts.contains(node.id());
          if (open && node.status().state() == NodeState.READY) {
            add(
                port.published(),
                NameIndex.lower(node.hostname()) + Zone.NODES,
                Ip.parse(node.status().address()));
          }
        }
      }
    }
  }

  private static @Nullable NodeId nodeOf(Task task) {
    return task.nodeId();
  }

  private void add(int port, String target, Ip address) {
    byte[] wireName = Wire.name(target);
    servers.add(Wire.server(port, wireName, 0));
    addresses.add(Wire.address(wireName, address, 0));
  }
}
