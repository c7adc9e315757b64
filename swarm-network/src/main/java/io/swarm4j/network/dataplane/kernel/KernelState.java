package io.swarm4j.network.dataplane.kernel;

import io.swarm4j.model.Ip;
import io.swarm4j.network.dataplane.Difference;
import io.swarm4j.network.dataplane.kernel.KernelConfig.LocalTask;
import io.swarm4j.network.dataplane.kernel.KernelConfig.Overlay;
import io.swarm4j.network.dataplane.kernel.KernelConfig.Remote;
import io.swarm4j.network.dataplane.kernel.KernelConfig.VirtualService;
import io.swarm4j.network.dataplane.kernel.Links.Link;
import io.swarm4j.network.dataplane.kernel.NatTable.Family;
import io.swarm4j.network.dataplane.kernel.OverlayDevices.Entries;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads and writes what our part of a node's kernel holds. Blocks; not thread-safe. */
final class KernelState {
  private static final Logger log = LoggerFactory.getLogger(KernelState.class);
  private static final int DEFAULT_MTU = 1500;

  private final NetworkNamespace namespace;
  private final Ip node;
  private final int port;
  private final Commands commands;
  private final NftChanges session;
  private final Ipsec ipsec;

  /** For tasks whose services have changed: the next change spares the start of a process. */
  private final Map<String, NftChanges> taskSessions = new TreeMap<>();

  KernelState(NetworkNamespace namespace, Ip node, int port, Commands commands) {
    this.namespace = namespace;
    this.node = node;
    this.port = port;
    this.commands = commands;
    this.session = commands.nft(namespace);
    this.ipsec = new Ipsec(namespace, commands);
  }

  /** Puts a configuration in the place of whatever there is of ours. */
  void replace(KernelConfig config) {
    ipsec.replace(encryption(config), EncryptionTable.of(config, port));
    replaceDevices(config.overlays());
    ip(strays(config).stream().map(Stray::cure).toList());
    nft(namespace, NatTable.ofHost(config).create(true));
    NatTable ipv6 = NatTable.ofHostIpv6(config);
    if (!ipv6.isEmpty()) {
      nft(namespace, ipv6.create(true));
    } else {
      removeIpv6();
    }
    forgetSoon();
    DockerFirewall.open(namespace, commands);
    config.tasks().forEach(this::replaceTask);
  }

  private Encryption encryption(KernelConfig config) {
    return Encryption.of(node, port, config);
  }

  /** Why this host can not encrypt overlays; empty if it can. */
  String noEncryption() {
    return ipsec.obstacle();
  }

  /** Why this host can not give overlays IPv6 addresses; empty if it can. */
  String noIpv6() {
    try {
      commands.run(namespace.command("sh", "-c", "cd /proc/sys/net/ipv6"), "");
      List<String> probe = new NatTable(Family.V6, Map.of()).create(true);
      commands.run(namespace.command("nft", "-c", "-f", "-"), String.join("\n", probe) + "\n");
      return "";
    } catch (KernelException refused) {
      return String.valueOf(refused.getMessage()).strip();
    }
  }

  private void removeIpv6() {
    if (list(namespace, Family.V6) != null) {
      nft(namespace, Family.V6.removal());
    }
  }

  private void forgetSoon() {
    try {
      nft(namespace, NatTable.FORGET_SOON);
    } catch (KernelException unsupported) {
      log.info("published ports get no time-outs of their own: {}", unsupported.getMessage());
    }
  }

  private void replaceTask(LocalTask task) {
    forget(task.id());
    List<String> commands = NatTable.ofTask(Family.V4, task.services()).create(false);
    if (task.usesIpv6()) {
      commands.addAll(NatTable.ofTask(Family.V6, task.services()).create(false));
    }
    inTask(task, () -> nft(task.namespace(), commands));
  }

  /** Changes nothing in the namespace of a task any more. */
  void forget(String task) {
    NftChanges open = taskSessions.remove(task);
    if (open != null) {
      open.close();
    }
  }

