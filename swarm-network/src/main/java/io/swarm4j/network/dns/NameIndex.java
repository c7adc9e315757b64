package io.swarm4j.network.dns;

import io.swarm4j.model.Network;
import io.swarm4j.model.NetworkAttachmentSpec;
import io.swarm4j.model.NetworkId;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceId;
import io.swarm4j.network.Networks;
import io.swarm4j.store.State;
import io.swarm4j.store.View;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which services have which name on which network; immutable.
 *
 * <p>It depends on services and networks only: changes of tasks, which are far more frequent, leave
 * it as it is.
 */
final class NameIndex {
  private final State origin;
  private final Map<NetworkId, Map<String, List<ServiceId>>> names;

  /**
   * @param origin what the names were read from, or a later state to which they apply as well
   */
  private NameIndex(State origin, Map<NetworkId, Map<String, List<ServiceId>>> names) {
    this.origin = origin;
    this.names = names;
  }

  /** The index of {@code state}, taken over from {@code last} if that still holds. */
  static NameIndex of(State state, @Nullable NameIndex last) {
    if (last != null
        && state instanceof View now
        && last.origin instanceof View before
        && now.sharesServicesAndNetworksWith(before)) {
      return new NameIndex(state, last.names); // lets go of the old state
    }
    NameIndex index = new NameIndex(state, new HashMap<>());
    for (Service service : state.services()) {
      if (!service.isRemoved()) {
        index.add(state, service);
      }
    }
    return index;
  }

  private void add(State state, Service service) {
    for (NetworkAttachmentSpec wish : service.spec().task().networks()) {
      Network network = Networks.find(state, wish.network());
      if (network != null && !network.spec().ingress()) { // that one is for routing only
        TreeSet<String> own = new TreeSet<>();
        own.add(lower(service.name()));
        wish.aliases().forEach(alias -> own.add(lower(alias)));
        for (String name : own) {
          names
              .computeIfAbsent(network.id(), id -> new HashMap<>())
              .computeIfAbsent(name, key -> new ArrayList<>(1))
              .add(service.id());
        }
      }
    }
  }

  /**
   * The services of that name or alias on a network, in the order of their ids.
   *
   * @param name in lower case
   */
  List<ServiceId> services(NetworkId network, String name) {
    return names.getOrDefault(network, Map.of()).getOrDefault(name, List.of());
  }

  static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
