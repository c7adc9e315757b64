package io.swarm4j.network.dataplane.kernel;

import io.swarm4j.model.Ip;
import io.swarm4j.model.NetworkId;
import io.swarm4j.model.NodeId;
import io.swarm4j.network.dataplane.kernel.KernelConfig.PublishedPort;
import io.swarm4j.network.dataplane.kernel.KernelConfig.Target;
import io.swarm4j.network.dataplane.kernel.KernelConfig.VirtualService;
import io.swarm4j.network.endpoint.BindAddresses;
import io.swarm4j.network.endpoint.ServiceFrontend;
import io.swarm4j.network.endpoint.ServiceFrontend.Backend;
import io.swarm4j.network.endpoint.ServiceFrontend.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What one service makes of a node's kernel.
 *
 * @param published its ports that are open there
 * @param missing its ports that are not, since there is no such interface
 * @param virtual its virtual addresses, by network
 */
record ServiceShare(
    List<PublishedPort> published,
    List<MissingInterface> missing,
    Map<NetworkId, List<VirtualService>> virtual) {

  ServiceShare {
    published = List.copyOf(published);
    missing = List.copyOf(missing);
    virtual = Map.copyOf(virtual);
  }

  /**
   * Works it out.
   *
   * @param interfaces those of the node with their addresses; none are known at first
   */
  static ServiceShare of(
      List<ServiceFrontend> frontends, NodeId node, Map<String, List<Ip>> interfaces) {
    List<PublishedPort> published = new ArrayList<>();
    List<MissingInterface> missing = new ArrayList<>();
    Map<NetworkId, List<VirtualService>> virtual = new HashMap<>();
    for (ServiceFrontend place : frontends) {
      if (place.kind() == Kind.PUBLISHED
          || (place.kind() == Kind.HOST && node.equals(place.node()))) {
        open(place, interfaces, published, missing);
      } else if (place.kind() == Kind.ADDRESS) {
        addVirtual(place, virtual);
      }
    }
    return new ServiceShare(published, missing, virtual);
  }

  private static void open(
      ServiceFrontend place,
      Map<String, List<Ip>> interfaces,
      List<PublishedPort> published,
      List<MissingInterface> missing) {
    List<Target> targets =
        place.backends().stream()
            .filter(backend -> backend.address().isV4())
            .map(backend -> new Target(backend.address(), backend.port()))
            .toList();
    if (place.bind().isEmpty()) {
      published.add(new PublishedPort(null, place.protocol(), place.port(), targets));
    }
    for (String bind : place.bind()) {
      List<Ip> found = BindAddresses.of(bind, name -> interfaces.getOrDefault(name, List.of()));
      if (found.isEmpty() && !interfaces.isEmpty()) {
        missing.add(new MissingInterface(place.service(), bind, place.port()));
      }
      found.stream()
          .filter(Ip::isV4)
          .map(ip -> new PublishedPort(ip, place.protocol(), place.port(), targets))
          .forEach(published::add);
    }
  }

  private static void addVirtual(
      ServiceFrontend place, Map<NetworkId, List<VirtualService>> virtual) {
    Ip address = place.address();
    NetworkId network = place.network();
    if (address != null && network != null) {
      virtual
          .computeIfAbsent(network, id -> new ArrayList<>())
          .add(
              new VirtualService(
                  address, place.backends().stream().map(Backend::address).toList()));
    }
  }
}
