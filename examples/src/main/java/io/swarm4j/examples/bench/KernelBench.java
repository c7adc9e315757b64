package io.swarm4j.examples.bench;

import io.swarm4j.model.Ip;
import io.swarm4j.model.PortSpec.Protocol;
import io.swarm4j.model.Subnet;
import io.swarm4j.network.dataplane.kernel.KernelConfig;
import io.swarm4j.network.dataplane.kernel.KernelConfig.LocalTask;
import io.swarm4j.network.dataplane.kernel.KernelConfig.Overlay;
import io.swarm4j.network.dataplane.kernel.KernelConfig.PublishedPort;
import io.swarm4j.network.dataplane.kernel.KernelConfig.Remote;
import io.swarm4j.network.dataplane.kernel.KernelConfig.Target;
import io.swarm4j.network.dataplane.kernel.KernelConfig.VirtualService;
import io.swarm4j.network.dataplane.kernel.KernelNode;
import io.swarm4j.network.dataplane.kernel.KernelPlane;
import io.swarm4j.network.dataplane.kernel.NetworkNamespace;
import io.swarm4j.store.ChangeFeed;
import io.swarm4j.store.Commit;
import io.swarm4j.store.View;
import io.swarm4j.time.Loop;
import io.swarm4j.time.RealTime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The kernel data plane, in network namespaces made for it: how fast it takes 10,000 services and
 * one change of them, what a virtual address costs each request, and an overlay between two hosts
 * each byte, compared to a VXLAN made by hand.
 */
final class KernelBench implements AutoCloseable {
  private static final int SERVICES = 10_000;
  private static final int ENDPOINTS = 4;
  private static final int CHANGES = 30;
  private static final int VNI = 4097;
  private static final Subnet SUBNET = Subnet.parse("10.0.9.0/24");
  private static final Ip VIP = Ip.parse("10.0.9.2");
  private static final Ip CLIENT = Ip.parse("10.0.9.3");
  private static final Ip NEAR = Ip.parse("10.0.9.4");
  private static final Ip FAR = Ip.parse("10.0.9.5");

  /**
   * Another address of {@link #NEAR}, for what goes there directly: else connections over the
   * virtual address would compete for the client's ports with those that connection tracking
   * remembers of the direct ones.
   */
  private static final Ip DIRECT = Ip.parse("10.0.9.6");

  private static final Duration START_LIMIT = Duration.ofSeconds(10);
  private static final Pattern REQUESTS = Pattern.compile("Requests/sec:\\s+([0-9.]+)");
  private static final Pattern BITS = Pattern.compile("\"bits_per_second\":\\s*([0-9.e+]+)");

  private final String prefix = "s4jn" + ProcessHandle.current().pid() + "-";
  private final List<String> namespaces = new ArrayList<>();
  private final List<Peer> peers = new ArrayList<>();
  private final List<KernelPlane> planes = new ArrayList<>();
  private final List<Measurement> results = new ArrayList<>();

  private KernelBench() {}

  static List<Measurement> run(int samples) {
    for (String program :
        List.of("/usr/sbin/nft", "/usr/bin/wrk", "/usr/bin/iperf3", "/usr/sbin/nginx")) {
      if (!Peer.isInstalled(program)) {
        System.err.println("bench kernel: needs root and " + program);
        return List.of();
      }
    }
    try (KernelBench bench = new KernelBench()) {
      bench.makeHosts();
      bench.load(samples);
      bench.follow(samples);
      bench.requests(samples);
      bench.throughput(samples);
      return bench.results;
    }
  }

  private void makeHosts() {
    add("sw");
    in("sw", "ip", "link", "add", "br0", "type", "bridge");
    in("sw", "ip", "link", "set", "br0", "up");
    for (int i = 1; i <= 2; i++) {
      String host = "h" + i;
      add(host);
      in(
          "sw",
          "ip",
          "link",
          "add",
          "p" + i,
          "type",
          "veth",
          "peer",
          "name",
          "eth0",
          "netns",
          prefix + host);
      in("sw", "ip", "link", "set", "p" + i, "master", "br0", "up");
      in(host, "ip", "addr", "add", host(i) + "/24", "dev", "eth0");
      in(host, "ip", "link", "set", "eth0", "up");
      planes.add(
          KernelPlane.builder(host(i), new RealTime().newLoop("kernel-" + i))
              .namespace(namespace(host))
              .build());
    }
  }

  private static Ip host(int number) {
    return Ip.v4(10, 77, 0, number);
  }

  private NetworkNamespace namespace(String name) {
    return NetworkNamespace.named(prefix + name);
  }

  private void add(String name) {
    Peer.run("ip", "netns", "add", prefix + name);
    namespaces.add(prefix + name);
    in(name, "ip", "link", "set", "lo", "up");
  }

  private String in(String name, String... command) {
    List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", prefix + name));
    all.addAll(List.of(command));
    return Peer.run(all.toArray(String[]::new));
  }

  private void start(String name, String... command) {
    List<String> all = new ArrayList<>(List.of("nsenter", "--net=/run/netns/" + prefix + name));
    all.addAll(List.of(command));
    peers.add(Peer.start(all.toArray(String[]::new)));
  }

