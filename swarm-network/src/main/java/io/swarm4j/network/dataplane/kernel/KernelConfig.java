package io.swarm4j.network.dataplane.kernel;

import io.swarm4j.model.Ip;
import io.swarm4j.model.OverlayKey;
import io.swarm4j.model.PortSpec.Protocol;
import io.swarm4j.model.Subnet;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Everything that the kernel of one node shall do: the whole, not a change.
 *
 * @param revision orders configurations; a plane never goes back to a lower one
 * @param overlays the networks that a task of this node is attached to
 * @param published the published ports that are open on this node
 * @param tasksHere IPv4 addresses of the tasks that run on this node
 * @param tasks the tasks of this node that reach services by virtual addresses
 * @param keys from which the encryption of overlays is derived, the newest last
 */
public record KernelConfig(
    long revision,
    List<Overlay> overlays,
    List<PublishedPort> published,
    Set<Ip> tasksHere,
    List<LocalTask> tasks,
    List<OverlayKey> keys) {

  /** Copies all. */
  public KernelConfig {
    overlays = List.copyOf(overlays);
    published = List.copyOf(published);
    tasksHere = Set.copyOf(tasksHere);
    tasks = List.copyOf(tasks);
    keys = List.copyOf(keys);
  }

  /** Without any encryption. */
  public KernelConfig(
      long revision,
      List<Overlay> overlays,
      List<PublishedPort> published,
      Set<Ip> tasksHere,
      List<LocalTask> tasks) {
    this(revision, overlays, published, tasksHere, tasks, List.of());
  }

  /**
   * What of this is not in another configuration, so that a change costs no more than what it
   * concerns. Overlays and tasks are left as they are.
   */
  KernelConfig without(KernelConfig other) {
    return new KernelConfig(
        revision,
        overlays,
        List.copyOf(difference(published, other.published)),
        Set.copyOf(difference(tasksHere, other.tasksHere)),
        tasks,
        keys);
  }

  private static <T> Collection<T> difference(Collection<T> all, Collection<T> others) {
    if (all == others) {
      return Set.of();
    }
    Set<T> same = new HashSet<>(others);
    return all.stream().filter(each -> !same.contains(each)).toList();
  }

  /** The same with other published ports. */
  KernelConfig withPublished(List<PublishedPort> ports) {
    return new KernelConfig(revision, overlays, ports, tasksHere, tasks, keys);
  }

  /** The same with other tasks. */
  KernelConfig withTasks(List<LocalTask> others) {
    return new KernelConfig(revision, overlays, published, tasksHere, others, keys);
  }

  /** A node without anything to do. */
  public static KernelConfig empty(long revision) {
    return new KernelConfig(revision, List.of(), List.of(), Set.of(), List.of());
  }

  /**
   * A network that spans nodes.
   *
   * @param vni its VXLAN identifier
   * @param subnet its addresses
   * @param address this node's own address on it, and the gateway of the tasks here
   * @param ipv6 the same of IPv6, with the length of the prefix; null if it has none
   * @param remotes whoever is on it at other nodes, in the order of their addresses
   * @param encrypted whether packets between nodes are
   */
  public record Overlay(
      int vni,
      Subnet subnet,
      Ip address,
      @Nullable Subnet ipv6,
      List<Remote> remotes,
      boolean encrypted) {
    /** Copies the list, and sorts it. */
    public Overlay {
      remotes = remotes.stream().sorted(Comparator.comparing(Remote::address)).toList();
    }

    /** One of IPv4 alone that is not encrypted. */
    public Overlay(int vni, Subnet subnet, Ip address, List<Remote> remotes) {
      this(vni, subnet, address, null, remotes, false);
    }

    /** Whether an address is this node's own. */
    boolean isAt(Ip own) {
      return own.equals(address) || (ipv6 != null && own.equals(ipv6.address()));
    }

    /**
     * The longest packet that it carries as one.
     *
     * @param plain the same of overlays that are not encrypted
     */
    public int mtu(int plain) {
      return encrypted ? plain - Encryption.OVERHEAD : plain;
    }

    /** The name of its bridge. */
    public String bridge() {
      return "s4jb" + vni;
    }

    /** The name of its VXLAN device. */
    public String vxlan() {
      return "s4jx" + vni;
    }
  }

  /**
   * An address on an overlay that is at another node.
   *
   * @param address the address of a task, or that node's own
   * @param link the IPv4 address of whoever has it, from which the link-layer address follows
   * @param node the node's address on the network between the nodes
   */
  public record Remote(Ip address, Ip link, Ip node) {
    /** An IPv4 address. */
    public Remote(Ip address, Ip node) {
      this(address, address, node);
    }
  }

  /**
   * A port that is open on this node.
   *
   * @param bind the only address on which it is open; null for all of the node's
   * @param protocol its protocol
   * @param port its number
   * @param targets who serves it; may be empty, and connections are then refused
   */
  public record PublishedPort(
      @Nullable Ip bind, Protocol protocol, int port, List<Target> targets) {
    /** Copies the list. */
    public PublishedPort {
      targets = List.copyOf(targets);
    }

    /** Where it is open, whoever serves it. */
    PublishedPort withoutTargets() {
      return new PublishedPort(bind, protocol, port, List.of());
    }
  }

  /** Where a published port leads to. */
  public record Target(Ip address, int port) {}

  /**
   * A task that runs on this node.
   *
   * @param id its identity
   * @param namespace its network namespace
   * @param services the services on its networks
   */
  public record LocalTask(String id, NetworkNamespace namespace, List<VirtualService> services) {
    /** Copies the list. */
    public LocalTask {
      services = List.copyOf(services);
    }

    /** The services that are other than in another list. */
    List<VirtualService> without(List<VirtualService> others) {
      Set<VirtualService> same = new HashSet<>(others);
      return services.stream().filter(service -> !same.contains(service)).toList();
    }

    /** Whether a service has an IPv6 address. */
    boolean usesIpv6() {
      return services.stream().anyMatch(service -> !service.address().isV4());
    }
  }

  /**
   * A virtual address with all its ports.
   *
   * @param address the virtual address
   * @param endpoints addresses of the tasks behind it; may be empty
   */
  public record VirtualService(Ip address, List<Ip> endpoints) {
    /** Copies the list. */
    public VirtualService {
      endpoints = List.copyOf(endpoints);
    }
  }
}
