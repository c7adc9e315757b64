package io.swarm4j.docker;

import io.swarm4j.agent.TaskContext;
import io.swarm4j.model.Attachment;
import io.swarm4j.model.Ip;
import io.swarm4j.model.NetworkId;
import io.swarm4j.model.PortSpec;
import io.swarm4j.model.TaskId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How containers come onto networks; a data plane has its own, {@link #bridge()} needs none.
 *
 * <p>All methods are called on threads that may block, for one task in the order in which they
 * stand here; {@link #attach} and {@link #detach} may be called again after a crash.
 */
public interface ContainerNetworking {

  /**
   * Makes what the task's container is to be attached to, before the container is created.
   *
   * @throws io.swarm4j.agent.TaskFailure if that cannot be had
   */
  Attachments attach(TaskContext task);

  /**
   * The container has started and has its network namespace.
   *
   * @param pid its first process, whose {@code /proc/<pid>/ns/net} leads to the namespace
   */
  default void started(TaskContext task, long pid) {}

  /**
   * A container of an earlier life is taken over. Does not wait for what follows from that.
   *
   * @param pid its first process; 0 if it has ended
   * @param networks names of the engine's networks that it is on
   */
  default void adopted(TaskId task, long pid, Set<String> networks) {}

  /** The container is gone. */
  default void detach(TaskId task) {}

  /**
   * What a container is created with.
   *
   * @param mode network mode such as {@code bridge}, {@code host}, or a network's name
   * @param endpoints the networks of the engine, the first of which is {@code mode}; empty for a
   *     mode that is no network of its own
   * @param nameservers in place of the engine's; empty keeps them. Those of the spec go first
   * @param hosts extra lines {@code name -> address}
   * @param ports ports that the engine itself publishes on the host
   */
  record Attachments(
      String mode,
      List<NetworkEndpoint> endpoints,
      List<String> nameservers,
      Map<String, String> hosts,
      List<PortSpec> ports) {
    public Attachments {
      endpoints = List.copyOf(endpoints);
      nameservers = List.copyOf(nameservers);
      hosts = Map.copyOf(hosts);
      ports = List.copyOf(ports);
    }
  }

  /**
   * A container's place on a network of the engine.
   *
   * @param address its IPv4 address
   * @param ipv6 its IPv6 address; null if it has none
   */
  record NetworkEndpoint(String network, Ip address, @Nullable Ip ipv6, List<String> aliases) {}

  /**
   * The engine's default bridge for all, where others reach them by the bridge's addresses; names
   * of the swarm are asked of its name servers.
   */
  static ContainerNetworking bridge() {
    return task -> onBridge(task, List.of());
  }

  private static Attachments onBridge(TaskContext task, List<PortSpec> ports) {
    List<NetworkId> networks = task.task().attachments().stream().map(Attachment::network).toList();
    List<String> servers = task.names().servers(networks).stream().map(Ip::toString).toList();
    return new Attachments("bridge", List.of(), servers, Map.of(), ports);
  }

  /** The default bridge, with ports in host mode published by the engine. */
  static ContainerNetworking bridgeWithHostPorts() {
    return task ->
        onBridge(
            task,
            task.service().endpoint().ports().stream()
                .filter(port -> port.publishMode() == PortSpec.PublishMode.HOST)
                .toList());
  }
}
