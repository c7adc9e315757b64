package io.swarm4j.examples.bench;

import io.swarm4j.model.Endpoint;
import io.swarm4j.model.Ip;
import io.swarm4j.model.Network;
import io.swarm4j.model.NetworkAttachmentSpec;
import io.swarm4j.model.NetworkSpec.IpPool;
import io.swarm4j.model.NetworkSpecBuilder;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.StoreObject;
import io.swarm4j.model.TaskSpecBuilder;
import io.swarm4j.network.dns.AddressBook;
import io.swarm4j.network.dns.Discovery;
import io.swarm4j.network.dns.DnsServer;
import io.swarm4j.store.View;
import io.swarm4j.time.Chance;
import io.swarm4j.time.Ids;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names looked up over UDP by dnsperf, at ours and at those of dnsmasq and unbound that are
 * installed: 10,000 names, each server with one thread in a process of its own, in turns.
 */
final class DnsBench {
  private static final int NAMES = 10_000;
  private static final int FIRST_PORT = 15_353; // below those that connections are given
  private static final String SECONDS = "3";
  private static final Pattern COMPLETED = Pattern.compile("Queries completed:\\s+(\\d+)");
  private static final Pattern LOST = Pattern.compile("Queries lost:\\s+(\\d+)");
  private static final Pattern RATE = Pattern.compile("Queries per second:\\s+([0-9.]+)");

  private final List<Contender> contenders = new ArrayList<>();
  private final Path directory;
  private final Path questions;

