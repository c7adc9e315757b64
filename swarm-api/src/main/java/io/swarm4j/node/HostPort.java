package io.swarm4j.node;

import io.swarm4j.model.Check;
import java.net.InetSocketAddress;

/**
 * A host and a port, as in {@code 10.0.0.7:2377} or {@code [fd00::7]:2377}.
 *
 * @param host name or address, without brackets
 * @param port 0 to 65535
 */
record HostPort(String host, int port) {
  /** The reference's port for the node API. */
  static final int DEFAULT_PORT = 2377;

  /**
   * Reads an address; without a port it gets the default one.
   *
   * @throws io.swarm4j.model.InvalidSpecException if it is none
   */
  static HostPort parse(String text) {
    boolean bare =
        text.indexOf(':') < 0
            || (text.indexOf(':') != text.lastIndexOf(':') && !text.contains("]:"));
    String host = bare ? text : text.substring(0, text.lastIndexOf(':'));
    String port = bare ? String.valueOf(DEFAULT_PORT) : text.substring(text.lastIndexOf(':') + 1);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    boolean fits = !host.isBlank() && port.matches("\\d{1,5}") && Integer.parseInt(port) <= 65_535;
    Check.of("Address").that(fits, "address", text, "HOST[:PORT], such as 10.0.0.7:2377").orThrow();
    return new HostPort(host, Integer.parseInt(port));
  }

  /** The socket address, its name looked up now. */
  InetSocketAddress resolve() {
    return new InetSocketAddress(host, port);
  }

  /** The same host with another port. */
  HostPort withPort(int newPort) {
    return new HostPort(host, newPort);
  }

  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
