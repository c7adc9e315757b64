package io.swarm4j.node;

import io.swarm4j.NodeOptions;
import io.swarm4j.agent.Agent;
import io.swarm4j.agent.NameResolver;
import io.swarm4j.agent.Runtime;
import io.swarm4j.agent.jvm.JvmImages;
import io.swarm4j.agent.protocol.Managers;
import io.swarm4j.agent.protocol.ToNode;
import io.swarm4j.dispatcher.LocalManagers;
import io.swarm4j.internal.EngineOptions;
import io.swarm4j.internal.Host;
import io.swarm4j.internal.ProcessHost;
import io.swarm4j.model.Node.NodeRole;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.network.dns.Discovery;
import io.swarm4j.node.NodeDirectory.Memory;
import io.swarm4j.node.NodeProtocol.FromManager;
import io.swarm4j.node.NodeProtocol.LeaveRequest;
import io.swarm4j.security.Certificates;
import io.swarm4j.security.NodeCredentials;
import io.swarm4j.security.NodeIdentity;
import io.swarm4j.security.Trust;
import io.swarm4j.store.Log;
import io.swarm4j.store.file.DurableLog;
import io.swarm4j.store.file.OpenOptions;
import io.swarm4j.time.Chance;
import io.swarm4j.time.Loop;
import io.swarm4j.time.Time;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Everything that runs in a process while it is a member of a swarm. */
final class MemberNode implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MemberNode.class);
  private static final Duration LEAVE_LIMIT = Duration.ofSeconds(5);

  private final ArrayDeque<AutoCloseable> resources = new ArrayDeque<>();
  private final NodeSettings settings;
  private final OwnCredentials own;
  private final EventLoops connections;
  private final Loop agentLoop;
  private final Loop watchLoop;
  private final LeaderCalls calls;
  private final Renewal renewal;
  private final Agent agent;
  private volatile @Nullable ManagerPart manager;
  private volatile @Nullable Host host;

  /**
   * Puts the parts together; {@link #start} lets them begin.
   *
   * @param memory what the node remembers of the swarm
   */
  MemberNode(NodeSettings settings, NodeDirectory directory, OwnCredentials own, Memory memory) {
    this.settings = settings;
    this.own = own;
    Time time = settings.time();
    String name = "swarm-" + settings.hostname();
    Chance chance = time.newChance();
    connections = own(new EventLoops(name + "-net", time));
    agentLoop = own(time.newLoop(name + "-agent"));
    watchLoop = own(time.newLoop(name + "-watch"));
    KnownManagers known =
        new KnownManagers(
            memory.managers(),
            addresses ->
                directory.save(new Memory(memory.hostname(), memory.address(), addresses)));
    ManagerClient client =
        own(
            new ManagerClient(
                NodeTls.client(own, time), connections, Long.toHexString(chance.nextLong())));
    calls = new LeaderCalls(client, known, agentLoop, chance);
    renewal = own(new Renewal(own, calls, agentLoop, chance, this::renewed));
    RemoteManagers remote = new RemoteManagers(client, known, chance, this::trust);
    Runtime runtime = runtime();
    agent =
        new Agent(
            own.credentials().identity().node(),
            memory.address().isEmpty() ? dataAddress() : memory.address(),
            new CertifiedRuntime(
                settings.hostname(), settings.engineLabels(), own::describe, runtime),
            agentLoop,
            time.newChance(),
            new Ways(remote),
            names());
  }

  /** The runtime may not be fit for this machine: what is open by then is closed again. */
  private Runtime runtime() {
    try {
      return settings
          .runtime()
          .create(
              new NodeOptions(settings.hostname(), own.credentials().identity().role(), Map.of()),
              settings.time(),
              agentLoop);
    } catch (RuntimeException unfit) {
      resources.forEach(Closing::quietly);
      throw unfit;
    }
  }

  private String dataAddress() {
    String named = settings.dataAddress();
    return named != null ? named : Advertised.address(settings, 0).host();
  }

  private <T extends AutoCloseable> T own(T resource) {
    resources.push(resource);
    return resource;
  }

  /** Names are known where the state is. */
  private NameResolver names() {
    return (name, networks) -> {
      ManagerPart part = manager;
      return part == null
          ? List.of()
          : new Discovery(() -> part.manager().store().view()).resolve(name, networks);
    };
  }

  NodeIdentity identity() {
    return own.credentials().identity();
  }

  NodeCredentials credentials() {
    return own.credentials();
  }

  Agent agent() {
    return agent;
  }

  /** Begins to be a manager; the agent begins with {@link #start}. */
  ManagerPart manage(Log log) {
    ManagerPart part = new ManagerPart(settings, own, log, this::trust);
    manager = part;
    part.listen(connections);
    part.open();
    host =
        new ProcessHost(
            engineOptions(),
            part.manager(),
            watchLoop,
            new Forwarder(part.manager(), calls),
            part.network());
    return part;
  }

  static Log log(NodeSettings settings, NodeDirectory directory) {
    return new DurableLog(directory.log(), OpenOptions.defaults(), settings.time());
  }

  private EngineOptions engineOptions() {
    return new EngineOptions(
        settings.hostname(),
        List.of(),
        JvmImages.NONE,
        null,
        Map.of(),
        settings.time(),
        settings.cluster(),
        settings.placement(),
        settings.directory(),
        true,
        settings.publishOnLocalhost(),
        null,
        Duration.ofSeconds(30),
        settings.access());
  }

  /** Lets the agent look for a manager, and watches the certificate. */
  void start() {
    renewal.start();
    agent.start();
  }

  /** The part that makes this node a manager; null if it is a worker. */
  @Nullable ManagerPart manager() {
    return manager;
  }

  /**
   * What the facade stands on.
   *
   * @throws UnavailableException on a worker
   */
  Host host() {
    Host present = host;
    if (present == null) {
      throw new UnavailableException(
          "This node is not a swarm manager. Worker nodes can't be used to view or modify cluster"
              + " state. Please run this command on a manager node or promote the current node to a"
              + " manager.");
    }
    return present;
  }

  private void trust(FromManager.Trusts news) {
    agentLoop.execute(
        () -> {
          own.trust(new Trust(Certificates.parse(news.roots())));
          if (news.renew()) {
            renewal.soon();
          }
        });
  }

  private void renewed(NodeCredentials fresh) {
    boolean manages = manager != null;
    if (manages != (fresh.identity().role() == NodeRole.MANAGER)) {
      LOG.info("the role of this node has changed: {}", fresh.identity().role());
    }
    agent.disconnect(); // it comes back under the new certificate, and describes itself anew
  }

  /** Tells the managers that this node will not come back. */
  CompletionStage<?> sayFarewell() {
    return calls.call(NodeProtocol.LEAVE, new LeaveRequest("node has left the swarm"), LEAVE_LIMIT);
  }

  /** Stops tasks and connections, in good order. */
  @Override
  public void close() {
    Closing.quietly(agent);
    ManagerPart part = manager;
    Host facade = host;
    manager = null;
    host = null;
    if (facade != null) {
      Closing.quietly(facade);
    }
    if (part != null) {
      Closing.quietly(part);
    }
    while (!resources.isEmpty()) {
      Closing.quietly(resources.pop());
    }
  }

  /** To the manager of this process if it leads, else over the network. */
  private final class Ways implements Managers {
    private final RemoteManagers remote;

    Ways(RemoteManagers remote) {
      this.remote = remote;
    }

    @Override
    public Link connect(Consumer<ToNode> receiver, Runnable closed) {
      ManagerPart part = manager;
      return part != null && part.manager().isLeading()
          ? new LocalManagers(part.manager().dispatcher()).connect(receiver, closed)
          : remote.connect(receiver, closed);
    }
  }
}