  private DnsBench(Path directory) throws IOException {
    this.directory = directory;
    this.questions = directory.resolve("questions");
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < NAMES; i++) {
      lines.add(name(i) + " A");
    }
    Collections.shuffle(lines, new Random(1));
    Files.write(questions, lines);
  }

  private static String name(int i) {
    return "service" + i;
  }

  private static Ip address(int i) {
    return Ip.v4(10, 1, 0, 0).plus(i + 2);
  }

  static List<Measurement> run(int samples) {
    if (!Peer.isInstalled("/usr/bin/dnsperf")) {
      System.err.println("bench dns: needs dnsperf (Debian package dnsperf)");
      return List.of();
    }
    try {
      DnsBench bench = new DnsBench(Files.createTempDirectory("swarm4j-dns"));
      try {
        bench.start();
        return bench.measure(samples);
      } finally {
        bench.contenders.forEach(each -> each.peer.close());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void start() throws IOException {
    add("swarm4j", Peer.java(Server.class, Integer.toString(FIRST_PORT)));
    if (Peer.isInstalled("/usr/sbin/dnsmasq")) {
      startDnsmasq();
    }
    if (Peer.isInstalled("/usr/sbin/unbound")) {
      startUnbound();
    }
  }

  private void add(String name, Peer peer) {
    contenders.add(new Contender(name, FIRST_PORT + contenders.size(), peer));
  }

  /** A server, and what was measured at it. */
  private static final class Contender {
    final String name;
    final int port;
    final Peer peer;
    final List<Double> perSecond = new ArrayList<>();
    final List<Double> cpuMicros = new ArrayList<>();

    Contender(String name, int port, Peer peer) {
      this.name = name;
      this.port = port;
      this.peer = peer;
    }

    Measurement rate(double target) {
      return measurement(name + ", 10k names", "queries/s", perSecond, true, target);
    }

    Measurement cpu(double target) {
      return measurement(name + ", CPU", "us/query", cpuMicros, false, target);
    }

    private static Measurement measurement(
        String what, String unit, List<Double> samples, boolean highest, double target) {
      double[] values = samples.stream().mapToDouble(Double::doubleValue).toArray();
      return new Measurement("dns: " + what, unit, values, highest, target, "");
    }
  }

  private void startDnsmasq() throws IOException {
    Path hosts = directory.resolve("hosts");
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < NAMES; i++) {
      lines.add(address(i) + " " + name(i));
    }
    Files.write(hosts, lines);
    add(
        "dnsmasq",
        Peer.start(
            "/usr/sbin/dnsmasq",
            "--keep-in-foreground",
            "--conf-file=/dev/null",
            "--no-resolv",
            "--no-hosts",
            "--user=root",
            "--pid-file",
            "--addn-hosts=" + hosts,
            "--listen-address=127.0.0.1",
            "--bind-interfaces",
            "--port=" + (FIRST_PORT + contenders.size())));
  }

  private void startUnbound() throws IOException {
    Path config = directory.resolve("unbound.conf");
    List<String> lines =
        new ArrayList<>(
            List.of(
                "server:",
                " interface: 127.0.0.1",
                " port: " + (FIRST_PORT + contenders.size()),
                " num-threads: 1",
                " do-daemonize: no",
                " username: \"\"",
                " chroot: \"\"",
                " pidfile: \"\"",
                " use-syslog: no",
                " directory: \"" + directory + "\""));
    for (int i = 0; i < NAMES; i++) {
      lines.add(" local-data: \"" + name(i) + ". 10 IN A " + address(i) + "\"");
    }
    Files.write(config, lines);
    add("unbound", Peer.start("/usr/sbin/unbound", "-d", "-c", config.toString()));
  }

  private List<Measurement> measure(int samples) {
    contenders.forEach(this::sample);
    contenders.forEach(
        warm -> {
          warm.perSecond.clear();
          warm.cpuMicros.clear();
        });
    List<Contender> order = new ArrayList<>(contenders);
    for (int i = 0; i < samples; i++) {
      Collections.shuffle(order, new Random(i));
      order.forEach(this::sample);
    }
    List<Contender> peers = contenders.subList(1, contenders.size());
    double rate = peers.stream().mapToDouble(p -> p.rate(0).median()).max().orElse(0);
    double cpu = peers.stream().mapToDouble(p -> p.cpu(0).median()).min().orElse(0);
    List<Measurement> all = new ArrayList<>();
    for (Contender contender : contenders) {
      all.add(contender.rate(rate));
      all.add(contender.cpu(cpu));
    }
    return all;
  }

  private void sample(Contender server) {
    double before = server.peer.cpuSeconds();
    String report =
        Peer.run(
            "/usr/bin/dnsperf",
            "-s",
            "127.0.0.1",
            "-p",
            Integer.toString(server.port),
            "-d",
            questions.toString(),
            "-c",
            "8",
            "-q",
            "100",
            "-l",
            SECONDS);
    double used = server.peer.cpuSeconds() - before;
    double lost = number(LOST, report);
    if (lost > 0) {
      System.err.println("bench dns: " + server.name + " lost " + lost + " queries");
    }
    server.perSecond.add(number(RATE, report));
    server.cpuMicros.add(used * 1e6 / number(COMPLETED, report));
  }

  private static double number(Pattern pattern, String report) {
    Matcher matcher = pattern.matcher(report);
    if (!matcher.find()) {
      throw new IllegalStateException("dnsperf did not tell its figures:\n" + report);
    }
    return Double.parseDouble(matcher.group(1));
  }

  /** Our server, alone in its process. */
  static final class Server {
    private Server() {}

    /** Serves until its standard input ends. */
    public static void main(String[] args) throws Exception {
      Ids ids = new Ids(Chance.seeded(1));
      Network network =
          Network.create(ids.network(), NetworkSpecBuilder.builder().name("backend").build())
              .withPools(List.of(IpPool.of("10.1.0.0/16")), 4096);
      List<StoreObject> objects = new ArrayList<>(List.of(View.EMPTY.cluster(), network));
      for (int i = 0; i < NAMES; i++) {
        ServiceSpec spec = ServiceSpec.of(name(i), "app");
        spec =
            spec.withTask(
                TaskSpecBuilder.builder(spec.task())
                    .networks(List.of(NetworkAttachmentSpec.of("backend")))
                    .build());
        Endpoint endpoint =
            new Endpoint(List.of(), List.of(new Endpoint.VirtualIp(network.id(), address(i))));
        objects.add(Service.create(ids.service(), spec).withEndpoint(endpoint));
      }
      View view = View.of(1, objects);
      try (DnsServer server =
          DnsServer.builder("bench", new Discovery(() -> view), new AddressBook(), Chance.secure())
              .build()) {
        InetSocketAddress address = new InetSocketAddress("127.0.0.1", Integer.parseInt(args[0]));
        server.listen(Map.of(address, List.of(network.id()))).toCompletableFuture().join();
        System.out.println("ready");
        while (System.in.read() >= 0) {
          // nothing is ever said
        }
      }
    }
  }
}
