package io.swarm4j.network.dataplane.kernel;

import io.swarm4j.model.Attachment;
import io.swarm4j.model.Ip;
import io.swarm4j.model.Network;
import io.swarm4j.model.NetworkId;
import io.swarm4j.model.NetworkSpec.IpPool;
import io.swarm4j.model.Node;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import io.swarm4j.network.dataplane.kernel.KernelConfig.LocalTask;
import io.swarm4j.network.dataplane.kernel.KernelConfig.Overlay;
import io.swarm4j.network.dataplane.kernel.KernelConfig.PublishedPort;
import io.swarm4j.network.dataplane.kernel.KernelConfig.Remote;
import io.swarm4j.network.dataplane.kernel.KernelConfig.Target;
import io.swarm4j.network.dataplane.kernel.KernelConfig.VirtualService;
import io.swarm4j.network.endpoint.BindAddresses;
import io.swarm4j.network.endpoint.EndpointTable;
import io.swarm4j.network.endpoint.ServiceFrontend;
import io.swarm4j.network.endpoint.ServiceFrontend.Kind;
import io.swarm4j.store.State;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Works out what one node's kernel shall do from the state of the swarm. */
final class NodeView {
  private final NodeId node;
  private final State state;
  private final Locations locations;
  private final Map<String, List<Ip>> interfaces;
  private final List<ServiceFrontend> frontends;

  NodeView(
      NodeId node,
      State state,
      Locations locations,
      EndpointTable endpoints,
      Map<String, List<Ip>> interfaces) {
    this.interfaces = interfaces;
    this.node = node;
    this.state = state;
    this.locations = locations;
    this.frontends = endpoints.frontends();
  }

  /**
   * The whole of it.
   *
   * @param namespaces of the tasks that run here
   */
  KernelConfig config(Map<TaskId, NetworkNamespace> namespaces) {
    Set<Ip> here = new HashSet<>();
    List<Overlay> overlays = new ArrayList<>();
    Node own = state.node(node);
    for (Attachment attachment : own == null ? List.<Attachment>of() : own.attachments()) {
      Network network = state.network(attachment.network());
      if (network != null && attachment.address().isV4()) {
        overlays.add(overlay(network, attachment.address(), here));
      }
    }
    return new KernelConfig(state.revision(), overlays, published(), here, tasks(namespaces));
  }

  private Overlay overlay(Network network, Ip own, Set<Ip> here) {
    List<Remote> remotes = new ArrayList<>();
    Map<NodeId, Ip> underlay = new HashMap<>();
    locations
        .of(network.id())
        .forEach(
            (ip, at) -> {
              if (at.equals(node)) {
                here.add(ip);
              } else if (ip.isV4()) {
                Ip address = underlay.computeIfAbsent(at, this::underlayAddress);
                if (address != null) {
                  remotes.add(new Remote(ip, address));
                }
              }
            });
    IpPool pool =
        network.pools().stream()
            .filter(each -> each.subnet().contains(own))
            .findFirst()
            .orElseThrow(() -> new IllegalStateException(own + " is not of " + network.name()));
    return new Overlay(network.vni(), pool.subnet(), own, remotes);
  }

  private @Nullable Ip underlayAddress(NodeId id) {
    Node other = state.node(id);
    return other == null || other.status().address().isEmpty()
        ? null
        : Ip.parse(other.status().address());
  }

  private List<PublishedPort> published() {
    List<PublishedPort> ports = new ArrayList<>();
    for (ServiceFrontend place : frontends) {
      if (isOpenHere(place)) {
        List<Target> targets =
            place.backends().stream()
                .filter(backend -> backend.address().isV4())
                .map(backend -> new Target(backend.address(), backend.port()))
                .toList();
        if (place.bind().isEmpty()) {
          ports.add(new PublishedPort(null, place.protocol(), place.port(), targets));
        }
        for (String bind : place.bind()) {
          addresses(bind).stream()
              .filter(Ip::isV4)
              .map(ip -> new PublishedPort(ip, place.protocol(), place.port(), targets))
              .forEach(ports::add);
        }
      }
    }
    return ports;
  }

  private boolean isOpenHere(ServiceFrontend place) {
    return place.kind() == Kind.PUBLISHED
        || (place.kind() == Kind.HOST && node.equals(place.node()));
  }

  private List<Ip> addresses(String bind) {
    return BindAddresses.of(bind, name -> interfaces.getOrDefault(name, List.of()));
  }

  /** Published ports that are not open since there is no such interface; none is known at first. */
  Set<MissingInterface> missing() {
    Set<MissingInterface> missing = new LinkedHashSet<>();
    for (ServiceFrontend place : interfaces.isEmpty() ? List.<ServiceFrontend>of() : frontends) {
      for (String bind : place.bind()) {
        if (isOpenHere(place) && addresses(bind).isEmpty()) {
          missing.add(new MissingInterface(place.service(), bind, place.port()));
        }
      }
    }
    return missing;
  }

  private List<LocalTask> tasks(Map<TaskId, NetworkNamespace> namespaces) {
    Map<NetworkId, List<VirtualService>> byNetwork = new HashMap<>();
    for (ServiceFrontend place : frontends) {
      Ip address = place.address();
      NetworkId network = place.network();
      if (place.kind() == Kind.ADDRESS && address != null && address.isV4() && network != null) {
        byNetwork
            .computeIfAbsent(network, id -> new ArrayList<>())
            .add(
                new VirtualService(
                    address,
                    place.backends().stream().map(ServiceFrontend.Backend::address).toList()));
      }
    }
    // Tasks of the same networks share one list, so that what changes in it is worked out once.
    Map<Set<NetworkId>, List<VirtualService>> byNetworks = new HashMap<>();
    List<LocalTask> tasks = new ArrayList<>();
    namespaces.forEach(
        (id, namespace) -> {
          Task task = state.task(id);
          if (task != null) {
            Set<NetworkId> networks = new TreeSet<>();
            task.attachments().forEach(attachment -> networks.add(attachment.network()));
            List<VirtualService> services =
                byNetworks.computeIfAbsent(
                    networks,
                    all ->
                        all.stream()
                            .flatMap(each -> byNetwork.getOrDefault(each, List.of()).stream())
                            .collect(Collectors.toUnmodifiableList()));
            tasks.add(new LocalTask(id.toString(), namespace, services));
          }
        });
    return tasks;
  }
}
