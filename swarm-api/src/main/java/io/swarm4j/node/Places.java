package io.swarm4j.node;

import io.swarm4j.model.UnavailableException;
import java.net.Inet4Address;
import java.net.NetworkInterface;
import java.net.SocketException;
import org.jspecify.annotations.Nullable;

/**
 * Where a node listens, and where others find it.
 *
 * @param listen where it listens for other nodes
 * @param advertise where they find it; null to derive it
 * @param dataAddress the address of its tasks; null to derive it
 */
record Places(HostPort listen, @Nullable HostPort advertise, @Nullable String dataAddress) {

  /** The same, but for what is told otherwise. */
  Places with(EntryOptions options) {
    return new Places(
        options.listen() == null ? listen : parse(options.listen(), listen.port()),
        options.advertise() == null ? advertise : parse(options.advertise(), 0),
        options.dataAddress() == null ? dataAddress : host(options.dataAddress()));
  }

  /** Without a port it gets the given one; 0 is that of the listener, once it is known. */
  private static HostPort parse(String text, int port) {
    HostPort read = HostPort.parse(text);
    boolean named = text.endsWith(":" + read.port());
    return new HostPort(host(read.host()), named ? read.port() : port);
  }

  /** The first address of an interface of that name, or the text itself. */
  private static String host(String text) {
    try {
      NetworkInterface named = NetworkInterface.getByName(text);
      return named == null
          ? text
          : named
              .inetAddresses()
              .filter(address -> address instanceof Inet4Address)
              .findFirst()
              .orElseThrow(
                  () -> new UnavailableException("interface " + text + " has no IPv4 address"))
              .getHostAddress();
    } catch (SocketException unknown) {
      throw new UnavailableException("the interfaces of this machine cannot be read", unknown);
    }
  }
}
