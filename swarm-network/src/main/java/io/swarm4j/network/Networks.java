package io.swarm4j.network;

import io.swarm4j.model.Id;
import io.swarm4j.model.InvalidSpecException;
import io.swarm4j.model.Network;
import io.swarm4j.model.NetworkId;
import io.swarm4j.model.PortSpec.PublishMode;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.store.State;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Small questions about networks that the allocator, discovery and admission ask alike. */
public final class Networks {
  /** Drivers whose networks are a matter of each node alone. */
  private static final Set<String> NODE_LOCAL =
      Set.of("host", "bridge", "none", "null", "macvlan", "ipvlan");

  private Networks() {}

  /** The network that a spec refers to by id or name; null if there is none. */
  public static @Nullable Network find(State state, String reference) {
    if (reference.length() == Id.TEXT_LENGTH) {
      Network byId = byId(state, reference);
      if (byId != null) {
        return byId;
      }
    }
    return state.networkNamed(reference);
  }

  private static @Nullable Network byId(State state, String text) {
    try {
      return state.network(NetworkId.parse(text));
    } catch (InvalidSpecException aName) {
      return null;
    }
  }

  /** The network that carries published ports; null if there is none. */
  public static @Nullable Network ingress(State state) {
    for (Network network : state.networks()) {
      if (network.spec().ingress()) {
        return network;
      }
    }
    return null;
  }

  /** Whether the swarm gives out this network's addresses; false for those that each node keeps. */
  public static boolean hasAddresses(Network network) {
    return !NODE_LOCAL.contains(network.spec().driver());
  }

  /** Whether a service publishes a port on every node. */
  public static boolean publishesIngress(ServiceSpec spec) {
    return spec.endpoint().ports().stream()
        .anyMatch(port -> port.publishMode() == PublishMode.INGRESS);
  }
}