  /** Turns one configuration, which is in force, into another. */
  void change(KernelConfig before, KernelConfig after) {
    Encryption last = encryption(before);
    Encryption next = encryption(after);
    EncryptionTable table = EncryptionTable.of(before, port);
    EncryptionTable nextTable = EncryptionTable.of(after, port);
    ipsec.begin(last, next, table, nextTable);
    // First nobody is sent to who has gone, and last the ways to who has come are taken into use.
    changeDevices(before.overlays(), after.overlays());
    List<String> changes =
        NatTable.ofHost(before.without(after)).changesTo(NatTable.ofHost(after.without(before)));
    if (!changes.isEmpty()) {
      session.apply(changes);
    }
    changeHostIpv6(NatTable.ofHostIpv6(before), NatTable.ofHostIpv6(after));
    changeTasks(before.tasks(), after.tasks());
    removeDevices(before.overlays(), after.overlays());
    ipsec.end(last, next, table, nextTable);
  }

  /** There is a table as soon as there is anything for it. */
  private void changeHostIpv6(NatTable before, NatTable after) {
    if (!before.equals(after)) {
      nft(namespace, before.isEmpty() ? after.create(true) : before.changesTo(after));
    }
  }

  private void changeTasks(List<LocalTask> before, List<LocalTask> after) {
    Map<String, LocalTask> old = new LinkedHashMap<>();
    before.forEach(task -> old.put(task.id(), task));
    Set<String> gone = new HashSet<>(old.keySet());
    after.forEach(task -> gone.remove(task.id()));
    gone.forEach(this::forget);
    Map<List<VirtualService>, Map<List<VirtualService>, List<String>>> worked =
        new IdentityHashMap<>();
    for (LocalTask task : after) {
      LocalTask known = old.get(task.id());
      if (known == null || !known.namespace().equals(task.namespace())) {
        replaceTask(task);
      } else if (known.services() != task.services()) {
        List<String> changes =
            worked
                .computeIfAbsent(known.services(), from -> new IdentityHashMap<>())
                .computeIfAbsent(task.services(), to -> changes(known, task));
        if (!changes.isEmpty()) {
          inTask(
              task,
              () ->
                  taskSessions
                      .computeIfAbsent(task.id(), id -> commands.nft(task.namespace()))
                      .apply(changes));
        }
      }
    }
  }

  private static List<String> changes(LocalTask before, LocalTask after) {
    List<VirtualService> stale = before.without(after.services());
    List<VirtualService> fresh = after.without(before.services());
    List<String> changes = new ArrayList<>();
    for (Family family : Family.values()) {
      NatTable next = NatTable.ofTask(family, fresh);
      boolean isNew = family == Family.V6 && !next.isEmpty() && !before.usesIpv6();
      changes.addAll(isNew ? next.create(false) : NatTable.ofTask(family, stale).changesTo(next));
    }
    return changes;
  }

  /** A task may end at any time, and its namespace with it: then there is nothing to change. */
  private void inTask(LocalTask task, Runnable change) {
    if (!task.namespace().exists()) {
      return;
    }
    try {
      change.run();
    } catch (KernelException e) {
      if (task.namespace().exists()) {
        throw e;
      }
      log.debug("Task {} is gone", task.id(), e);
    }
  }

  private void nft(NetworkNamespace where, List<String> changes) {
    commands.run(where.command("nft", "-f", "-"), String.join("\n", changes) + "\n");
  }

