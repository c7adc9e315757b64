package io.swarm4j.model;

import java.util.List;

/**
 * A task's place on a network.
 *
 * @param network the network
 * @param address the task's address on it
 * @param aliases further names under which the service resolves on it
 */
public record Attachment(NetworkId network, Ip address, List<String> aliases) {
  public Attachment {
    aliases = Copies.list(aliases);
  }
}