  private double apply(int host, KernelConfig config) {
    long start = System.nanoTime();
    planes.get(host).apply(config).toCompletableFuture().join();
    return (System.nanoTime() - start) / 1e6;
  }

  // --- 10,000 services ---------------------------------------------------------------------------

  private static KernelConfig services(long revision, int changed) {
    List<PublishedPort> ports = new ArrayList<>();
    for (int s = 0; s < SERVICES; s++) {
      List<Target> targets = new ArrayList<>();
      for (int e = 0; e < ENDPOINTS; e++) {
        int moved = s == changed && e == 0 ? 100 : 0;
        targets.add(new Target(Ip.v4(10, 2, 0, 0).plus(s * 4L + e + moved), 80));
      }
      ports.add(new PublishedPort(Ip.v4(10, 1, 0, 0).plus(s), Protocol.TCP, 80, targets));
    }
    return new KernelConfig(revision, List.of(), ports, Set.of(), List.of());
  }

  private void load(int samples) {
    double[] load = new double[samples];
    double[] change = new double[samples * CHANGES];
    long revision = 1;
    for (int i = -1; i < samples; i++) {
      planes.get(0).remove().toCompletableFuture().join();
      double loaded = apply(0, services(revision++, -1));
      for (int c = 0; c < CHANGES; c++) {
        double changed = apply(0, services(revision++, (c + 1) * 300));
        if (i >= 0) {
          change[i * CHANGES + c] = changed;
        }
      }
      if (i >= 0) {
        load[i] = loaded;
      }
    }
    planes.get(0).remove().toCompletableFuture().join();
    results.add(new Measurement("kernel: load 10k services of 4", "ms", load, false, 2_000, ""));
    results.add(new Measurement("kernel: two of them changed", "ms", change, false, 15, ""));
  }

  /** The whole way from the swarm's state, with the ingress network and all that are on it. */
  private void follow(int samples) {
    double[] load = new double[samples];
    double[] change = new double[samples * CHANGES];
    for (int i = -1; i < samples; i++) {
      LargeSwarm swarm = new LargeSwarm(SERVICES, ENDPOINTS);
      Loop loop = new RealTime().newLoop("node");
      KernelNode node =
          new KernelNode(swarm.firstNode(), planes.get(0), loop, View.EMPTY, overlays -> {});
      double loaded = until(node, 1, () -> loop.execute(() -> node.reset(swarm.view())));
      ChangeFeed.Listener listener = node.listener(() -> {});
      for (int c = 0; c < CHANGES; c++) {
        Commit commit = swarm.end(c * 300);
        double changed =
            until(
                node,
                commit.revision(),
                () -> loop.execute(() -> listener.changed(commit, commit.changes())));
        if (i >= 0) {
          change[i * CHANGES + c] = changed;
        }
      }
      if (i >= 0) {
        load[i] = loaded;
      }
      loop.close();
      planes.get(0).remove().toCompletableFuture().join();
    }
    results.add(new Measurement("kernel: node, 10k services of 4", "ms", load, false, 2_000, ""));
    results.add(new Measurement("kernel: node, one changed", "ms", change, false, 15, ""));
  }

  private static double until(KernelNode node, long revision, Runnable cause) {
    long start = System.nanoTime();
    cause.run();
    node.inForce(revision).toCompletableFuture().join();
    return (System.nanoTime() - start) / 1e6;
  }

  // --- requests over a virtual address -----------------------------------------------------------

  private void requests(int samples) {
    Overlay near =
        new Overlay(VNI, SUBNET, Ip.parse("10.0.9.101"), List.of(new Remote(FAR, host(2))));
    Overlay far =
        new Overlay(
            VNI,
            SUBNET,
            Ip.parse("10.0.9.102"),
            List.of(new Remote(CLIENT, host(1)), new Remote(NEAR, host(1))));
    LocalTask client =
        new LocalTask(
            "client", namespace("client"), List.of(new VirtualService(VIP, List.of(NEAR))));
    add("client");
    apply(
        0, new KernelConfig(1_000_000, List.of(near), List.of(), Set.of(CLIENT, NEAR), List.of()));
    apply(1, new KernelConfig(1_000_000, List.of(far), List.of(), Set.of(FAR), List.of()));
    task("client", "h1", CLIENT);
    add("near");
    task("near", "h1", NEAR);
    in("near", "ip", "addr", "add", DIRECT + "/24", "dev", "eth0");
    add("far");
    task("far", "h2", FAR);
    apply(
        0,
        new KernelConfig(
            1_000_001, List.of(near), List.of(), Set.of(CLIENT, NEAR), List.of(client)));
    startNginx("near");
    for (boolean keepAlive : new boolean[] {true, false}) {
      double[] ratio = new double[samples];
      wrk(DIRECT, keepAlive);
      wrk(VIP, keepAlive);
      for (int i = 0; i < samples; i++) {
        double direct = wrk(DIRECT, keepAlive);
        double virtual = wrk(VIP, keepAlive);
        double again = wrk(DIRECT, keepAlive);
        ratio[i] = virtual / ((direct + again) / 2);
      }
      results.add(
          new Measurement(
              "kernel: VIP, " + (keepAlive ? "keep-alive" : "connection each"),
              "of direct",
              ratio,
              true,
              keepAlive ? 0.92 : 0.65,
              "HAProxy " + (keepAlive ? "0.82" : "0.62")));
    }
  }