  private void replaceDevices(List<Overlay> overlays) {
    Map<String, Link> present = links(namespace).ours();
    List<String> ip = new ArrayList<>();
    Set<String> fresh = new HashSet<>();
    for (Overlay overlay : overlays) {
      Link bridge = present.remove(overlay.bridge());
      if (bridge == null) {
        ip.addAll(OverlayDevices.createBridge(overlay, overlay.mtu(mtu())));
      } else if (!OverlayDevices.isPlaced(bridge, overlay)) {
        ip.addAll(OverlayDevices.move(overlay));
      }
      if (bridge == null || present.remove(overlay.vxlan()) == null) {
        ip.addAll(OverlayDevices.createVxlan(overlay, node, port, overlay.mtu(mtu())));
        fresh.add(overlay.vxlan());
      } else {
        ip.addAll(OverlayDevices.join(overlay));
      }
    }
    ip.addAll(0, present.keySet().stream().map(name -> "link del " + name).toList());
    ip(ip);
    overlays.forEach(this::allowDetours);
    overlays.forEach(this::giveIpv6);
    for (Overlay overlay : overlays) {
      List<Remote> known = fresh.contains(overlay.vxlan()) ? List.of() : remotes(overlay);
      entries(OverlayDevices.changes(overlay.vxlan(), known, overlay.remotes()));
    }
  }

  private void changeDevices(List<Overlay> before, List<Overlay> after) {
    Map<Integer, Overlay> old = byVni(before);
    for (Overlay overlay : after) {
      Overlay known = old.get(overlay.vni());
      if (known == null) {
        int mtu = overlay.mtu(mtu());
        ip(OverlayDevices.createBridge(overlay, mtu));
        ip(OverlayDevices.createVxlan(overlay, node, port, mtu));
        allowDetours(overlay);
        giveIpv6(overlay);
      } else if (!OverlayDevices.address(known).equals(OverlayDevices.address(overlay))
          || !OverlayDevices.ipv6(known).equals(OverlayDevices.ipv6(overlay))) {
        ip(OverlayDevices.move(overlay));
        giveIpv6(overlay);
      }
      List<Remote> remotes = known == null ? List.of() : known.remotes();
      entries(OverlayDevices.changes(overlay.vxlan(), remotes, overlay.remotes()));
    }
  }

  /** A task on several networks sends its replies through the gateway of any of them. */
  private void allowDetours(Overlay overlay) {
    String setting = "/proc/sys/net/ipv4/conf/" + overlay.bridge() + "/rp_filter";
    commands.run(namespace.command("sh", "-c", "echo 2 > " + setting), "");
  }

  /** Also where the host gives no interface IPv6 unasked. */
  private void giveIpv6(Overlay overlay) {
    if (overlay.ipv6() != null) {
      for (String device : List.of(overlay.bridge(), overlay.vxlan())) {
        String setting = "/proc/sys/net/ipv6/conf/" + device + "/disable_ipv6";
        commands.run(namespace.command("sh", "-c", "echo 0 > " + setting), "");
      }
      ip(OverlayDevices.addIpv6(overlay));
    }
  }

  private void removeDevices(List<Overlay> before, List<Overlay> after) {
    Map<Integer, Overlay> wanted = byVni(after);
    for (Overlay overlay : before) {
      if (!wanted.containsKey(overlay.vni())) {
        ip(OverlayDevices.remove(overlay));
      }
    }
  }

  private static Map<Integer, Overlay> byVni(List<Overlay> overlays) {
    Map<Integer, Overlay> byVni = new TreeMap<>();
    overlays.forEach(overlay -> byVni.put(overlay.vni(), overlay));
    return byVni;
  }

  private void entries(Entries changes) {
    ip(changes.ip());
    if (!changes.bridge().isEmpty()) {
      commands.run(
          namespace.command("bridge", "-batch", "-"), String.join("\n", changes.bridge()) + "\n");
    }
  }

  private void ip(List<String> batch) {
    if (!batch.isEmpty()) {
      commands.run(namespace.command("ip", "-batch", "-"), String.join("\n", batch) + "\n");
    }
  }

  /** Whether we have made a device of that name. */
  static boolean isOurs(String name) {
    return name.matches("s4j[bx]\\d+");
  }

  private Links links(NetworkNamespace where) {
    return Links.parse(commands.run(where.command("ip", "addr", "show"), ""));
  }

  /** The interfaces of tasks that are not on the bridges of their overlays. */
  private List<Stray> strays(KernelConfig config) {
    Links host = links(namespace);
    List<Stray> found = new ArrayList<>();
    for (LocalTask task : config.tasks()) {
      inTask(task, () -> found.addAll(Stray.find(host, links(task.namespace()), task, config)));
    }
    return found;
  }

