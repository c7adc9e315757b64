package io.swarm4j.network.ipam;

import io.swarm4j.model.Ip;
import io.swarm4j.model.Subnet;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Reads which subnets a Linux host has routes to, lest a network of the swarm takes one of them.
 */
public final class HostRoutes {
  private static final int DESTINATION = 1;
  private static final int MASK = 7;
  private static final int UP = 1;
  private static final int FLAGS = 3;
  private static final int HEX = 16;

  private HostRoutes() {}

  /**
   * The destinations in the text of {@code /proc/net/route}; without the default route, and without
   * lines that cannot be read.
   *
   * @param ignored interfaces whose routes do not count, such as those that were made for networks
   *     of the swarm itself
   */
  public static List<Subnet> parse(String table, Predicate<String> ignored) {
    List<Subnet> routes = new ArrayList<>();
    for (String line : table.lines().skip(1).toList()) {
      String[] words = line.strip().split("\\s+");
      if (words.length > MASK && !ignored.test(words[0])) {
        try {
          int mask = (int) Long.parseLong(words[MASK], HEX);
          boolean up = (Integer.parseInt(words[FLAGS], HEX) & UP) != 0;
          if (up && mask != 0) {
            int bits = Integer.reverseBytes((int) Long.parseLong(words[DESTINATION], HEX));
            routes.add(new Subnet(Ip.v4(bits), Integer.bitCount(mask)));
          }
        } catch (NumberFormatException unreadable) {
          // a line of another format than the kernel's
        }
      }
    }
    return routes;
  }
}
