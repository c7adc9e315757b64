package io.swarm4j.node;

import io.grpc.Metadata;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import io.swarm4j.agent.BlockingWork;
import io.swarm4j.agent.protocol.ToManager;
import io.swarm4j.dispatcher.Manager;
import io.swarm4j.event.AuditReport;
import io.swarm4j.event.AuditTrail;
import io.swarm4j.internal.Components;
import io.swarm4j.internal.LeaderNetwork;
import io.swarm4j.internal.Member;
import io.swarm4j.model.Authority;
import io.swarm4j.model.Cluster;
import io.swarm4j.model.Node;
import io.swarm4j.model.Node.NodeRole;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.PermissionDeniedException;
import io.swarm4j.network.allocator.AllocatorOptions;
import io.swarm4j.node.NodeProtocol.Admission;
import io.swarm4j.node.NodeProtocol.AuditRequest;
import io.swarm4j.node.NodeProtocol.Certified;
import io.swarm4j.node.NodeProtocol.Done;
import io.swarm4j.node.NodeProtocol.FromManager;
import io.swarm4j.node.NodeProtocol.FromStream;
import io.swarm4j.node.NodeProtocol.JoinRequest;
import io.swarm4j.node.NodeProtocol.LeaveRequest;
import io.swarm4j.node.NodeProtocol.ManageRequest;
import io.swarm4j.node.NodeProtocol.RenewRequest;
import io.swarm4j.node.NodeProtocol.ToStream;
import io.swarm4j.node.NodeProtocol.WriteOutcome;
import io.swarm4j.node.NodeProtocol.WriteRequest;
import io.swarm4j.orchestrator.Reconciler;
import io.swarm4j.orchestrator.RoleChanges;
import io.swarm4j.security.Certificates;
import io.swarm4j.security.NodeIdentity;
import io.swarm4j.store.Change;
import io.swarm4j.store.Commit;
import io.swarm4j.store.Store;
import io.swarm4j.store.Transaction;
import io.swarm4j.store.View;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a node runs while it is a manager: its copy of the state, and its end of the node API. */
final class ManagerPart implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ManagerPart.class);

  /** How often to look for managers in a state that came as a whole. */
  private static final Duration LEARN_PERIOD = Duration.ofSeconds(2);

  private final ArrayDeque<AutoCloseable> resources = new ArrayDeque<>();
  private final NodeSettings settings;
  private final OwnCredentials own;
  private final NodeId self;
  private final ManagerGroup group;
  private final AuditTrail audit;
  private final LeaderNetwork network;
  private final BlockingWork work;
  private final Manager manager;
  private final ForwardedWrites forwarded = new ForwardedWrites();
  private final CarriedOut carriedOut = new CarriedOut();
  private final Admissions admissions;
  private final SessionCalls sessions;
  private final DiskLock diskLock;
  private final Consumer<FromManager> toSelf;
  private final CompletableFuture<@Nullable Void> leads = new CompletableFuture<>();
  private volatile @Nullable Forwarder forwarder;
  private HostPort address;

  /**
   * Puts the parts together; {@link #open} lets them begin.
   *
   * @param group its share in the managers' log
   * @param audit what is done through this manager
   * @param toSelf gets what other nodes would be told
   */
  ManagerPart(
      NodeSettings settings,
      OwnCredentials own,
      ManagerGroup group,
      AuditTrail audit,
      Consumer<FromManager> toSelf) {
    this.settings = settings;
    this.audit = audit;
    this.own = own;
    this.group = group;
    this.toSelf = toSelf;
    this.address = settings.listen();
    this.self = own.credentials().identity().node();
    String name = settings.hostname();
    network = own(new LeaderNetwork(name, settings.time(), settings.publishOnLocalhost()));
    List<Reconciler> components = new ArrayList<>();
    components.add(forwarded);
    components.add(new ManagerRoster(self, this::whereabouts, group::answering));
    components.add(new RoleChanges(group::remove));
    components.add(new RootChange(this::askToRenew));
    components.addAll(
        Components.of(
            AllocatorOptions.DEFAULT.withAddressForEveryTask(true), settings.placement()));
    manager =
        new Manager(
            settings.time().newLoop("swarm-" + name + "-manager"),
            settings.time().newChance(),
            group.log(),
            network,
            components);
    own(new Member(manager, settings.time()));
    network.follow(manager);
    manager.store().onLeadership(new FirstLeadership());
    manager.store().onCommit(carriedOut::committed);
    manager.store().onCommit(this::committed);
    work = own(new BlockingWork(settings.time(), "swarm-" + name + "-authority", manager.loop()));
    admissions =
        new Admissions(
            manager,
            new SwarmAuthority(
                () -> manager.store().view().cluster().authority(),
                settings.externalAuthority(),
                work,
                settings.time()),
            group::invitation);
    sessions = new SessionCalls(manager, this::leader, this::welcome);
    diskLock =
        new DiskLock(
            manager, key -> work.call(() -> group.lock(key)), group::barrier, this::renewDataKey);
  }

  private <T extends AutoCloseable> T own(T resource) {
    resources.push(resource);
    return resource;
  }

  /** Listens for other nodes; they are told to wait until {@link #open}. */
  void listen(EventLoops loops) {
    NodeServer server =
        own(
            NodeServer.start(
                settings.listen().resolve(),
                NodeTls.server(own),
                loops,
                new Callers(own, settings.time(), this::judge),
                new Desk()));
    own((AutoCloseable) sessions::closeAll);
    address = Advertised.address(settings, server.port());
  }

  /** Reads the log and follows it; after {@link #listen}. */
  void open() {
    manager.open();
    manager.loop().execute(this::learnPeers);
  }

  /** Where other nodes call; after {@link #listen}. */
  HostPort address() {
    return address;
  }

  /** Where this manager is found; after {@link #listen}. */
  ManageRequest whereabouts() {
    return new ManageRequest(address.toString(), group.address().toString());
  }

  /** Completes when this manager leads for the first time. */
  CompletionStage<@Nullable Void> leads() {
    return leads;
  }

  Manager manager() {
    return manager;
  }

  NodeId id() {
    return self;
  }

  LeaderNetwork network() {
    return network;
  }

  private View view() {
    return manager.store().view();
  }

  /** Takes requests to the leader while this manager does not lead. */
  Forwarder forwarder(LeaderCalls calls, LeaderStreams streams, ManagerClient client) {
    AuditCalls audits = new AuditCalls(client, self, () -> audit.part(settings.hostname()));
    Forwarder fresh =
        new Forwarder(manager, carriedOut, calls, streams, audits, settings.time().newChance());
    forwarder = fresh;
    return fresh;
  }

  /** Where the leader is found; null if unknown. */
  @Nullable String leader() {
    if (manager.isLeading()) {
      return address.toString();
    }
    NodeId leading = group.leader();
    Node node = leading == null || leading.equals(self) ? null : view().node(leading);
    Node.ManagerStatus status = node == null ? null : node.manager();
    return status == null || status.address().isEmpty() ? null : status.address();
  }

  private @Nullable Status judge(NodeIdentity caller, boolean asManager) {
    Node node = view().node(caller.node());
    if (node == null) {
      return manager.isLeading()
          ? Status.PERMISSION_DENIED.withDescription(
              "Permission denied: node " + caller.node() + " was removed from swarm")
          : Status.UNAVAILABLE.withDescription("this manager does not know the caller yet");
    }
    boolean manages = caller.role() == NodeRole.MANAGER && node.role() == NodeRole.MANAGER;
    return asManager && !manages
        ? Status.PERMISSION_DENIED.withDescription(
            "node " + caller.node() + " is a worker; only managers may do this")
        : null;
  }

  /** Tells a node what it may have missed. */
  private void welcome(SessionCalls.Call call) {
    View view = view();
    call.say(new FromManager.ManagersAre(Admissions.managers(view)));
    Node node = view.node(call.node().node());
    boolean changedRole = node != null && node.role() != call.node().role();
    Authority authority = view.cluster().authority();
    if (authority != null) {
      call.say(new FromManager.Trusts(roots(authority), changedRole));
    }
  }

  private static String roots(Authority authority) {
    return Certificates.pem(SwarmAuthority.trust(authority).roots());
  }

  private static boolean concernsManagers(Change change) {
    return change.before() instanceof Node before && before.manager() != null
        || change.after() instanceof Node after && after.manager() != null;
  }

  private void askToRenew(NodeId node) {
    Authority authority = view().cluster().authority();
    if (authority != null) {
      FromManager.Trusts news = new FromManager.Trusts(roots(authority), true);
      sessions.tell(node, news);
      if (node.equals(self)) {
        toSelf.accept(news);
      }
    }
  }

  /** Learns where the other managers are from the whole state; what commits change comes after. */
  private void learnPeers() {
    view().nodes().forEach(this::learnPeer);
    diskLock.look();
    toSelf.accept(new FromManager.ManagersAre(Admissions.managers(view())));
    manager.loop().schedule(LEARN_PERIOD, this::learnPeers);
  }

  private void learnPeer(Node node) {
    Node.ManagerStatus status = node.manager();
    if (status != null && group.learn(node.id(), status.raft())) {
      try {
        work.execute(group::remember);
      } catch (RejectedExecutionException closing) {
        LOG.debug("not remembered, for this manager ends: {}", node.id());
      }
    }
  }

  /** Whoever could read the disk until now knows the data key. */
  private void renewDataKey() {
    if (manager.isLeading()) {
      var unused = rotateKeys();
    }
  }

  /** Encrypts with a new data key from now on. On the leader. */
  CompletionStage<Void> rotateKeys() {
    return group
        .rotateKeys()
        .whenComplete(
            (done, failure) -> {
              if (failure != null) {
                LOG.warn("the data key was not rotated: {}", failure.getMessage());
              }
            });
  }

  private void committed(Commit commit) {
    diskLock.follow();
    if (commit.changes().stream().anyMatch(ManagerPart::concernsManagers)) {
      commit.after().nodes().forEach(this::learnPeer);
      FromManager news = new FromManager.ManagersAre(Admissions.managers(commit.after()));
      toSelf.accept(news);
      sessions.tellAll(news);
    }
    if (!manager.isLeading()) {
      return;
    }
    for (Change change : commit.changes()) {
      if (change.latest() instanceof Node node) {
        Node before = (Node) change.before();
        Node after = (Node) change.after();
        if (before != null && after != null && before.role() != after.role()) {
          askToRenew(node.id());
        }
      } else if (change.after() instanceof Cluster after
          && after.authority() != null
          && change.before() instanceof Cluster before
          && !rootsEqual(before.authority(), after.authority())) {
        FromManager.Trusts news = new FromManager.Trusts(roots(after.authority()), false);
        sessions.tellAll(news);
        toSelf.accept(news);
      }
    }
  }

  private static boolean rootsEqual(@Nullable Authority one, Authority other) {
    return one != null && roots(one).equals(roots(other));
  }

  @Override
  public void close() {
    while (!resources.isEmpty()) {
      Closing.quietly(resources.pop());
    }
  }

  private final class FirstLeadership implements Store.Leadership {
    @Override
    public void gained() {
      leads.complete(null);
      diskLock.caughtUp();
      Forwarder waiting = forwarder;
      if (waiting != null) {
        waiting.leads();
      }
    }

    @Override
    public void lost() {
      // whoever waited has gone on
    }
  }

  /** What callers get. */
  private final class Desk implements NodeServer.Calls {

    @Override
    public CompletionStage<Admission> join(JoinRequest request) {
      return admissions.join(request);
    }

    @Override
    public CompletionStage<Certified> renew(RenewRequest request) {
      return admissions.renew(Callers.CALLER.get(), request.request().bytes());
    }

    @Override
    public CompletionStage<WriteOutcome> write(WriteRequest request) {
      return manager.control().submit(tx -> forwarded.apply(tx, request));
    }

    @Override
    public CompletionStage<Done> manage(ManageRequest request) {
      NodeId caller = Callers.CALLER.get().node();
      return manager
          .control()
          .submit(tx -> noteWhereabouts(tx, caller, request))
          .thenCompose(done -> group.add(caller).thenApply(added -> done));
    }

    private Done noteWhereabouts(Transaction tx, NodeId caller, ManageRequest request) {
      Node node = tx.node(caller);
      if (node == null || node.role() != NodeRole.MANAGER) {
        throw new PermissionDeniedException("node " + caller + " is no manager of this swarm");
      }
      if (node.spec().role() != NodeRole.MANAGER) {
        throw new PermissionDeniedException("node " + caller + " is to be a worker");
      }
      tx.put(
          node.withManager(new Node.ManagerStatus(false, true, request.address(), request.raft())));
      return new Done(tx.revision());
    }

    @Override
    public CompletionStage<Done> leave(LeaveRequest request) {
      NodeIdentity caller = Callers.CALLER.get();
      CompletionStage<Void> out =
          caller.role() == NodeRole.MANAGER
              ? group.remove(caller.node())
              : CompletableFuture.completedFuture(null);
      return out.thenCompose(
          gone ->
              manager
                  .control()
                  .submit(tx -> new Done(Departures.markDown(tx, caller.node(), request))));
    }

    @Override
    public CompletionStage<AuditReport.Part> audit(AuditRequest request) {
      return CompletableFuture.completedFuture(audit.part(settings.hostname()));
    }

    @Override
    public ServerCallHandler<ToManager, FromManager> sessions() {
      return sessions;
    }

    @Override
    public ServerCallHandler<ToStream, FromStream> streams() {
      return new StreamCalls(manager);
    }

    @Override
    public Metadata trailers() {
      return manager.isLeading() ? new Metadata() : Statuses.leadTo(leader());
    }
  }
}
