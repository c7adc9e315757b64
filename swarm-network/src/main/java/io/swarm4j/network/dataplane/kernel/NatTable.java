package io.swarm4j.network.dataplane.kernel;

import io.swarm4j.model.Ip;
import io.swarm4j.model.PortSpec.Protocol;
import io.swarm4j.network.dataplane.kernel.KernelConfig.Overlay;
import io.swarm4j.network.dataplane.kernel.KernelConfig.PublishedPort;
import io.swarm4j.network.dataplane.kernel.KernelConfig.Target;
import io.swarm4j.network.dataplane.kernel.KernelConfig.VirtualService;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The content of our nftables table for one address family in one namespace: elements by set or
 * map.
 *
 * <p>There are three kinds of entries, each with a map of its own that tells how many slots the
 * entry has, and one map per number of slots that tells who has which slot:
 *
 * <pre>
 * kind   entry                              slots
 * vip    address                            address . slot                   : endpoint
 * port   protocol . port                    protocol . port . slot           : endpoint . port
 * bound  address . protocol . port          address . protocol . port . slot : endpoint . port
 * </pre>
 *
 * <p>Which slot a new connection gets is a matter of turns; those that exist are known to
 * connection tracking and stay where they are, whatever changes here. Published ports are of IPv4
 * alone. Immutable.
 */
record NatTable(Family family, Map<String, Map<String, String>> elements) {
  static final String NAME = "swarm4j";

  /** An address family, by the words that nft has for it. */
  enum Family {
    V4("ip", "ipv4_addr"),
    V6("ip6", "ipv6_addr");

    final String word;
    final String type;

    Family(String word, String type) {
      this.word = word;
      this.type = type;
    }

    static Family of(Ip address) {
      return address.isV4() ? V4 : V6;
    }

    /** Our table, by its full name. */
    String table() {
      return word + " " + NAME;
    }

    /** The commands that remove our table, whether it is there or not. */
    List<String> removal() {
      return List.of("add table " + table(), "delete table " + table());
    }
  }

  private static final String HERE = "here";
  private static final String SUBNETS = "subnets";

  /** A published port led to a task: if elsewhere, its replies have to come back through here. */
  private static final String FROM_MESH = "ct status dnat oifname \"s4jb*\"";

  /** A task talks to somebody outside, who does not know the way to an overlay. */
  private static final String LEAVES =
      " saddr @" + SUBNETS + " oifname != \"lo\" oifname != \"s4jb*\" masquerade";

  /**
   * Makes the host forget connections to published ports soon after their end, which is the default
   * only after two minutes. An engine deletes what it finds of a container that has ended by the
   * addresses and ports of its clients; who has used a port again meanwhile, would be cut off.
   */
  static final List<String> FORGET_SOON =
      List.of(
          "add ct timeout ip "
              + NAME
              + " brief { protocol tcp; l3proto ip; policy = { time_wait : 1, close : 1 }; }",
          "insert rule ip " + NAME + " postrouting " + FROM_MESH + " ct timeout set \"brief\"");

  /** Virtual addresses that nobody serves. */
  private static final String UNSERVED = "unserved";

  /** How a kind of entry is keyed, and where it is looked up; %s is the word of the family. */
  enum Kind {
    VIP("vip", "%s daddr", "%s daddr", "dnat to"),
    PORT("port", "meta l4proto . th dport", "%s daddr . tcp dport", "dnat %s addr . port to"),
    BOUND(
        "bound",
        "%s daddr . meta l4proto . th dport",
        "%s daddr . tcp dport",
        "dnat %s addr . port to");

    final String map;
    final String key;
    final String value;
    final String verdict;

    Kind(String map, String key, String value, String verdict) {
      this.map = map;
      this.key = key;
      this.value = value;
      this.verdict = verdict;
    }
  }

