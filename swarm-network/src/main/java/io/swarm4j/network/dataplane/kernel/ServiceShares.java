package io.swarm4j.network.dataplane.kernel;

import io.swarm4j.model.Ip;
import io.swarm4j.model.NetworkId;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.ServiceId;
import io.swarm4j.network.dataplane.kernel.KernelConfig.PublishedPort;
import io.swarm4j.network.dataplane.kernel.KernelConfig.VirtualService;
import io.swarm4j.network.endpoint.EndpointTable;
import io.swarm4j.store.Change;
import io.swarm4j.store.State;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What all services make of a node's kernel, kept service by service: a change costs what it
 * concerns, and what it does not concern stays the same object. Not thread-safe.
 */
final class ServiceShares {
  private final NodeId node;
  private final EndpointTable endpoints;
  private final TreeMap<ServiceId, ServiceShare> shares = new TreeMap<>();
  private final Map<Set<NetworkId>, List<VirtualService>> virtual = new HashMap<>();
  private Map<String, List<Ip>> interfaces = Map.of();
  private @Nullable List<PublishedPort> published;

  ServiceShares(NodeId node, State state) {
    this.node = node;
    this.endpoints = EndpointTable.of(state);
  }

  void reset(State state) {
    endpoints.reset(state);
    reset();
  }

  private void reset() {
    shares.clear();
    forget();
    endpoints.frontends().forEach(place -> shares.computeIfAbsent(place.service(), this::share));
  }

  private void forget() {
    virtual.clear();
    published = null;
  }

  private ServiceShare share(ServiceId service) {
    return ServiceShare.of(endpoints.frontends(service), node, interfaces);
  }

  /** Follows the state; whether anything is other than before. */
  boolean apply(List<Change> changes, State state) {
    boolean changed = false;
    for (ServiceId service : endpoints.apply(changes, state)) {
      ServiceShare now = share(service);
      ServiceShare before =
          endpoints.frontends(service).isEmpty()
              ? shares.remove(service)
              : shares.put(service, now);
      if (!now.equals(before)) {
        forget();
        changed = true;
      }
    }
    return changed;
  }

  /** The node's interfaces; whether they are others than before. */
  boolean know(Map<String, List<Ip>> found) {
    boolean changed = !found.equals(interfaces);
    if (changed) {
      interfaces = found;
      reset();
    }
    return changed;
  }

  /** The ports that are open on the node. */
  List<PublishedPort> published() {
    List<PublishedPort> all = published;
    if (all == null) {
      all = shares.values().stream().flatMap(share -> share.published().stream()).toList();
      published = all;
    }
    return all;
  }

  /** The services on these networks; the same list each time, until any of all services changes. */
  List<VirtualService> virtual(Set<NetworkId> networks) {
    return virtual.computeIfAbsent(networks, this::find);
  }

  private List<VirtualService> find(Set<NetworkId> networks) {
    List<VirtualService> found = new ArrayList<>();
    for (NetworkId network : networks) {
      shares
          .values()
          .forEach(each -> found.addAll(each.virtual().getOrDefault(network, List.of())));
    }
    return List.copyOf(found);
  }

  Set<MissingInterface> missing() {
    Set<MissingInterface> missing = new LinkedHashSet<>();
    shares.values().forEach(share -> missing.addAll(share.missing()));
    return missing;
  }
}
