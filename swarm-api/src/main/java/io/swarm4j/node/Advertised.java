package io.swarm4j.node;

import io.swarm4j.model.Fault;
import io.swarm4j.model.InvalidSpecException;
import io.swarm4j.model.UnavailableException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/** Under which address other nodes shall call this one. */
final class Advertised {
  private static final Set<String> ANY = Set.of("0.0.0.0", "::", "*");

  private Advertised() {}

  /**
   * The address that the user has named, else the one listened on, else the machine's only one.
   *
   * @throws InvalidSpecException if the machine has several: nobody can guess then
   */
  static HostPort address(NodeSettings settings, int port) {
    HostPort named = settings.advertise();
    if (named != null) {
      return named.port() == 0 ? named.withPort(port) : named;
    }
    if (!ANY.contains(settings.listen().host())) {
      return settings.listen().withPort(port);
    }
    List<String> own = addresses();
    if (own.size() == 1) {
      return new HostPort(own.get(0), port);
    }
    if (own.isEmpty()) {
      return new HostPort("127.0.0.1", port);
    }
    throw new InvalidSpecException(
        List.of(
            new Fault(
                Fault.Code.MISSING,
                "SwarmNode.advertise",
                "",
                "one of "
                    + own
                    + ": could not choose an IP address to advertise since this system has"
                    + " multiple addresses")));
  }

  private static List<String> addresses() {
    List<String> found = new ArrayList<>();
    try {
      for (NetworkInterface each : Collections.list(NetworkInterface.getNetworkInterfaces())) {
        if (each.isUp() && !each.isLoopback()) {
          for (InetAddress address : Collections.list(each.getInetAddresses())) {
            if (address instanceof Inet4Address && !address.isLinkLocalAddress()) {
              found.add(address.getHostAddress());
            }
          }
        }
      }
    } catch (SocketException unknown) {
      throw new UnavailableException(
          "the addresses of this machine cannot be read; name the one to advertise", unknown);
    }
    return found;
  }
}