  private void task(String name, String host, Ip address) {
    String link = String.format("02:42:0a:00:09:%02x", address.lo() & 0xff);
    in(
        host,
        "ip",
        "link",
        "add",
        "v" + name,
        "type",
        "veth",
        "peer",
        "name",
        "eth0",
        "netns",
        prefix + name);
    in(host, "ip", "link", "set", "v" + name, "master", "s4jb" + VNI, "mtu", "1450", "up");
    in(name, "ip", "link", "set", "eth0", "address", link, "mtu", "1450", "up");
    in(name, "ip", "addr", "add", address + "/24", "dev", "eth0");
  }

  private void startNginx(String name) {
    try {
      Path home = Files.createTempDirectory("swarm4j-nginx");
      Files.writeString(home.resolve("index.html"), "x".repeat(1024));
      Path config = home.resolve("nginx.conf");
      Files.writeString(
          config,
          """
          daemon off; master_process off; pid %1$s/pid; error_log /dev/null;
          events { worker_connections 4096; }
          http { access_log off; keepalive_requests 100000000;
            server { listen 80; root %1$s; } }
          """
              .formatted(home));
      start(name, "/usr/sbin/nginx", "-c", config.toString());
      await(home.resolve("pid")); // which it writes once it listens
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void await(Path file) {
    long end = System.nanoTime() + START_LIMIT.toNanos();
    while (!Files.exists(file)) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException(file + " is not there after " + START_LIMIT);
      }
      LockSupport.parkNanos(10_000_000);
    }
  }

  private double wrk(Ip address, boolean keepAlive) {
    String header = keepAlive ? "X: y" : "Connection: close";
    return number(
        REQUESTS,
        in("client", "wrk", "-t1", "-c64", "-d2s", "-H", header, "http://" + address + "/"));
  }

  // --- bytes between two hosts -------------------------------------------------------------------

  private void throughput(int samples) {
    manual();
    start("far", "iperf3", "-s");
    start("mfar", "iperf3", "-s");
    double[] ratio = new double[samples];
    iperf("client", FAR.toString());
    iperf("mnear", "10.0.8.5");
    for (int i = 0; i < samples; i++) {
      double byHand = iperf("mnear", "10.0.8.5");
      double ours = iperf("client", FAR.toString());
      double again = iperf("mnear", "10.0.8.5");
      ratio[i] = ours / ((byHand + again) / 2);
    }
    results.add(
        new Measurement("kernel: bytes between hosts", "of a bare VXLAN", ratio, true, 0.95, ""));
  }

  /** A VXLAN that floods and learns, between the same hosts. */
  private void manual() {
    for (int i = 1; i <= 2; i++) {
      String host = "h" + i;
      String task = i == 1 ? "mnear" : "mfar";
      add(task);
      in(host, "ip", "link", "add", "mbr", "type", "bridge");
      in(host, "ip", "link", "set", "mbr", "mtu", "1450", "up");
      in(
          host,
          "ip",
          "link",
          "add",
          "mvx",
          "type",
          "vxlan",
          "id",
          "99",
          "local",
          host(i).toString(),
          "remote",
          host(3 - i).toString(),
          "dstport",
          "4790");
      in(host, "ip", "link", "set", "mvx", "mtu", "1450", "master", "mbr", "up");
      in(
          host,
          "ip",
          "link",
          "add",
          "v" + task,
          "type",
          "veth",
          "peer",
          "name",
          "eth0",
          "netns",
          prefix + task);
      in(host, "ip", "link", "set", "v" + task, "mtu", "1450", "master", "mbr", "up");
      in(task, "ip", "link", "set", "eth0", "mtu", "1450", "up");
      in(task, "ip", "addr", "add", "10.0.8." + (3 + i) + "/24", "dev", "eth0");
    }
  }

  /** The server may need a moment to listen. */
  private double iperf(String from, String to) {
    String report = "";
    for (int attempt = 0; attempt < 20; attempt++) {
      report = in(from, "iperf3", "-J", "-t", "1", "-c", to);
      double last = 0;
      Matcher matcher = BITS.matcher(report);
      while (matcher.find()) {
        last = Double.parseDouble(matcher.group(1));
      }
      if (last > 0) {
        return last;
      }
      LockSupport.parkNanos(100_000_000);
    }
    throw new IllegalStateException("iperf3 did not tell its figures:\n" + report);
  }

  private static double number(Pattern pattern, String report) {
    Matcher matcher = pattern.matcher(report);
    if (!matcher.find()) {
      throw new IllegalStateException("no figures:\n" + report);
    }
    return Double.parseDouble(matcher.group(1));
  }

  @Override
  public void close() {
    planes.forEach(KernelPlane::close);
    peers.forEach(Peer::close);
    namespaces.forEach(name -> Peer.run("ip", "netns", "del", name));
  }
}
