package io.swarm4j.network.dns;

import io.swarm4j.model.PortSpec;
import io.swarm4j.model.PortSpec.Protocol;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A name that asks where a port is served (RFC 2782).
 *
 * @param port its name in the service's spec, or the number that tasks listen on
 * @param protocol its protocol
 * @param published whether it is asked for on the nodes, not at the tasks
 * @param service name or alias of the service
 */
record ServiceName(String port, Protocol protocol, boolean published, String service) {
  private static final String PUBLISHED = "published.";

  /**
   * Reads {@code _http._tcp.web} or {@code _8080._tcp.published.web}.
   *
   * @param name in lower case
   * @return null if it is no name of that kind
   */
  static @Nullable ServiceName parse(String name) {
    String[] parts = name.split("\\.", 3);
    if (parts.length < 3 || !parts[0].startsWith("_") || !parts[1].startsWith("_")) {
      return null;
    }
    for (Protocol protocol : Protocol.values()) {
      if (parts[1].equals("_" + protocol.name().toLowerCase(Locale.ROOT))) {
        boolean published = parts[2].startsWith(PUBLISHED);
        return new ServiceName(
            parts[0].substring(1),
            protocol,
            published,
            published ? parts[2].substring(PUBLISHED.length()) : parts[2]);
      }
    }
    return null;
  }

  boolean matches(PortSpec spec) {
    return spec.protocol() == protocol
        && (port.equalsIgnoreCase(spec.name()) || port.equals(Integer.toString(spec.target())));
  }
}
