package io.swarm4j.network.lb;

import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Everything that a balancer shall do: the whole, not a change.
 *
 * @param revision orders configurations; a balancer never goes back to a lower one
 * @param frontends the frontends
 */
public record BalancerConfig(long revision, List<Frontend> frontends) {

  /**
   * Copies the list and validates that the frontends agree with each other.
   *
   * @throws IllegalArgumentException if a frontend id or a bind (other than port 0) occurs twice
   */
  public BalancerConfig {
    frontends = List.copyOf(frontends);
    Set<String> ids = new HashSet<>();
    Map<InetSocketAddress, String> owners = new HashMap<>();
    for (Frontend frontend : frontends) {
      if (!ids.add(frontend.id())) {
        throw new IllegalArgumentException(
            "frontend id '" + frontend.id() + "' occurs twice: ids must be unique");
      }
      for (InetSocketAddress bind : frontend.binds()) {
        String owner = bind.getPort() == 0 ? null : owners.put(bind, frontend.id());
        if (owner != null) {
          throw new IllegalArgumentException(
              bind
                  + " is bound by frontend '"
                  + owner
                  + "' and by frontend '"
                  + frontend.id()
                  + "': an address has one owner");
        }
      }
    }
  }
}
