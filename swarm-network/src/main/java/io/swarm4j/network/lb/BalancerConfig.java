package io.swarm4j.network.lb;

import io.swarm4j.model.Check;
import io.swarm4j.model.Fault;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

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
   * @throws io.swarm4j.model.InvalidSpecException if a frontend id or a bind (other than port 0)
   *     occurs twice
   */
  public BalancerConfig {
    frontends = List.copyOf(frontends);
    Check check = Check.of("BalancerConfig").unique(frontends, Frontend::id, "frontends");
    Map<Socket, String> owners = new HashMap<>();
    for (Frontend frontend : frontends) {
      for (InetSocketAddress bind : frontend.binds()) {
        Socket socket = new Socket(frontend.protocol(), bind);
        String owner = bind.getPort() == 0 ? null : owners.put(socket, frontend.id());
        check.that(
            owner == null,
            Fault.Code.CONTRADICTION,
            "frontends." + frontend.id() + ".binds",
            bind,
            "an address that frontend '" + owner + "' does not bind");
      }
    }
    check.orThrow();
  }

  private record Socket(Protocol protocol, InetSocketAddress address) {}
}
