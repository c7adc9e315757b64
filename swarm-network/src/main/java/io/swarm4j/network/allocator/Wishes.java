package io.swarm4j.network.allocator;

import io.swarm4j.model.Ip;
import io.swarm4j.model.Network;
import io.swarm4j.model.NetworkAttachmentSpec;
import io.swarm4j.model.NetworkId;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.network.Networks;
import io.swarm4j.store.State;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The networks on which a service or its tasks want addresses.
 *
 * @param networks without duplicates, the ingress network last
 * @param shortage set if one of them does not exist
 */
record Wishes(List<Wish> networks, @Nullable Shortage shortage) {
  static final Wishes NONE = new Wishes(List.of(), null);

  /** One network, with the aliases and the fixed address asked for on it. */
  record Wish(NetworkId network, List<String> aliases, @Nullable Ip address) {}

  /** The networks of a service's virtual addresses. */
  static Wishes ofService(State state, ServiceSpec spec, @Nullable NetworkId ingress) {
    boolean published = ingress != null && Networks.publishesIngress(spec);
    return of(state, spec, published ? ingress : null);
  }

  /** The networks of a task's addresses. */
  static Wishes ofTask(
      State state, ServiceSpec spec, @Nullable NetworkId ingress, boolean everyTask) {
    boolean published = ingress != null && Networks.publishesIngress(spec);
    boolean alone = everyTask && ingress != null && spec.task().networks().isEmpty();
    return of(state, spec, published || alone ? ingress : null);
  }

  private static Wishes of(State state, ServiceSpec spec, @Nullable NetworkId ingress) {
    List<NetworkAttachmentSpec> asked = spec.task().networks();
    if (asked.isEmpty() && ingress == null) {
      return NONE;
    }
    List<Wish> wishes = new ArrayList<>(asked.size() + 1);
    for (NetworkAttachmentSpec wish : asked) {
      Network network = Networks.find(state, wish.network());
      if (network == null) {
        return new Wishes(
            List.of(),
            Shortage.ofNetworks("network", "network '" + wish.network() + "' does not exist"));
      }
      if (Networks.hasAddresses(network) && !contains(wishes, network.id())) {
        wishes.add(new Wish(network.id(), wish.aliases(), wish.address()));
      }
    }
    if (ingress != null && !contains(wishes, ingress)) {
      wishes.add(new Wish(ingress, List.of(), null));
    }
    return new Wishes(List.copyOf(wishes), null);
  }

  private static boolean contains(List<Wish> wishes, NetworkId network) {
    return wishes.stream().anyMatch(wish -> wish.network().equals(network));
  }
}
