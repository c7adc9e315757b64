package io.swarm4j.network.dataplane.kernel;

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
 * The content of our nftables table in one namespace: elements by set or map.
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
 * connection tracking and stay where they are, whatever changes here. Immutable.
 */
record NatTable(Map<String, Map<String, String>> elements) {
  static final String NAME = "swarm4j";

  private static final String HERE = "here";
  private static final String SUBNETS = "subnets";

  /** A published port led to a task: if elsewhere, its replies have to come back through here. */
  private static final String FROM_MESH = "ct status dnat oifname \"s4jb*\"";

  /** A task talks to somebody outside, who does not know the way to an overlay. */
  private static final String LEAVES =
      "ip saddr @" + SUBNETS + " oifname != \"lo\" oifname != \"s4jb*\"";

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

  /** How a kind of entry is keyed, and where it is looked up. */
  enum Kind {
    VIP("vip", "ip daddr", "ip daddr", "dnat to"),
    PORT("port", "meta l4proto . th dport", "ip daddr . tcp dport", "dnat ip addr . port to"),
    BOUND(
        "bound",
        "ip daddr . meta l4proto . th dport",
        "ip daddr . tcp dport",
        "dnat ip addr . port to");

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
    Elements found = new Elements();
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
    return new NatTable(found.byMap);
  }

  /** A task's table: virtual addresses. */
  static NatTable ofTask(List<VirtualService> services) {
    Elements found = new Elements();
    for (VirtualService service : services) {
      List<String> endpoints = service.endpoints().stream().map(Object::toString).toList();
      if (endpoints.isEmpty()) {
        found.put(UNSERVED, service.address().toString(), "");
      }
      found.add(Kind.VIP, service.address().toString(), endpoints);
    }
    return new NatTable(found.byMap);
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
    final Map<String, Map<String, String>> byMap = new TreeMap<>();

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
    List<String> commands = new ArrayList<>();
    commands.add("add table ip " + NAME);
    commands.add("delete table ip " + NAME);
    commands.add(
        "table ip " + NAME + " { comment \"made by swarm4j, which replaces it as a whole\"; }");
    if (host) {
      createHost(commands);
    } else {
      createKind(Kind.VIP, commands);
      createHook("output", -110, "ip daddr vmap @vip", commands);
      createRefusal(commands);
    }
    commands.addAll(new NatTable(Map.of()).changesTo(this));
    return commands;
  }

  private static void createHost(List<String> commands) {
    createKind(Kind.PORT, commands);
    createKind(Kind.BOUND, commands);
    commands.add("add set ip " + NAME + " " + HERE + " { type ipv4_addr; }");
    commands.add("add set ip " + NAME + " " + SUBNETS + " { type ipv4_addr; flags interval; }");
    for (String hook : List.of("prerouting", "output")) {
      createHook(hook, -110, "ip daddr . meta l4proto . th dport vmap @bound", commands);
      commands.add(
          "add rule ip "
              + NAME
              + " "
              + hook
              + " ip daddr != 127.0.0.0/8 fib daddr type local meta l4proto . th dport vmap @port");
    }
    createHook("postrouting", 90, FROM_MESH + " ip daddr != @" + HERE + " masquerade", commands);
    for (String rule : List.of(FROM_MESH + " ip saddr @" + SUBNETS, LEAVES)) {
      commands.add("add rule ip " + NAME + " postrouting " + rule + " masquerade");
    }
  }

  private static void createHook(String hook, int priority, String rule, List<String> commands) {
    commands.add(
        "add chain ip "
            + NAME
            + " "
            + hook
            + " { type nat hook "
            + hook
            + " priority "
            + priority
            + "; policy accept; }");
    commands.add("add rule ip " + NAME + " " + hook + " " + rule);
  }

  /** Else a client would wait for somebody to say that he has the address. */
  private static void createRefusal(List<String> commands) {
    commands.add("add set ip " + NAME + " " + UNSERVED + " { type ipv4_addr; }");
    commands.add(
        "add chain ip " + NAME + " refuse { type filter hook output priority 0; policy accept; }");
    commands.add("add rule ip " + NAME + " refuse ip daddr @" + UNSERVED + " reject");
  }

  private static void createKind(Kind kind, List<String> commands) {
    commands.add("add map ip " + NAME + " " + kind.map + " { typeof " + kind.key + " : verdict; }");
  }

  /** The map and the chain for one number of slots, if {@code map} is the name of such a one. */
  private static void createSlots(String map, List<String> commands) {
    for (Kind kind : Kind.values()) {
      if (map.startsWith(kind.map) && map.length() > kind.map.length()) {
        String slot = "numgen inc mod " + map.substring(kind.map.length());
        String key = kind.key + " . " + slot;
        commands.add(
            "add map ip " + NAME + " " + map + " { typeof " + key + " : " + kind.value + "; }");
        commands.add("add chain ip " + NAME + " " + map);
        commands.add("flush chain ip " + NAME + " " + map);
        commands.add(
            "add rule ip " + NAME + " " + map + " " + kind.verdict + " " + key + " map @" + map);
      }
    }
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

  private static void addElements(
      String verb, String map, List<String> content, List<String> commands) {
    if (!content.isEmpty()) {
      commands.add(
          verb + " element ip " + NAME + " " + map + " { " + String.join(", ", content) + " }");
    }
  }
}
