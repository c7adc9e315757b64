package io.swarm4j.network.lb.measure;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Requests per second, and CPU time per request of the process in the middle: direct, through the
 * balancer, and through HAProxy where it is installed. Client, server and proxies are processes of
 * their own; samples are taken in random order.
 *
 * <p>Arguments: seconds per sample (0.4), samples per cell (3), threads of the balancer (1). With
 * the defaults it takes less than ten seconds.
 */
public final class BalancerMeasurement {
  private static final Path HAPROXY = Path.of("/usr/sbin/haproxy");
  private final Children children = new Children();
  private final Map<String, Children.Child> targets = new LinkedHashMap<>();

  private record Cell(String target, boolean keepAlive) {}

  private record Sample(double perSecond, double cpuMicros) {}

  private BalancerMeasurement() {}

  /** Measures and prints a table. */
  public static void main(String[] args) throws Exception {
    double seconds = args.length > 0 ? Double.parseDouble(args[0]) : 0.4;
    int samples = args.length > 1 ? Integer.parseInt(args[1]) : 3;
    String threads = args.length > 2 ? args[2] : "1";
    BalancerMeasurement measurement = new BalancerMeasurement();
    try (measurement.children) {
      measurement.start(threads);
      measurement.measure(Duration.ofMillis((long) (seconds * 1000)), samples);
    }
  }

  private void start(String threads) throws IOException, InterruptedException {
    Children.Child server = children.java(ServerProcess.class);
    targets.put("direct", server);
    targets.put(
        "balancer", children.java(BalancerProcess.class, Integer.toString(server.port()), threads));
    if (Files.isExecutable(HAPROXY)) {
      targets.put("haproxy", haproxy(server.port()));
    }
  }

  private Children.Child haproxy(int serverPort) throws IOException, InterruptedException {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    Path config = Files.createTempFile("haproxy", ".cfg");
    config.toFile().deleteOnExit();
    Files.writeString(
        config,
        """
        global
          nbthread 1
          maxconn 4000
        defaults
          mode tcp
          timeout connect 5s
          timeout client 60s
          timeout server 60s
        listen web
          bind 127.0.0.1:%d
          server a 127.0.0.1:%d
        """
            .formatted(port, serverPort));
    Process process = children.start(List.of(HAPROXY.toString(), "-db", "-f", config.toString()));
    awaitListening(process, port);
    return new Children.Child(port, process.pid());
  }

  private static void awaitListening(Process process, int port)
      throws IOException, InterruptedException {
    for (int attempt = 0; attempt < 100; attempt++) {
      try (Socket probe = new Socket(InetAddress.getLoopbackAddress(), port)) {
        return;
      } catch (ConnectException e) {
        if (process.waitFor(20, TimeUnit.MILLISECONDS)) {
          break;
        }
      }
    }
    throw new IOException("haproxy does not listen on port " + port);
  }

  private void measure(Duration duration, int samples) throws IOException {
    List<Cell> plan = new ArrayList<>();
    for (String target : targets.keySet()) {
      plan.add(new Cell(target, true));
      plan.add(new Cell(target, false));
    }
    for (Cell cell : plan) {
      sample(cell, duration); // warms up
    }
    Map<Cell, List<Sample>> results =
        plan.stream().collect(Collectors.toMap(c -> c, c -> new ArrayList<>()));
    Random random = new Random(1);
    for (int round = 0; round < samples; round++) {
      Collections.shuffle(plan, random);
      for (Cell cell : plan) {
        results.get(cell).add(sample(cell, duration));
      }
    }
    for (boolean keepAlive : new boolean[] {true, false}) {
      System.out.println(
          (keepAlive ? "keep-alive" : "connection per request")
              + ", "
              + Load.CONNECTIONS
              + " connections, 1 KiB");
      for (String target : targets.keySet()) {
        print(target, results.get(new Cell(target, keepAlive)));
      }
    }
  }

  private Sample sample(Cell cell, Duration duration) throws IOException {
    Children.Child target = targets.get(cell.target);
    long before = Children.cpuMicros(target.pid());
    long start = System.nanoTime();
    long requests = new Load(target.port(), cell.keepAlive).run(duration);
    double seconds = (System.nanoTime() - start) / 1e9;
    return new Sample(
        requests / seconds, (double) (Children.cpuMicros(target.pid()) - before) / requests);
  }

  private static void print(String target, List<Sample> samples) {
    System.out.printf(
        Locale.ROOT,
        "  %-9s %8.0f requests/s (%.0f to %.0f)   %6.1f us CPU per request%n",
        target,
        median(samples.stream().map(Sample::perSecond).toList()),
        samples.stream().mapToDouble(Sample::perSecond).min().orElseThrow(),
        samples.stream().mapToDouble(Sample::perSecond).max().orElseThrow(),
        median(samples.stream().map(Sample::cpuMicros).toList()));
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }
}
