package io.swarm4j.node;

import io.swarm4j.NodeOptions;
import io.swarm4j.agent.Agent;
import io.swarm4j.agent.NameResolver;
import io.swarm4j.agent.Runtime;
import io.swarm4j.agent.protocol.Managers;
import io.swarm4j.agent.protocol.ToNode;
import io.swarm4j.dispatcher.LocalManagers;
import io.swarm4j.event.AuditTrail;
import io.swarm4j.internal.EngineOptions;
import io.swarm4j.internal.Host;
import io.swarm4j.internal.ProcessHost;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.network.dns.Discovery;
import io.swarm4j.node.NodeDirectory.Memory;
import io.swarm4j.node.NodeProtocol.Certified;
import io.swarm4j.node.NodeProtocol.Done;
import io.swarm4j.node.NodeProtocol.FromManager;
import io.swarm4j.node.NodeProtocol.Group;
import io.swarm4j.node.NodeProtocol.LeaveRequest;
import io.swarm4j.node.NodeProtocol.RenewRequest;
import io.swarm4j.security.Certificates;
import io.swarm4j.security.NodeCredentials;
import io.swarm4j.security.NodeIdentity;
import io.swarm4j.security.Trust;
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
  private static final Duration RENEW_LIMIT = Duration.ofSeconds(30);
  private static final Duration ANNOUNCE_LIMIT = Duration.ofSeconds(60);
  private static final Duration ANNOUNCE_RETRY = Duration.ofSeconds(1);

  private final ArrayDeque<AutoCloseable> resources = new ArrayDeque<>();
  private final NodeSettings settings;
  private final NodeDirectory directory;
  private final OwnCredentials own;
  private final EventLoops connections;
  private final Loop roles;
  private final Loop agentLoop;
  private final Loop watchLoop;
  private final KnownManagers known;
  private final ManagerClient client;
  private final LeaderCalls calls;
  private final Renewal renewal;
  private final AuditTrail audit;
  private final Runtime runtime;
  private final Agent agent;
  private volatile @Nullable ManagerPart manager;
  private volatile @Nullable Host host;
  private volatile boolean closed;

  /**
   * Puts the parts together; {@link #start} lets them begin.
   *
   * @param memory what the node remembers of the swarm
   */
  MemberNode(NodeSettings settings, NodeDirectory directory, OwnCredentials own, Memory memory) {
    this.settings = settings;
    this.directory = directory;
    this.own = own;
    Time time = settings.time();
    String name = "swarm-" + settings.hostname();
    Chance chance = time.newChance();
    audit = new AuditTrail(time.now());
    connections = own(new EventLoops(name + "-net", time));
    roles = own(time.newLoop(name + "-role"));
    agentLoop = own(time.newLoop(name + "-agent"));
    watchLoop = own(time.newLoop(name + "-watch"));
    known =
        new KnownManagers(
            memory.managers(),
            addresses -> directory.update(present -> present.withManagers(addresses)));
    client =
        own(
            new ManagerClient(
                NodeTls.client(own, time), connections, Long.toHexString(chance.nextLong())));
    calls = new LeaderCalls(client, known, agentLoop, chance);
    renewal = own(new Renewal(own, this::askForCertificate, agentLoop, chance, this::renewed));
    RemoteManagers remote = new RemoteManagers(client, known, chance, this::hear);
    runtime = newRuntime();
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
  private Runtime newRuntime() {
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

  /** Goes on as a manager, or begins to be one. Blocks while files are read. */
  synchronized ManagerPart manage(ManagerGroup group) {
    ManagerPart part = new ManagerPart(settings, own, group, audit, this::hear);
    group.askForKeysBy(calls);
    try {
      part.listen(connections);
      part.open();
    } catch (RuntimeException failed) {
      Closing.quietly(part);
      throw failed;
    }
    directory.update(memory -> memory.withRaft(group.address().toString(), memory.peers()));
    manager = part;
    host =
        new ProcessHost(
            engineOptions(),
            part.manager(),
            watchLoop,
            runtime,
            part.forwarder(calls, new LeaderStreams(client, part::leader), client),
            part.network());
    return part;
  }

  /** Asks the leader to let this manager take part, wherever it is now. */
  CompletionStage<Done> announce(ManagerPart part) {
    return calls.call(NodeProtocol.MANAGE, part.whereabouts(), ANNOUNCE_LIMIT);
  }

  private void announceUntilHeard(ManagerPart part) {
    announce(part)
        .whenComplete(
            (done, failure) -> {
              if (failure != null && manager == part) {
                LOG.warn(
                    "this manager does not take part yet: {}",
                    Statuses.unwrap(failure).getMessage());
                agentLoop.schedule(ANNOUNCE_RETRY, () -> announceUntilHeard(part));
              }
            });
  }

  private EngineOptions engineOptions() {
    return EngineOptions.named(settings.hostname(), settings.time())
        .cluster(settings.cluster())
        .placement(settings.placement())
        .dataDirectory(settings.directory())
        .network(true)
        .localhost(settings.publishOnLocalhost())
        .access(settings.access())
        .audit(audit)
        .build();
  }

  /** Lets the agent look for a manager, and watches the certificate. */
  void start() {
    renewal.start();
    agent.start();
    ManagerPart part = manager;
    if (part != null) {
      announceUntilHeard(part);
    }
  }

  /** Asks for a certificate once more, and for what goes with the role. */
  void renewSoon() {
    renewal.soon();
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

  /** Takes in what a manager says beside the dispatcher, be it this process's own. */
  private void hear(FromManager news) {
    if (news instanceof FromManager.ManagersAre managers) {
      agentLoop.execute(() -> known.set(managers.addresses()));
    } else if (news instanceof FromManager.Trusts trusts) {
      agentLoop.execute(() -> trust(trusts));
    }
  }

  private void trust(FromManager.Trusts news) {
    own.trust(new Trust(Certificates.parse(news.roots())));
    if (news.renew()) {
      renewal.soon();
    }
  }

  private CompletionStage<Certified> askForCertificate(RenewRequest request) {
    return calls.call(NodeProtocol.RENEW, request, RENEW_LIMIT);
  }

  private void renewed(NodeCredentials fresh, @Nullable Group group) {
    boolean manages = manager != null;
    if (group != null && !manages) {
      roles.execute(() -> promote(group));
    } else if (group == null && manages) {
      roles.execute(this::demote);
    }
    agent.disconnect(); // it comes back under the new certificate, and describes itself anew
  }

  private void promote(Group group) {
    if (manager != null || closed) {
      return;
    }
    try {
      directory.clearLog(); // of an earlier time as a manager, under which it was removed
      announceUntilHeard(manage(ManagerGroup.enter(settings, own, directory, group)));
      LOG.info("this node is a manager now");
    } catch (RuntimeException failed) {
      LOG.warn("this node cannot be a manager yet, next try in {}", ANNOUNCE_RETRY, failed);
      roles.schedule(ANNOUNCE_RETRY, () -> promote(group));
    }
  }

  private void demote() {
    stopManaging();
    directory.clearLog();
    directory.update(memory -> memory.withRaft("", Map.of()));
    LOG.info("this node is a worker now");
  }

  private synchronized void stopManaging() {
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
  }

  /** Tells the managers that this node will not come back. */
  CompletionStage<?> sayFarewell() {
    return calls.call(NodeProtocol.LEAVE, new LeaveRequest("node has left the swarm"), LEAVE_LIMIT);
  }

  /** Stops tasks and connections, in good order. */
  @Override
  public void close() {
    closed = true;
    Closing.quietly(agent);
    stopManaging();
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
