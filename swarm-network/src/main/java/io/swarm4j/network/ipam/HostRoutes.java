package io.swarm4j.network.ipam;

import io.swarm4j.model.Ip;
import io.swarm4j.model.Subnet;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads which subnets a Linux host has routes to, lest a network of the swarm takes one of them.
 */
public final class HostRoutes {
  private static final int DESTINATION = 1;
  private static final int MASK = 7;
  private static final int UP = 1;
  private static final int FLAGS = 3;
  private static final int HEX = 16;

  /** Destination, its prefix, source and next hop, metric and counters, flags, interface. */
  private static final Pattern IPV6 =
      Pattern.compile(
          "(\\p{XDigit}{16})(\\p{XDigit}{16}) (\\p{XDigit}{2}) \\p{XDigit}{32} \\p{XDigit}{2}"
              + " \\p{XDigit}{32}(?: \\p{XDigit}{8}){3} (\\p{XDigit}{8})\\s+(\\S+)");

  private static final int REJECT = 0x200;
  private static final int LOCAL = 0x8000_0000;
  private static final Subnet LINK = Subnet.parse("fe80::/10");
  private static final Subnet MULTICAST = Subnet.parse("ff00::/8");

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

  /**
   * The same of the text of {@code /proc/net/ipv6_route}; also without what is of one link, of this
   * host or for many at once.
   */
  public static List<Subnet> parseIpv6(String table, Predicate<String> ignored) {
    List<Subnet> routes = new ArrayList<>();
    for (String line : table.lines().toList()) {
      Matcher route = IPV6.matcher(line.strip());
      if (route.matches() && !ignored.test(route.group(5))) {
        int prefix = Integer.parseInt(route.group(3), HEX);
        Ip to =
            new Ip(
                Long.parseUnsignedLong(route.group(1), HEX),
                Long.parseUnsignedLong(route.group(2), HEX));
        int flags = (int) Long.parseLong(route.group(4), HEX);
        if (prefix != 0 && (flags & (UP | REJECT | LOCAL)) == UP && !isSpecial(to)) {
          routes.add(new Subnet(to, prefix));
        }
      }
    }
    return routes;
  }

  /** {@code fe80::/10}, {@code ff00::/8}. */
  private static boolean isSpecial(Ip destination) {
    return LINK.contains(destination) || MULTICAST.contains(destination);
  }
}
