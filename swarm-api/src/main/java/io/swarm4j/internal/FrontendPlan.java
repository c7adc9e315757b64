package io.swarm4j.internal;

import io.swarm4j.PortProblem;
import io.swarm4j.model.Ip;
import io.swarm4j.model.Node;
import io.swarm4j.model.Node.NodeState;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.PortSpec;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskState;
import io.swarm4j.network.dataplane.Difference;
import io.swarm4j.network.endpoint.BindAddresses;
import io.swarm4j.network.endpoint.EndpointTable;
import io.swarm4j.network.endpoint.ServiceBalancing;
import io.swarm4j.network.endpoint.ServiceFrontend;
import io.swarm4j.network.lb.Applied;
import io.swarm4j.network.lb.Backend;
import io.swarm4j.network.lb.BindFailure;
import io.swarm4j.network.lb.Frontend;
import io.swarm4j.network.lb.FrontendOptions;
import io.swarm4j.network.lb.Protocol;
import io.swarm4j.network.lb.ProxyProtocol;
import io.swarm4j.network.lb.Serving;
import io.swarm4j.store.View;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What the balancer of a swarm shall do: where it listens for which service, and whom it gives
 * connections to.
 */
final class FrontendPlan {
  private static final String LOCALHOST = "127.0.0.1";

  private final View view;
  private final boolean localhost;

  private FrontendPlan(View view, boolean localhost) {
    this.view = view;
    this.localhost = localhost;
  }

  /** Where a node's published ports are open; empty if it is down, for then nobody answers. */
  static String address(Node node) {
    return node.status().state() == NodeState.DOWN ? "" : node.status().address();
  }

  /** All frontends, in the order of the services' ids. */
  static List<Frontend> of(View view, EndpointTable endpoints, boolean localhost) {
    return new FrontendPlan(view, localhost).frontends(endpoints);
  }

  private List<Frontend> frontends(EndpointTable endpoints) {
    Map<NodeId, String> addresses = new LinkedHashMap<>();
    for (Node node : view.nodes()) {
      if (!address(node).isEmpty()) {
        addresses.put(node.id(), address(node));
      }
    }
    List<Frontend> frontends = new ArrayList<>();
    for (ServiceFrontend place : endpoints.frontends()) {
      if (place.protocol() != PortSpec.Protocol.SCTP
          && place.kind() != ServiceFrontend.Kind.ADDRESS) {
        ServiceBalancing how = balancing(view, place.service());
        if (how.options().sameNodeFirst() && isOpenOnAllNodes(place)) {
          addresses.forEach(
              (node, address) ->
                  frontends.add(
                      frontend(place, how, List.of(socket(address, place.port())), node)));
          if (localhost) {
            frontends.add(frontend(place, how, List.of(socket(LOCALHOST, place.port())), null));
          }
          continue;
        }
        List<InetSocketAddress> binds = binds(place, addresses);
        if (!binds.isEmpty()) {
          frontends.add(frontend(place, how, binds, null));
        }
      }
    }
    return frontends;
  }

  /** How a service wants its connections treated. */
  static ServiceBalancing balancing(View view, ServiceId id) {
    Service service = view.service(id);
    return service == null
        ? ServiceBalancing.DEFAULT
        : ServiceBalancing.orDefault(service.spec().labels());
  }

  /**
   * How long connections of a task get to end where nobody sees whether it has any; none for a task
   * that cannot have any.
   */
  static Duration drain(View view, Task task) {
    boolean served = !task.attachments().isEmpty() && !task.state().isBefore(TaskState.RUNNING);
    return served ? balancing(view, task.serviceId()).drain() : Duration.ZERO;
  }

  private static boolean isOpenOnAllNodes(ServiceFrontend place) {
    return place.kind() == ServiceFrontend.Kind.PUBLISHED && place.bind().isEmpty();
  }

  /**
   * One frontend.
   *
   * @param node the node whose port it is, if that matters
   */
  private static Frontend frontend(
      ServiceFrontend place,
      ServiceBalancing how,
      List<InetSocketAddress> binds,
      @Nullable NodeId node) {
    boolean tcp = place.protocol() == PortSpec.Protocol.TCP;
    FrontendOptions options = tcp ? how.options() : how.options().withProxyProtocolIn(false);
    return new Frontend(
        node == null ? place.id() : place.id() + "@" + node,
        binds,
        tcp ? Protocol.TCP : Protocol.UDP,
        how.algorithm(),
        tcp ? how.proxyProtocol() : ProxyProtocol.NONE,
        backends(place, node),
        options);
  }

