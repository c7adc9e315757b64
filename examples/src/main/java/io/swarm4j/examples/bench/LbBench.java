package io.swarm4j.examples.bench;

import com.sun.management.UnixOperatingSystemMXBean;
import io.swarm4j.network.lb.Backend;
import io.swarm4j.network.lb.Balancer;
import io.swarm4j.network.lb.BalancerConfig;
import io.swarm4j.network.lb.Frontend;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The user-space balancer beside HAProxy (TCP mode) and nginx (stream), each with one thread in a
 * process of its own before the same nginx: wrk asks for a page of 1 KB on kept connections and on
 * one connection per request, and for one of 8 MB, in turns.
 */
final class LbBench {
  private static final int SERVER_PORT = 16_080; // below those that connections are given
  private static final int FIRST_PORT = SERVER_PORT + 1;
  private static final int CONNECTIONS = 64;
  private static final int BULK_CONNECTIONS = 4;
  private static final String SECONDS = "2s";
  private static final String HAPROXY = "/usr/sbin/haproxy";
  private static final String NGINX = "/usr/sbin/nginx";
  private static final String STREAM = "/usr/lib/nginx/modules/ngx_stream_module.so";
  private static final int WARM_UP = 2;

  /** Ten thousand, or as many as a proxy may have: each takes it two open files. */
  private static final int IDLE = Math.min(10_000, (openFiles() - 1_000) / 2);

  private static final double MOST_KIB = 8;
  private static final double IDLE_COST = 1.2;
  private static final double CONNECTION_COST = 1.15;
  private static final Pattern REQUESTS = Pattern.compile("(\\d+) requests in ([0-9.]+)(m?)s");
  private static final Pattern P99 = Pattern.compile("99%\\s+([0-9.]+)(us|ms|s)");

  private final Path directory;
  private final List<Peer> peers = new ArrayList<>();
  private final List<Contender> contenders = new ArrayList<>();

  private LbBench(Path directory) {
    this.directory = directory;
  }

