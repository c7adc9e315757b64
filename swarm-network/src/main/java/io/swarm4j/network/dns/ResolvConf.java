package io.swarm4j.network.dns;

import io.swarm4j.model.InvalidSpecException;
import io.swarm4j.model.Ip;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The name servers of a machine, as {@code resolv.conf} names them. */
public final class ResolvConf {
  /** The port on which name servers listen. */
  public static final int PORT = 53;

  private static final Path HOST = Path.of("/etc/resolv.conf");
  private static final String NAME_SERVER = "nameserver";

  private ResolvConf() {}

  /** Those of this machine; empty where there is no such file. */
  public static List<InetSocketAddress> nameServers() {
    return nameServers(HOST);
  }

  static List<InetSocketAddress> nameServers(Path file) {
    List<InetSocketAddress> servers = new ArrayList<>();
    try {
      for (String line : Files.readAllLines(file)) {
        String[] words = line.strip().split("\\s+");
        if (words.length >= 2 && words[0].equals(NAME_SERVER)) {
          add(words[1], servers);
        }
      }
    } catch (IOException none) {
      return List.of();
    }
    return List.copyOf(servers);
  }

  private static void add(String address, List<InetSocketAddress> servers) {
    try {
      servers.add(new InetSocketAddress(Ip.parse(address).toInetAddress(), PORT));
    } catch (InvalidSpecException scoped) {
      // a link-local server, which only the interface that it is on can reach
    }
  }
}
