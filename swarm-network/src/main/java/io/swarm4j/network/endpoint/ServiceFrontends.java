package io.swarm4j.network.endpoint;

import io.swarm4j.model.Attachment;
import io.swarm4j.model.Endpoint.VirtualIp;
import io.swarm4j.model.Ip;
import io.swarm4j.model.NetworkId;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.PortSpec;
import io.swarm4j.model.PortSpec.Protocol;
import io.swarm4j.model.PortSpec.PublishMode;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskStatus.ContainerStatus;
import io.swarm4j.network.endpoint.ServiceFrontend.Backend;
import io.swarm4j.network.endpoint.ServiceFrontend.Kind;
import io.swarm4j.network.ports.PortKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Computes all frontends of one service from the service and its tasks. */
final class ServiceFrontends {
  private final Service service;
  private final @Nullable NetworkId ingress;
  private final List<Task> serving;
  private final List<ServiceFrontend> found = new ArrayList<>();

  private ServiceFrontends(Service service, Collection<Task> tasks, @Nullable NetworkId ingress) {
    this.service = service;
    this.ingress = ingress;
    this.serving = tasks.stream().filter(ServiceFrontends::serves).toList();
  }

  static List<ServiceFrontend> of(
      Service service, Collection<Task> tasks, @Nullable NetworkId ingress) {
    ServiceFrontends frontends = new ServiceFrontends(service, tasks, ingress);
    for (PortSpec port : service.endpoint().ports()) {
      if (port.published() != 0) {
        frontends.addPublished(port);
      }
    }
    service.endpoint().virtualIps().forEach(frontends::addVirtual);
    return List.copyOf(frontends.found);
  }

  /** Whether clients may be sent to a task: it runs, is ready, and nobody wants it to stop. */
  static boolean serves(Task task) {
    return task.status().isReady() && task.isDesiredAlive() && task.nodeId() != null;
  }

  private void addPublished(PortSpec port) {
    List<Backend> backends = new ArrayList<>();
    for (Task task : serving) {
      int target = target(task, port);
      Ip address = publishedAddress(task);
      if (target != 0 && address != null) {
        backends.add(backend(task, address, target));
      }
    }
    if (port.publishMode() == PublishMode.INGRESS) {
      found.add(frontend(Kind.PUBLISHED, null, port, backends));
    } else {
      backends.forEach(one -> found.add(frontend(Kind.HOST, one.node(), port, List.of(one))));
    }
  }

  private ServiceFrontend frontend(
      Kind kind, @Nullable NodeId node, PortSpec port, List<Backend> backends) {
    return new ServiceFrontend(
        kind,
        service.id(),
        null,
        null,
        node,
        port.protocol(),
        port.published(),
        port.bind(),
        backends);
  }

  /**
   * The port that a task listens on for a published one, 0 if it does not know of it. During an
   * update that is what the task's own version of the spec says.
   */
  private int target(Task task, PortSpec port) {
    if (task.specVersion() == service.specVersion()) {
      return port.target();
    }
    ServiceSpec own = service.specAt(task.specVersion());
    int byKind = 0;
    for (PortSpec other : own == null ? List.<PortSpec>of() : own.endpoint().ports()) {
      if (other.protocol() == port.protocol() && other.publishMode() == port.publishMode()) {
        if (other.published() == port.published()) {
          return other.target();
        }
        if (other.name().equals(port.name()) && other.target() == port.target()) {
          byKind = other.target(); // the same port, under a number that was changed or left open
        }
      }
    }
    return byKind;
  }

  private @Nullable Ip publishedAddress(Task task) {
    Ip onIngress = ingress == null ? null : address(task, ingress, null);
    return onIngress != null || task.attachments().isEmpty()
        ? onIngress
        : task.reachedAt(task.attachments().get(0));
  }

  private void addVirtual(VirtualIp vip) {
    Map<PortKey, List<Backend>> byPort = new TreeMap<>();
    List<Backend> all = new ArrayList<>();
    for (Task task : serving) {
      Ip address = address(task, vip.network(), vip.address());
      if (address != null) {
        all.add(backend(task, address, 0));
        for (PortKey port : exposed(task)) {
          byPort
              .computeIfAbsent(port, key -> new ArrayList<>())
              .add(backend(task, address, port.port()));
        }
      }
    }
    found.add(frontend(Kind.ADDRESS, vip, new PortKey(Protocol.TCP, 0), all));
    byPort.forEach((port, backends) -> found.add(frontend(Kind.VIRTUAL, vip, port, backends)));
  }

  private ServiceFrontend frontend(Kind kind, VirtualIp vip, PortKey port, List<Backend> backends) {
    return new ServiceFrontend(
        kind,
        service.id(),
        vip.network(),
        vip.address(),
        null,
        port.protocol(),
        port.port(),
        List.of(),
        backends);
  }

  /** The ports that a task is known to listen on. */
  private Set<PortKey> exposed(Task task) {
    Set<PortKey> ports = new TreeSet<>();
    ContainerStatus container = task.status().container();
    if (container != null) {
      container.exposedPorts().forEach(port -> ports.add(new PortKey(Protocol.TCP, port)));
    }
    ServiceSpec spec = service.specAt(task.specVersion());
    if (spec != null) {
      spec.task()
          .container()
          .exposedPorts()
          .forEach(port -> ports.add(new PortKey(Protocol.TCP, port)));
      spec.endpoint()
          .ports()
          .forEach(port -> ports.add(new PortKey(port.protocol(), port.target())));
    }
    return ports;
  }

  /** A task's address on a network, of the same family as {@code like} if that is given. */
  private static @Nullable Ip address(Task task, NetworkId network, @Nullable Ip like) {
    for (Attachment attachment : task.attachments()) {
      if (attachment.network().equals(network)
          && (like == null || like.isV4() == attachment.address().isV4())) {
        return task.reachedAt(attachment);
      }
    }
    return null;
  }

  private static Backend backend(Task task, Ip address, int port) {
    NodeId node = task.nodeId();
    if (node == null) {
      throw new AssertionError("a task that serves has a node: " + task.id());
    }
    return new Backend(task.id(), address, port, node);
  }
}