  private List<InetSocketAddress> binds(ServiceFrontend place, Map<NodeId, String> addresses) {
    List<InetSocketAddress> binds = new ArrayList<>();
    Ip address = place.address();
    if (address != null) {
      binds.add(new InetSocketAddress(address.toInetAddress(), place.port()));
    } else if (!place.bind().isEmpty()) {
      for (String bind : place.bind()) {
        BindAddresses.of(bind, BindAddresses::ofThisMachine)
            .forEach(ip -> binds.add(new InetSocketAddress(ip.toInetAddress(), place.port())));
      }
    } else if (place.node() != null) {
      String own = addresses.get(place.node());
      if (own != null) {
        binds.add(socket(own, place.port()));
      }
    } else {
      addresses.values().forEach(each -> binds.add(socket(each, place.port())));
      if (localhost) {
        binds.add(socket(LOCALHOST, place.port()));
      }
    }
    return binds.stream().distinct().toList(); // nodes of one machine may share its address
  }

  private static InetSocketAddress socket(String address, int port) {
    return new InetSocketAddress(Ip.parse(address).toInetAddress(), port);
  }

  private static List<Backend> backends(ServiceFrontend place, @Nullable NodeId node) {
    List<Backend> backends = new ArrayList<>();
    for (ServiceFrontend.Backend backend : place.backends()) {
      backends.add(
          new Backend(
              backend.task().toString(),
              new InetSocketAddress(backend.address().toInetAddress(), backend.port()),
              backend.node().equals(node)));
    }
    return backends;
  }

  /** What is not open of what was planned for a state. */
  static List<PortProblem> problems(Applied result, View view, EndpointTable endpoints) {
    Map<String, String> nodes = new HashMap<>();
    view.nodes().forEach(node -> nodes.put(node.status().address(), node.hostname()));
    Map<String, String> services = new HashMap<>();
    List<PortProblem> problems = new ArrayList<>();
    for (ServiceFrontend place : endpoints.frontends()) {
      Service service = view.service(place.service());
      String name = service == null ? "" : service.name();
      services.put(place.id(), name);
      for (String bind : place.bind()) {
        if (BindAddresses.of(bind, BindAddresses::ofThisMachine).isEmpty()) {
          InetSocketAddress nowhere = InetSocketAddress.createUnresolved(bind, place.port());
          problems.add(new PortProblem(name, "", nowhere, "no interface of that name"));
        }
      }
    }
    for (BindFailure failure : result.bindFailures()) {
      String host = failure.address().getAddress().getHostAddress();
      problems.add(
          new PortProblem(
              services.getOrDefault(failure.frontend().replaceAll("@.*", ""), ""),
              nodes.getOrDefault(host, ""),
              failure.address(),
              String.valueOf(failure.cause().getMessage())));
    }
    return problems;
  }

  /** What of a plan is not as it runs. */
  static List<Difference> differences(List<Frontend> intended, List<Serving> actual) {
    Map<String, String> wanted = new TreeMap<>();
    for (Frontend frontend : intended) {
      for (InetSocketAddress bind : frontend.binds()) {
        wanted.put(listener(frontend.id(), bind), backends(frontend.backends()));
      }
    }
    Map<String, String> present = new TreeMap<>();
    for (Serving serving : actual) {
      present.put(
          listener(serving.listening().frontend(), serving.listening().requested()),
          backends(serving.backends()));
    }
    TreeSet<String> places = new TreeSet<>(wanted.keySet());
    places.addAll(present.keySet());
    return places.stream()
        .filter(place -> !Objects.equals(wanted.get(place), present.get(place)))
        .map(
            place ->
                new Difference(
                    place, wanted.getOrDefault(place, ""), present.getOrDefault(place, "")))
        .toList();
  }

  private static String listener(String frontend, InetSocketAddress address) {
    return "listener "
        + address.getAddress().getHostAddress()
        + ":"
        + address.getPort()
        + " of "
        + frontend;
  }

  private static String backends(List<Backend> backends) {
    TreeSet<String> addresses = new TreeSet<>();
    for (Backend backend : backends) {
      InetSocketAddress at = backend.address();
      addresses.add(at.getAddress().getHostAddress() + ":" + at.getPort());
    }
    return "open for " + (addresses.isEmpty() ? "nobody" : String.join(", ", addresses));
  }
}