  /** What a program of the host says, in words. */
  private List<String[]> lines(String... program) {
    String output = commands.run(namespace.command(program), "");
    return output.lines().map(line -> line.strip().split("\\s+")).toList();
  }

  /** On which ports programs of the host listen. */
  HostListeners listeners() {
    return HostListeners.parse(
        commands.run(
            namespace.command(
                "sh", "-c", "cd /proc/net; cat tcp tcp6 udp udp6 2> /dev/null || true"),
            ""));
  }

  /** The interfaces that are not ours, with their addresses. */
  Map<String, List<Ip>> interfaces() {
    Map<String, List<Ip>> found = new TreeMap<>();
    for (String[] words : lines("ip", "-o", "-4", "addr", "show")) {
      String address = after(words, "inet", "").replaceAll("/.*", "");
      if (words.length > 1 && !isOurs(words[1]) && !address.isEmpty()) {
        found.computeIfAbsent(words[1], name -> new ArrayList<>()).add(Ip.parse(address));
      }
    }
    return found;
  }

  /** What fits through the network between the nodes, once it is wrapped. */
  int mtu() {
    String listing =
        commands.run(namespace.command("ip", "-o", "addr", "show", "to", node + "/32"), "");
    String[] words = listing.split("\\s+");
    if (words.length < 2) {
      throw new KernelException("no interface of this node has its address " + node);
    }
    String link = commands.run(namespace.command("ip", "-o", "link", "show", "dev", words[1]), "");
    int outer = Integer.parseInt(after(link.split("\\s+"), "mtu", Integer.toString(DEFAULT_MTU)));
    return Math.min(outer, 65_535) - OverlayDevices.OVERHEAD;
  }

  private static String after(String[] words, String key, String otherwise) {
    for (int i = 0; i + 1 < words.length; i++) {
      if (words[i].equals(key)) {
        return words[i + 1];
      }
    }
    return otherwise;
  }

  /** Who is where, as far as the device knows completely. */
  private List<Remote> remotes(Overlay overlay) {
    Map<String, String> nodes = new TreeMap<>();
    for (String[] words : lines("bridge", "fdb", "show", "dev", overlay.vxlan())) {
      String dst = after(words, "dst", "");
      if (!dst.isEmpty()) {
        nodes.put(words[0], dst);
      }
    }
    List<Remote> found = new ArrayList<>();
    for (String[] words : lines("ip", "neigh", "show", "dev", overlay.vxlan())) {
      String link = after(words, "lladdr", "");
      String dst = nodes.get(link);
      if (dst != null) {
        Ip holder = OverlayDevices.holder(link);
        found.add(new Remote(Ip.parse(words[0]), holder, Ip.parse(dst)));
      }
    }
    found.sort(Comparator.comparing(Remote::address));
    return found;
  }

  /** What differs from a configuration that is meant to be in force. */
  List<Difference> differences(KernelConfig config) {
    List<Difference> found = new ArrayList<>();
    Map<String, Link> present = links(namespace).ours();
    for (Overlay overlay : config.overlays()) {
      Link vxlan = present.remove(overlay.vxlan());
      compareDevice(overlay.vxlan(), vxlan, found);
      if (vxlan != null) {
        compareRemotes(overlay, found);
        if (!vxlan.master().equals(overlay.bridge())) {
          found.add(
              new Difference("bridge of " + overlay.vxlan(), overlay.bridge(), vxlan.master()));
        }
      }
      Link bridge = present.remove(overlay.bridge());
      compareDevice(overlay.bridge(), bridge, found);
      if (bridge != null) {
        String place = "address of " + overlay.bridge();
        compare(place, OverlayDevices.address(overlay), bridge.address(), found);
        compare(
            "IPv6 " + place,
            OverlayDevices.ipv6(overlay),
            OverlayDevices.ipv6(bridge, overlay),
            found);
      }
    }
    present.keySet().forEach(name -> found.add(new Difference("device " + name, "", "up")));
    strays(config).forEach(stray -> found.add(stray.difference()));
    found.addAll(ipsec.differences(encryption(config), EncryptionTable.of(config, port)));
    compare("nftables of the host", namespace, NatTable.ofHost(config), found);
    compare("nftables of the host for IPv6", namespace, NatTable.ofHostIpv6(config), found);
    for (LocalTask task : config.tasks()) {
      List<Difference> ofTask = new ArrayList<>();
      inTask(task, () -> ofTask.addAll(differences(task)));
      if (task.namespace().exists()) { // else it has ended, perhaps while it was looked at
        found.addAll(ofTask);
      }
    }
    return found;
  }

