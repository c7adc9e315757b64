package io.swarm4j.network.endpoint;

import io.swarm4j.model.Ip;
import io.swarm4j.model.NetworkId;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.PortSpec.Protocol;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.TaskId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A place where clients reach a service, and the tasks that serve them there.
 *
 * @param kind what kind of place
 * @param service the service
 * @param network the network of {@code address}; null for ports of nodes
 * @param address the virtual address; null for ports of nodes
 * @param node the only node on which the port is open; null unless {@link Kind#HOST}
 * @param protocol transport protocol; of no meaning for {@link Kind#ADDRESS}
 * @param port the port that clients use; 0 for {@link Kind#ADDRESS}
 * @param bind addresses or interfaces of nodes on which the port is open; empty for all
 * @param backends running tasks that were not withdrawn, in the order in which the state lists them
 */
public record ServiceFrontend(
    Kind kind,
    ServiceId service,
    @Nullable NetworkId network,
    @Nullable Ip address,
    @Nullable NodeId node,
    Protocol protocol,
    int port,
    List<String> bind,
    List<Backend> backends) {

  /** Kinds of places where clients reach a service. */
  public enum Kind {
    /** A published port, open on every node. */
    PUBLISHED,
    /** A published port of one node, leading to the task there. */
    HOST,
    /** A port of a virtual address that at least one task listens on. */
    VIRTUAL,
    /** A virtual address with all its ports; for data planes that do not look at ports. */
    ADDRESS
  }

  public ServiceFrontend {
    bind = List.copyOf(bind);
    backends = List.copyOf(backends);
  }

  /**
   * A task that serves.
   *
   * @param task the task
   * @param address its address, on the frontend's network if that has one
   * @param port the port that it listens on; 0 for {@link Kind#ADDRESS}
   * @param node where it runs
   */
  public record Backend(TaskId task, Ip address, int port, NodeId node) {}

  /** A name that is unique among all frontends of a swarm and stays the same as tasks change. */
  public String id() {
    return switch (kind) {
      case PUBLISHED -> "published/" + protocol + "/" + port;
      case HOST -> "host/" + node + "/" + protocol + "/" + port + "/" + backends.get(0).task();
      case VIRTUAL -> "virtual/" + network + "/" + address + "/" + protocol + "/" + port;
      case ADDRESS -> "address/" + network + "/" + address;
    };
  }
}
