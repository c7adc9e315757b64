package io.swarm4j.node;

import io.swarm4j.agent.Agent;
import io.swarm4j.agent.NameResolver;
import io.swarm4j.model.Payload;
import io.swarm4j.node.NodeProtocol.Admission;
import io.swarm4j.node.NodeProtocol.JoinRequest;
import io.swarm4j.security.Certificates;
import io.swarm4j.security.JoinToken;
import io.swarm4j.security.NodeCredentials;
import io.swarm4j.security.Trust;
import io.swarm4j.sim.SimulatedRuntime;
import io.swarm4j.time.Loop;
import io.swarm4j.time.RealTime;
import io.swarm4j.time.Time;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Many agents on one manager, to see what their heartbeats cost it: a program, not a test.
 *
 * <p>Each agent joins with a token, has a certificate and a TLS connection of its own, and runs
 * simulated tasks. Arguments: token, address of the manager, its process id, number of agents,
 * seconds to measure.
 */
public final class SessionLoad {
  private static final Duration CALL = Duration.ofSeconds(60);
  private static final double TICKS_PER_SECOND = 100;

  private final Time time = new RealTime();
  private final EventLoops connections = new EventLoops("load-net", time);
  private final Loop loop = time.newLoop("load-agents");

  private SessionLoad() {}

  /** See the class. */
  public static void main(String[] args) throws Exception {
    new SessionLoad()
        .run(
            JoinToken.parse(args[0]),
            HostPort.parse(args[1]),
            Long.parseLong(args[2]),
            Integer.parseInt(args[3]),
            Integer.parseInt(args[4]));
    System.exit(0);
  }

  private void run(JoinToken token, HostPort manager, long pid, int count, int seconds)
      throws Exception {
    double joinStart = cpuSeconds(pid);
    List<NodeCredentials> nodes = new ArrayList<>();
    try (ManagerClient client = new ManagerClient(NodeTls.joining(token, time), connections, "")) {
      for (int i = 0; i < count; i++) {
        nodes.add(join(client, manager, token, i));
      }
    }
    System.out.printf("joined %d, manager cpu %.2f s%n", count, cpuSeconds(pid) - joinStart);
    for (NodeCredentials node : nodes) {
      agent(node, manager).start();
      Thread.sleep(4); // a data centre does not start at one instant
    }
    Thread.sleep(20_000);
    for (int round = 0; round < 3; round++) {
      double from = cpuSeconds(pid);
      long start = System.nanoTime();
      Thread.sleep(seconds * 1000L);
      double wall = (System.nanoTime() - start) / 1e9;
      System.out.printf(
          "sessions %d: manager cpu %.2f s in %.1f s = %.1f %% of one core%n",
          count, cpuSeconds(pid) - from, wall, 100 * (cpuSeconds(pid) - from) / wall);
    }
  }

  private static NodeCredentials join(
      ManagerClient client, HostPort manager, JoinToken token, int number) {
    KeyPair pair = CertificateAuthority.newKey();
    JoinRequest request =
        new JoinRequest(
            token.secret(), new Payload(CertificateAuthority.request(pair)), "load" + number, null);
    Admission admission =
        client.call(manager, NodeProtocol.JOIN, request, CALL).toCompletableFuture().join();
    return new NodeCredentials(
        pair.getPrivate(),
        Certificates.parse(admission.certified().chain()),
        new Trust(Certificates.parse(admission.certified().roots())));
  }

  private Agent agent(NodeCredentials node, HostPort manager) {
    ManagerClient client =
        new ManagerClient(
            NodeTls.client(() -> node, time), connections, node.identity().node().toString());
    KnownManagers known = new KnownManagers(List.of(manager.toString()), news -> {});
    return new Agent(
        node.identity().node(),
        "127.0.0.1",
        SimulatedRuntime.instant(loop, time.newChance()),
        loop,
        time.newChance(),
        new RemoteManagers(client, known, time.newChance(), news -> {}),
        NameResolver.NONE);
  }

  /** What a process has used so far. */
  private static double cpuSeconds(long pid) throws IOException {
    String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
  }
}
