package io.swarm4j.network.dataplane.kernel;

import io.swarm4j.model.Ip;
import io.swarm4j.model.Subnet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The network devices of one namespace, as {@code ip addr show} lists them. */
record Links(List<Link> all) {
  /** {@code 57: veth1@if56: <BROADCAST,UP> mtu 1450 … master s4jb4097 …}. */
  private static final Pattern HEADER =
      Pattern.compile("(\\d+): ([^:@\\s]+)(?:@(?:if(\\d+)|[^:\\s]+))?: <([^>]*)>(.*)");

  private static final Pattern MASTER = Pattern.compile("\\bmaster (\\S+)");
  private static final Pattern ADDRESS = Pattern.compile("(?m)^\\s+inet6? (\\S+/\\d+)");
  private static final Pattern START = Pattern.compile("(?m)^(?=\\d+: )");

  Links {
    all = List.copyOf(all);
  }

  /**
   * A device.
   *
   * @param index its number in the namespace
   * @param peer the number of its other end in that one's namespace; 0 if it has none elsewhere
   * @param master the bridge that it is on; empty if none
   * @param addresses with the lengths of their prefixes
   */
  record Link(int index, String name, int peer, boolean up, String master, List<String> addresses) {
    Link {
      addresses = List.copyOf(addresses);
    }

    /** Its first IPv4 address, with the length of the prefix; empty if it has none. */
    String address() {
      return addresses.stream().filter(each -> !each.contains(":")).findFirst().orElse("");
    }

    boolean hasAddressOf(Subnet subnet) {
      return addresses.stream()
          .map(each -> Ip.parse(each.substring(0, each.indexOf('/'))))
          .anyMatch(subnet::contains);
    }
  }

  static Links parse(String listing) {
    List<Link> found = new ArrayList<>();
    for (String block : START.split(listing)) {
      Matcher header = HEADER.matcher(block);
      if (header.lookingAt()) {
        found.add(link(header, block));
      }
    }
    return new Links(found);
  }

  private static Link link(MatchResult header, String block) {
    Matcher master = MASTER.matcher(header.group(5));
    return new Link(
        Integer.parseInt(header.group(1)),
        header.group(2),
        header.group(3) == null ? 0 : Integer.parseInt(header.group(3)),
        List.of(header.group(4).split(",")).contains("UP"),
        master.find() ? master.group(1) : "",
        ADDRESS.matcher(block).results().map(each -> each.group(1)).toList());
  }

  /** Our devices, by name. */
  Map<String, Link> ours() {
    Map<String, Link> ours = new TreeMap<>();
    for (Link link : all) {
      if (KernelState.isOurs(link.name())) {
        ours.put(link.name(), link);
      }
    }
    return ours;
  }

  /** The device whose other end, in another namespace, is {@code end}. */
  @Nullable Link otherEnd(Link end) {
    for (Link link : all) {
      if (link.index() == end.peer() && link.peer() == end.index()) {
        return link;
      }
    }
    return null;
  }
}
