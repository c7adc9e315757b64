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
import io.swarm4j.time.Chance;
import io.swarm4j.time.Loop;
import io.swarm4j.time.Time;
import java.security.KeyPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Many nodes in one process, to load managers with. Each has an identity, a certificate, a TLS
 * connection and a session of its own, and runs simulated tasks; all share a few threads, and keep
 * nothing on disk.
 */
public final class AgentFleet implements AutoCloseable {
  private static final Duration CALL = Duration.ofSeconds(60);

  private final Time time;
  private final EventLoops connections;
  private final Loop loop;
  private final Chance chance;
  private final List<Agent> agents = new ArrayList<>();
  private final List<ManagerClient> clients = new ArrayList<>();

  private AgentFleet(Time time) {
    this.time = time;
    this.chance = time.newChance();
    this.connections = new EventLoops("swarm-fleet-net", time);
    this.loop = time.newLoop("swarm-fleet-agents");
  }

  /**
   * Lets nodes join a swarm, one after the other.
   *
   * @param token of a role's join token; each node is used as a worker
   * @param manager address of the manager that leads
   */
  public static AgentFleet join(String token, String manager, int count, Time time) {
    AgentFleet fleet = new AgentFleet(time);
    try {
      fleet.join(JoinToken.parse(token), HostPort.parse(manager), count);
      return fleet;
    } catch (RuntimeException failed) {
      fleet.close();
      throw failed;
    }
  }

  private void join(JoinToken token, HostPort manager, int count) {
    try (ManagerClient client = new ManagerClient(NodeTls.joining(token, time), connections, "")) {
      for (int i = 0; i < count; i++) {
        agents.add(agent(admit(client, token, manager, i), manager));
      }
    }
  }

  private static NodeCredentials admit(
      ManagerClient client, JoinToken token, HostPort manager, int number) {
    KeyPair pair = CertificateAuthority.newKey();
    JoinRequest request =
        new JoinRequest(
            token.secret(),
            new Payload(CertificateAuthority.request(pair)),
            "fleet" + number,
            null);
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
    clients.add(client);
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

  /**
   * Lets the nodes open their sessions, each at a random moment.
   *
   * @param spread time within which all have begun: a data centre does not start at one instant
   */
  public void start(Duration spread) {
    for (Agent agent : agents) {
      loop.schedule(chance.between(Duration.ZERO, spread), agent::start);
    }
  }

  /** Ends all sessions. */
  @Override
  public void close() {
    agents.forEach(Closing::quietly);
    clients.forEach(Closing::quietly);
    connections.close();
    loop.close();
  }
}
