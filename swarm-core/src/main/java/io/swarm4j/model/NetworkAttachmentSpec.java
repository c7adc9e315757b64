package io.swarm4j.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A wish to be attached to a network.
 *
 * @param network id or name of the network
 * @param aliases further names under which the service resolves on it
 * @param address a fixed address, for services with one task; null takes the next free one
 */
public record NetworkAttachmentSpec(String network, List<String> aliases, @Nullable Ip address) {

  public NetworkAttachmentSpec {
    aliases = Copies.list(aliases);
    Check.of("NetworkAttachmentSpec")
        .that(
            network != null && !network.isBlank(),
            Fault.Code.MISSING,
            "network",
            network,
            "the id or name of a network")
        .orThrow();
  }

  /** The network without aliases, with the next free address. */
  public static NetworkAttachmentSpec of(String network) {
    return new NetworkAttachmentSpec(network, List.of(), null);
  }
}