  private List<Difference> differences(LocalTask task) {
    List<Difference> found = new ArrayList<>();
    String place = "nftables of task " + task.id();
    compare(place, task.namespace(), NatTable.ofTask(Family.V4, task.services()), found);
    if (task.usesIpv6()) {
      NatTable ipv6 = NatTable.ofTask(Family.V6, task.services());
      compare(place + " for IPv6", task.namespace(), ipv6, found);
    }
    return found;
  }

  private static void compare(
      String place, String intended, String actual, List<Difference> found) {
    if (!actual.equals(intended)) {
      found.add(new Difference(place, intended, actual));
    }
  }

  private static void compareDevice(String name, @Nullable Link link, List<Difference> found) {
    if (link == null || !link.up()) {
      found.add(new Difference("device " + name, "up", link == null ? "" : "down"));
    }
  }

  private void compareRemotes(Overlay overlay, List<Difference> found) {
    Map<String, String> intended = new TreeMap<>();
    overlay.remotes().forEach(r -> intended.put(r.address().toString(), r.node().toString()));
    Map<String, String> actual = new TreeMap<>();
    remotes(overlay).forEach(r -> actual.put(r.address().toString(), r.node().toString()));
    compare("entry of " + overlay.vxlan() + " for ", intended, actual, found);
  }

  private void compare(
      String place, NetworkNamespace where, NatTable intended, List<Difference> found) {
    Map<String, Map<String, String>> actual = NftListing.read(list(where, intended.family()));
    Set<String> maps = new HashSet<>(intended.elements().keySet());
    maps.addAll(actual.keySet());
    for (String map : maps.stream().sorted().toList()) {
      compare(
          place + ", " + map + " ",
          intended.elements().getOrDefault(map, Map.of()),
          actual.getOrDefault(map, Map.of()),
          found);
    }
  }

  private @Nullable String list(NetworkNamespace where, Family family) {
    try {
      return commands.run(
          where.command("nft", "-n", "list", "table", family.word, NatTable.NAME), "");
    } catch (KernelException absent) {
      return null;
    }
  }

  private static void compare(
      String place,
      Map<String, String> intended,
      Map<String, String> actual,
      List<Difference> found) {
    intended.forEach(
        (key, value) -> {
          String present = actual.get(key);
          if (present == null) {
            found.add(new Difference(place + key, value.isEmpty() ? "present" : value, ""));
          } else if (!present.equals(value)) {
            found.add(new Difference(place + key, value, present));
          }
        });
    actual.forEach(
        (key, value) -> {
          if (!intended.containsKey(key)) {
            found.add(new Difference(place + key, "", value.isEmpty() ? "present" : value));
          }
        });
  }

  /** Removes all that is ours on the host; what is in the tasks' namespaces goes with these. */
  void remove() {
    DockerFirewall.close(namespace, commands);
    ipsec.remove();
    nft(namespace, Family.V4.removal());
    removeIpv6();
    ip(
        links(namespace).ours().keySet().stream()
            .sorted((a, b) -> b.compareTo(a))
            .map(d -> "link del " + d)
            .toList());
  }

  void close() {
    session.close();
    taskSessions.values().forEach(NftChanges::close);
    taskSessions.clear();
  }
}