  private static int openFiles() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
        ? (int) Math.min(Integer.MAX_VALUE, system.getMaxFileDescriptorCount())
        : 1024;
  }

  private enum Load {
    KEPT("keep-alive", CONNECTIONS, "X: y", "/"),
    NEW("connection each", CONNECTIONS, "Connection: close", "/"),
    BULK("bulk", BULK_CONNECTIONS, "X: y", "/bulk");

    final String name;
    final int connections;
    final String header;
    final String path;

    Load(String name, int connections, String header, String path) {
      this.name = name;
      this.connections = connections;
      this.header = header;
      this.path = path;
    }
  }

  /** Requests per second, CPU time of the process in the middle, and the slowest hundredth. */
  private record Sample(double perSecond, double cpuMicros, double p99Millis) {}

  private static final class Contender {
    final String name;
    final int port;
    final Peer peer;
    final Map<Load, List<Sample>> samples = new EnumMap<>(Load.class);

    Contender(String name, int port, Peer peer) {
      this.name = name;
      this.port = port;
      this.peer = peer;
    }

    double[] of(Load load, ToDoubleFunction<Sample> figure) {
      return samples.getOrDefault(load, List.of()).stream().mapToDouble(figure).toArray();
    }
  }

  static List<Measurement> run(int samples) {
    for (String program : List.of(NGINX, STREAM, HAPROXY, "/usr/bin/wrk")) {
      if (!Files.exists(Path.of(program))) {
        System.err.println("bench lb: needs " + program);
        return List.of();
      }
    }
    try {
      LbBench bench = new LbBench(Files.createTempDirectory("swarm4j-lb"));
      try {
        bench.start();
        return bench.measure(samples);
      } finally {
        bench.peers.forEach(Peer::close);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void start() throws IOException {
    Files.writeString(directory.resolve("index.html"), "x".repeat(1024));
    Files.write(directory.resolve("bulk"), new byte[8 << 20]);
    Peer server =
        nginx(
            "server",
            "http { access_log off; keepalive_requests 100000000; sendfile on; server { listen"
                + " 127.0.0.1:%d backlog=4096; root %s; } }",
            SERVER_PORT,
            directory);
    await(SERVER_PORT);
    add("direct", SERVER_PORT, server);
    add("swarm4j", FIRST_PORT, start(Peer.java(Proxy.class, Integer.toString(FIRST_PORT))));
    add("haproxy", FIRST_PORT + 1, haproxy(FIRST_PORT + 1));
    add(
        "nginx",
        FIRST_PORT + 2,
        nginx(
            "stream",
            "stream { server { listen 127.0.0.1:%d backlog=4096; proxy_pass 127.0.0.1:%d; } }",
            FIRST_PORT + 2,
            SERVER_PORT));
    contenders.forEach(each -> await(each.port));
  }

  private Peer start(Peer peer) {
    peers.add(peer);
    return peer;
  }

  private void add(String name, int port, Peer peer) {
    contenders.add(new Contender(name, port, peer));
  }

  private Peer nginx(String name, String format, Object... values) throws IOException {
    Path config = directory.resolve(name + ".conf");
    String load = name.equals("stream") ? "load_module " + STREAM + ";\n" : "";
    Files.writeString(
        config,
        load
            + "daemon off; master_process off; pid %s/%s.pid; error_log /dev/null;\n"
                .formatted(directory, name)
            + "events { worker_connections 16384; }\n"
            + format.formatted(values));
    return start(Peer.start(NGINX, "-c", config.toString()));
  }

  private Peer haproxy(int port) throws IOException {
    Path config = directory.resolve("haproxy.cfg");
    Files.writeString(
        config,
        """
        global
          nbthread 1
          maxconn %d
        defaults
          mode tcp
          timeout connect 5s
          timeout client 60s
          timeout server 60s
        listen web
          bind 127.0.0.1:%d backlog 4096
          server a 127.0.0.1:%d
        """
            .formatted(IDLE + 4 * CONNECTIONS, port, SERVER_PORT));
    return start(Peer.start(HAPROXY, "-db", "-f", config.toString()));
  }

  private static void await(int port) {
    for (int attempt = 0; attempt < 300; attempt++) {
      try (Socket probe = new Socket("127.0.0.1", port)) {
        return;
      } catch (IOException notYet) {
        LockSupport.parkNanos(20_000_000);
      }
    }
    throw new IllegalStateException("nobody listens on port " + port);
  }

  private List<Measurement> measure(int samples) {
    List<Contender> order = new ArrayList<>(contenders);
    for (int round = -WARM_UP; round < samples; round++) {
      Collections.shuffle(order, new Random(round));
      for (Load load : Load.values()) {
        for (Contender contender : order) {
          Sample sample = sample(contender, load);
          if (round >= 0) {
            contender.samples.computeIfAbsent(load, any -> new ArrayList<>()).add(sample);
          }
        }
      }
    }
    List<Measurement> all = results();
    for (Contender contender : contenders) {
      if (List.of("swarm4j", "haproxy").contains(contender.name)) {
        all.addAll(idle(contender, samples));
      }
    }
    return all;
  }

  /** What connections on which nothing more comes cost, and do to those that are in use. */
  private List<Measurement> idle(Contender contender, int samples) {
    long before = contender.peer.residentKib();
    Peer crowd = Peer.java(Crowd.class, Integer.toString(contender.port));
    try {
      double each = (double) (contender.peer.residentKib() - before) / IDLE;
      double[] p99 = new double[samples];
      for (int i = 0; i < samples; i++) {
        p99[i] = sample(contender, Load.KEPT).p99Millis();
      }
      String name = "lb: " + contender.name + ", " + IDLE + " idle";
      double usual = median(contender.name, Load.KEPT, Sample::p99Millis);
      return List.of(
          new Measurement(name, "KiB each", new double[] {each}, false, MOST_KIB, ""),
          new Measurement(name, "ms p99", p99, false, usual * IDLE_COST, ""));
    } finally {
      crowd.close();
    }
  }

  private static Sample sample(Contender contender, Load load) {
    double before = contender.peer.cpuSeconds();
    String report =
        Peer.run(
            "/usr/bin/wrk",
            "-t1",
            "-c" + load.connections,
            "-d" + SECONDS,
            "--latency",
            "-H",
            load.header,
            "http://127.0.0.1:" + contender.port + load.path);
    double used = contender.peer.cpuSeconds() - before;
    Matcher requests = REQUESTS.matcher(report);
    Matcher slowest = P99.matcher(report);
    if (!requests.find() || !slowest.find()) {
      throw new IllegalStateException("wrk did not tell its figures:\n" + report);
    }
    if (report.contains("Socket errors")) {
      System.err.println("bench lb: " + contender.name + ", " + load.name + ":\n" + report);
    }
    double count = Double.parseDouble(requests.group(1));
    double seconds =
        Double.parseDouble(requests.group(2)) / (requests.group(3).isEmpty() ? 1 : 1000);
    double millis =
        Double.parseDouble(slowest.group(1))
            * switch (slowest.group(2)) {
              case "us" -> 0.001;
              case "ms" -> 1;
              default -> 1000;
            };
    return new Sample(count / seconds, used * 1e6 / count, millis);
  }

  private List<Measurement> results() {
    List<Measurement> all = new ArrayList<>();
    double most =
        Math.max(
            median("haproxy", Load.BULK, Sample::perSecond),
            median("nginx", Load.BULK, Sample::perSecond));
    for (Contender each : contenders) {
      for (Load load : Load.values()) {
        double rate = load == Load.KEPT ? median("haproxy", load, Sample::perSecond) : 0;
        all.add(
            result(
                each,
                load,
                "requests/s",
                Sample::perSecond,
                true,
                load == Load.BULK ? most : rate));
        if (load == Load.NEW && !each.name.equals("direct")) {
          double cost = median("haproxy", load, Sample::cpuMicros) * CONNECTION_COST;
          all.add(result(each, load, "CPU us/request", Sample::cpuMicros, false, cost));
        }
        if (load != Load.BULK && !each.name.equals("direct")) {
          double peer = median("haproxy", load, Sample::p99Millis);
          all.add(result(each, load, "ms p99", Sample::p99Millis, false, peer));
        }
      }
    }
    return all;
  }

  private double median(String name, Load load, ToDoubleFunction<Sample> figure) {
    Contender contender =
        contenders.stream().filter(each -> each.name.equals(name)).findFirst().orElseThrow();
    return new Measurement("", "", contender.of(load, figure), true, 0, "").median();
  }

  private static Measurement result(
      Contender contender,
      Load load,
      String unit,
      ToDoubleFunction<Sample> figure,
      boolean higherIsBetter,
      double target) {
    return new Measurement(
        "lb: " + contender.name + ", " + load.name,
        unit,
        contender.of(load, figure),
        higherIsBetter,
        target,
        "");
  }

  /** Clients that begin to ask, and never come to the end. */
  static final class Crowd {
    private Crowd() {}

    /** Connects, says so, and waits until its standard input ends. */
    public static void main(String[] args) throws Exception {
      List<Socket> clients = new ArrayList<>();
      for (int i = 0; i < IDLE; i++) {
        Socket client = new Socket("127.0.0.1", Integer.parseInt(args[0]));
        client.getOutputStream().write('G');
        clients.add(client);
      }
      System.out.println("ready");
      while (System.in.read() >= 0) {
        // nothing is ever said
      }
      for (Socket client : clients) {
        client.close();
      }
    }
  }

  /** Our balancer, alone in its process. */
  static final class Proxy {
    private Proxy() {}

    /** Relays until its standard input ends. */
    public static void main(String[] args) throws Exception {
      InetSocketAddress here = new InetSocketAddress("127.0.0.1", Integer.parseInt(args[0]));
      InetSocketAddress there = new InetSocketAddress("127.0.0.1", SERVER_PORT);
      Frontend web = Frontend.tcp("web", here, List.of(new Backend("a", there, false)));
      try (Balancer balancer = Balancer.builder("bench").build()) {
        balancer.apply(new BalancerConfig(1, List.of(web))).toCompletableFuture().join();
        System.out.println("ready");
        while (System.in.read() >= 0) {
          // nothing is ever said
        }
      }
    }
  }
}