  /** A host's table: published ports, and whose source address has to be replaced. */
  static NatTable ofHost(KernelConfig config) {
    Elements found = new Elements(Family.V4);
    for (PublishedPort port : config.published()) {
      List<String> targets = new ArrayList<>();
      for (Target target : port.targets()) {
        targets.add(target.address() + " . " + target.port());
      }
      String key = protocol(port.protocol()) + " . " + port.port();
      if (port.bind() == null) {
        found.add(Kind.PORT, key, targets);
      } else {
        found.add(Kind.BOUND, port.bind() + " . " + key, targets);
      }
    }
    config.tasksHere().forEach(ip -> found.put(HERE, ip.toString(), ""));
    for (Overlay overlay : config.overlays()) {
      found.put(SUBNETS, overlay.subnet().first() + "/" + overlay.subnet().prefix(), "");
    }
    return found.table();
  }

  /** A host's table of IPv6: whose source address has to be replaced; empty if that is nobody's. */
  static NatTable ofHostIpv6(KernelConfig config) {
    Elements found = new Elements(Family.V6);
    for (Overlay overlay : config.overlays()) {
      if (overlay.ipv6() != null) {
        found.put(SUBNETS, overlay.ipv6().first() + "/" + overlay.ipv6().prefix(), "");
      }
    }
    return found.table();
  }

  /** A task's table: virtual addresses of the family. */
  static NatTable ofTask(Family family, List<VirtualService> services) {
    Elements found = new Elements(family);
    for (VirtualService service : services) {
      if (Family.of(service.address()) != family) {
        continue;
      }
      List<String> endpoints = service.endpoints().stream().map(Object::toString).toList();
      if (endpoints.isEmpty()) {
        found.put(UNSERVED, service.address().toString(), "");
      }
      found.add(Kind.VIP, service.address().toString(), endpoints);
    }
    return found.table();
  }

  boolean isEmpty() {
    return elements.isEmpty();
  }

  /** By number, as nft lists it. */
  private static String protocol(Protocol protocol) {
    return switch (protocol) {
      case TCP -> "6";
      case UDP -> "17";
      case SCTP -> "132";
    };
  }

  /** Collects elements by map. */
  private static final class Elements {
    final Family family;
    final Map<String, Map<String, String>> byMap = new TreeMap<>();

    Elements(Family family) {
      this.family = family;
    }

    NatTable table() {
      return new NatTable(family, byMap);
    }

    void put(String map, String key, String value) {
      byMap.computeIfAbsent(map, name -> new TreeMap<>()).put(key, value);
    }

    void add(Kind kind, String key, List<String> endpoints) {
      if (endpoints.isEmpty()) {
        return;
      }
      int slots = Slots.of(endpoints.size());
      put(kind.map, key, "goto " + kind.map + slots);
      for (int slot = 0; slot < slots; slot++) {
        put(kind.map + slots, key + " . " + slot, endpoints.get(slot % endpoints.size()));
      }
    }
  }

  /** The commands that make this table from nothing, or from whatever is there under its name. */
  List<String> create(boolean host) {
    List<String> commands = new ArrayList<>(family.removal());
    commands.add(
        "table "
            + family.table()
            + " { comment \"made by swarm4j, which replaces it as a whole\"; }");
    if (host) {
      createHost(commands);
    } else {
      createKind(Kind.VIP, commands);
      createHook("output", -110, List.of(family.word + " daddr vmap @vip"), commands);
      createRefusal(commands);
    }
    commands.addAll(new NatTable(family, Map.of()).changesTo(this));
    return commands;
  }

  private void createHost(List<String> commands) {
    add("set", SUBNETS, " { type " + family.type + "; flags interval; }", commands);
    List<String> masked = new ArrayList<>();
    if (family == Family.V4) {
      createPublished(commands);
      masked.add(FROM_MESH + " ip daddr != @" + HERE + " masquerade");
      masked.add(FROM_MESH + " ip saddr @" + SUBNETS + " masquerade");
    }
    masked.add(family.word + LEAVES);
    createHook("postrouting", 90, masked, commands);
  }

