package io.swarm4j.internal;

import io.swarm4j.agent.NameResolver;
import io.swarm4j.model.Ip;
import io.swarm4j.model.Network;
import io.swarm4j.model.NetworkId;
import io.swarm4j.model.NetworkSpec.IpPool;
import io.swarm4j.store.View;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Names that are also served on the gateway address of each network.
 *
 * @param names finds them
 * @param views gives the state that tells the gateways
 */
record ServedNames(NameResolver names, Supplier<View> views) implements NameResolver {

  @Override
  public List<Ip> resolve(String name, List<NetworkId> networks) {
    return names.resolve(name, networks);
  }

  @Override
  public List<Ip> servers(List<NetworkId> networks) {
    View view = views.get();
    List<Ip> found = new ArrayList<>();
    for (NetworkId id : networks) {
      Network network = view.network(id);
      if (network != null && !network.spec().ingress()) {
        network.pools().stream()
            .map(IpPool::gateway)
            .filter(gateway -> gateway != null && gateway.isV4())
            .forEach(found::add);
      }
    }
    return found;
  }
}
