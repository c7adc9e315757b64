package io.swarm4j.network.endpoint;

import io.swarm4j.model.Ip;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;

/** What an entry of {@code PortSpec.bind} stands for: an address, or those of an interface. */
public final class BindAddresses {
  private BindAddresses() {}

  /**
   * The addresses to open a port on.
   *
   * @param bind an address or the name of an interface
   * @param interfaces tells the addresses of an interface; empty if there is none of that name
   */
  public static List<Ip> of(String bind, Function<String, List<Ip>> interfaces) {
    boolean literal = bind.indexOf(':') >= 0 || bind.matches("[0-9.]+");
    return literal ? List.of(Ip.parse(bind)) : interfaces.apply(bind);
  }

  /** The addresses of an interface of this machine, link-local ones left out. */
  public static List<Ip> ofThisMachine(String name) {
    try {
      NetworkInterface found = NetworkInterface.getByName(name);
      List<Ip> addresses = new ArrayList<>();
      if (found != null) {
        for (InetAddress address : Collections.list(found.getInetAddresses())) {
          if (!address.isLinkLocalAddress()) {
            addresses.add(Ip.of(address));
          }
        }
      }
      return addresses;
    } catch (SocketException unreadable) {
      return List.of();
    }
  }
}