  private void createPublished(List<String> commands) {
    createKind(Kind.PORT, commands);
    createKind(Kind.BOUND, commands);
    add("set", HERE, " { type ipv4_addr; }", commands);
    for (String hook : List.of("prerouting", "output")) {
      createHook(
          hook,
          -110,
          List.of(
              "ip daddr . meta l4proto . th dport vmap @bound",
              "ip daddr != 127.0.0.0/8 fib daddr type local meta l4proto . th dport vmap @port"),
          commands);
    }
  }

  private void createHook(String hook, int priority, List<String> rules, List<String> commands) {
    String chain = " { type nat hook " + hook + " priority " + priority + "; policy accept; }";
    add("chain", hook, chain, commands);
    rules.forEach(rule -> add("rule", hook, " " + rule, commands));
  }

  /** Else a client would wait for somebody to say that he has the address. */
  private void createRefusal(List<String> commands) {
    add("set", UNSERVED, " { type " + family.type + "; }", commands);
    String chain = " { type filter hook output priority 0; policy accept; }";
    add("chain", "refuse", chain, commands);
    add("rule", "refuse", " " + family.word + " daddr @" + UNSERVED + " reject", commands);
  }

  private void createKind(Kind kind, List<String> commands) {
    add("map", kind.map, " { typeof " + inFamily(kind.key) + " : verdict; }", commands);
  }

  /** The map and the chain for one number of slots, if {@code map} is the name of such a one. */
  private void createSlots(String map, List<String> commands) {
    for (Kind kind : Kind.values()) {
      if (map.startsWith(kind.map) && map.length() > kind.map.length()) {
        String slot = "numgen inc mod " + map.substring(kind.map.length());
        String key = inFamily(kind.key) + " . " + slot;
        add("map", map, " { typeof " + key + " : " + inFamily(kind.value) + "; }", commands);
        add("chain", map, "", commands);
        commands.add("flush chain " + family.table() + " " + map);
        add("rule", map, " " + inFamily(kind.verdict) + " " + key + " map @" + map, commands);
      }
    }
  }

  private String inFamily(String words) {
    return words.formatted(family.word);
  }

  private void add(String what, String name, String content, List<String> commands) {
    commands.add("add " + what + " " + family.table() + " " + name + content);
  }

  /** The commands that turn this table into another, in an order in which each can be done. */
  List<String> changesTo(NatTable next) {
    List<String> made = new ArrayList<>();
    List<String> removed = new ArrayList<>();
    List<String> added = new ArrayList<>();
    for (Map.Entry<String, Map<String, String>> entry : next.elements.entrySet()) {
      String map = entry.getKey();
      if (!elements.containsKey(map)) {
        createSlots(map, made);
      }
      Map<String, String> before = elements.getOrDefault(map, Map.of());
      List<String> fresh = new ArrayList<>();
      entry
          .getValue()
          .forEach(
              (key, value) -> {
                if (!value.equals(before.get(key))) {
                  fresh.add(value.isEmpty() ? key : key + " : " + value);
                }
              });
      addElements("add", map, fresh, added);
    }
    elements.forEach(
        (map, before) -> {
          Map<String, String> after = next.elements.getOrDefault(map, Map.of());
          List<String> stale = new ArrayList<>();
          before.forEach(
              (key, value) -> {
                if (!value.equals(after.get(key))) {
                  stale.add(key);
                }
              });
          addElements("delete", map, stale, removed);
        });
    List<String> commands = new ArrayList<>(made);
    commands.addAll(removed);
    commands.addAll(added);
    return commands;
  }

  private void addElements(String verb, String map, List<String> content, List<String> commands) {
    if (!content.isEmpty()) {
      commands.add(
          verb
              + " element "
              + family.table()
              + " "
              + map
              + " { "
              + String.join(", ", content)
              + " }");
    }
  }
}
