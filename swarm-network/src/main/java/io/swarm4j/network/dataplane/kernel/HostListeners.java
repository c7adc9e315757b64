package io.swarm4j.network.dataplane.kernel;

import io.swarm4j.model.Ip;
import io.swarm4j.model.PortSpec.Protocol;
import io.swarm4j.network.dataplane.kernel.KernelConfig.PublishedPort;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The ports on which programs of a host listen: a published port that is one of them is left to its
 * program, whose clients would else be led elsewhere without a word.
 *
 * @param sockets what is listened on
 */
record HostListeners(Set<Socket> sockets) {
  private static final String LISTENING = "0A";
  private static final String UNCONNECTED = "07";
  private static final int LOCAL = 1;
  private static final int REMOTE = 2;
  private static final int STATE = 3;
  private static final int HEX = 16;
  private static final int V4_DIGITS = 8;

  /**
   * A listening socket.
   *
   * @param address its only IPv4 address; null for all
   */
  record Socket(Protocol protocol, @Nullable Ip address, int port) {}

  /**
   * Reads {@code /proc/net/tcp}, {@code tcp6}, {@code udp} and {@code udp6}, one after the other.
   */
  static HostListeners parse(String tables) {
    Set<Socket> found = new HashSet<>();
    Protocol protocol = Protocol.TCP;
    for (String line : tables.lines().toList()) {
      String[] words = line.strip().split("\\s+");
      if (line.contains("local_address")) {
        protocol = line.contains("drops") ? Protocol.UDP : Protocol.TCP;
      } else if (words.length > STATE) {
        boolean open =
            protocol == Protocol.TCP
                ? words[STATE].equals(LISTENING)
                : words[STATE].equals(UNCONNECTED) && words[REMOTE].endsWith(":0000");
        if (open) {
          add(protocol, words[LOCAL], found);
        }
      }
    }
    return new HostListeners(found);
  }

  private static void add(Protocol protocol, String local, Set<Socket> found) {
    int colon = local.indexOf(':');
    String address = local.substring(0, colon);
    int port = Integer.parseInt(local.substring(colon + 1), HEX);
    if (address.chars().allMatch(digit -> digit == '0')) {
      found.add(new Socket(protocol, null, port));
    } else if (address.length() == V4_DIGITS) {
      int bits = Integer.reverseBytes((int) Long.parseLong(address, HEX));
      found.add(new Socket(protocol, Ip.v4(bits), port));
    }
  }

  /** Those that are not on one of these addresses, where the swarm itself answers. */
  HostListeners awayFrom(Set<Ip> addresses) {
    Set<Socket> others = new HashSet<>(sockets);
    others.removeIf(socket -> socket.address() != null && addresses.contains(socket.address()));
    return new HostListeners(others);
  }

  /** Whether a program gets what a published port would; what is on 127.x alone it does not. */
  boolean hold(PublishedPort port) {
    for (Socket socket : sockets) {
      if (socket.port() == port.port() && socket.protocol() == port.protocol()) {
        Ip at = socket.address();
        boolean overlaps =
            at == null
                || (port.bind() == null
                    ? !at.toString().startsWith("127.")
                    : at.equals(port.bind()));
        if (overlaps) {
          return true;
        }
      }
    }
    return false;
  }
}
