package io.swarm4j.dispatcher;

import io.swarm4j.agent.protocol.Assignment;
import io.swarm4j.agent.protocol.NodeStreams;
import io.swarm4j.agent.protocol.ToManager;
import io.swarm4j.agent.protocol.ToNode;
import io.swarm4j.model.Node;
import io.swarm4j.model.Node.NodeState;
import io.swarm4j.model.NodeDescription;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.NodeStatus;
import io.swarm4j.model.PayloadVersion;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskState;
import io.swarm4j.model.VersionedPayload;
import io.swarm4j.orchestrator.Control;
import io.swarm4j.orchestrator.ControlLoop;
import io.swarm4j.orchestrator.Reconciler;
import io.swarm4j.store.Change;
import io.swarm4j.store.Commit;
import io.swarm4j.store.Store;
import io.swarm4j.store.Transaction;
import io.swarm4j.store.View;
import io.swarm4j.time.Loop;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The leader's switchboard: knows which nodes are in reach, tells each what to run, and takes in
 * what they report.
 *
 * <p>Only committed changes go out. A stop goes out when the {@link EndpointGate} lets it. All
 * methods run on the manager's loop; a {@link Peer} may be talked to from any thread.
 */
public final class Dispatcher implements Reconciler {
  private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);

  /** Heartbeat periods without a sign of life after which a node is down. */
  private static final int GRACE_BEATS = 3;

  /** The same for nodes that were in reach of an earlier leader. */
  private static final int UNKNOWN_GRACE_BEATS = 6;

  private static final String SEEKING = "node is currently trying to find new manager";
  private static final String SILENT = "heartbeat failure";
  private static final String NOT_LEADING = "this manager does not lead the swarm";
  private static final double HEARTBEAT_JITTER = 0.1;
  private static final int MOST_REGISTRATIONS = 3;
  private static final Duration REGISTRATION_WINDOW = Duration.ofSeconds(8);

  private final Store store;
  private final Loop loop;
  private final EndpointGate gate;
  private final Map<NodeId, Session> sessions = new LinkedHashMap<>();
  private final Map<NodeId, ArrayDeque<Instant>> registrations = new LinkedHashMap<>();
  private final Map<NodeId, Session> registering = new LinkedHashMap<>();
  private final Set<TaskId> withdrawing = new LinkedHashSet<>();
  private final Deque<NodeId> unmarked = new ArrayDeque<>();
  private final StreamSwitch streams = new StreamSwitch();
  private @Nullable ControlLoop controlLoop;
  private @Nullable Control control;
  private long lastSession;

  /** Makes a dispatcher that follows the commits of {@code store}. */
  public Dispatcher(Store store, Loop loop, EndpointGate gate) {
    this.store = store;
    this.loop = loop;
    this.gate = gate;
    store.onCommit(this::committed);
  }

  /** Tells the dispatcher through which loop it writes; before the store is opened. */
  public void attach(ControlLoop newControlLoop) {
    controlLoop = newControlLoop;
  }

  /** Streams to the tasks of the nodes that have a session with this manager. Any thread. */
  public NodeStreams streams() {
    return streams;
  }

  /** One end of a connection with a node. */
  public final class Peer {
    private final Consumer<ToNode> out;
    private volatile @Nullable Session session;
    private boolean closed;

    private Peer(Consumer<ToNode> out) {
      this.out = out;
    }

    /** Takes what the node says. Any thread. */
    public void hear(ToManager message) {
      if (message instanceof ToManager.StreamPart part) {
        streams.hear(session, part); // not by way of the loop, which has better things to do
      } else {
        loop.execute(() -> Dispatcher.this.hear(this, message));
      }
    }

    /** The connection broke. Any thread. */
    public void closed() {
      loop.execute(
          () -> {
            closed = true;
            Session present = session;
            if (present != null) {
              disconnected(present, SEEKING);
            }
          });
    }
  }

  /**
   * A node has connected. Any thread.
   *
   * @param out takes what the manager says; called on any thread, must not block
   */
  public Peer accept(Consumer<ToNode> out) {
    return new Peer(out);
  }

  private void hear(Peer peer, ToManager message) {
    Session session = peer.session;
    if (message instanceof ToManager.Register register) {
      register(peer, register);
    } else if (message instanceof ToManager.Unfit unfit) {
      unfit(peer, unfit);
    } else if (session == null || sessions.get(session.node) != session) {
      peer.out.accept(new ToNode.Refused("session invalid"));
    } else if (message instanceof ToManager.Heartbeat) {
      session.lastHeard = loop.now();
      session.send(new ToNode.HeartbeatHeard(session.id, nextBeat(), session.assignmentsSent()));
    } else if (message instanceof ToManager.Report report) {
      session.lastHeard = loop.now();
      report(session, report);
    } else if (message instanceof ToManager.Goodbye goodbye) {
      disconnected(session, goodbye.why().isEmpty() ? SEEKING : goodbye.why());
    }
  }

  private void register(Peer peer, ToManager.Register register) {
    ControlLoop writes = controlLoop;
    if (control == null || writes == null) {
      peer.out.accept(new ToNode.Refused(NOT_LEADING));
      return;
    }
    if (tooOften(register.node())) {
      peer.out.accept(
          new ToNode.Refused(
              "node " + register.node() + " exceeded rate limit count of registrations"));
      return;
    }
    Session session = new Session(++lastSession, register.node(), peer.out, loop.now());
    peer.session = session;
    registering.put(session.node, session);
    writes
        .submit(tx -> markReady(tx, register.node(), register.description(), register.address()))
        .whenComplete((known, failure) -> registered(peer, session, known, failure));
  }

  private void unfit(Peer peer, ToManager.Unfit unfit) {
    if (control == null) {
      peer.out.accept(new ToNode.Refused(NOT_LEADING));
      return;
    }
    write(tx -> markUnfit(tx, unfit.node(), unfit.why()));
    peer.out.accept(new ToNode.Refused(unfit.why()));
  }

  /** A node that is out of reach for long goes on being so, for the reason that it tells now. */
  private void markUnfit(Transaction tx, NodeId id, String why) {
    Node node = tx.node(id);
    if (node == null || sessions.containsKey(id) || registering.containsKey(id)) {
      return;
    }
    NodeStatus status = node.status();
    boolean known = status.state() == NodeState.DOWN || status.state() == NodeState.DISCONNECTED;
    if (!known) {
      mark(tx, id, NodeState.DISCONNECTED, why);
    } else if (!status.message().equals(why)) {
      Node told = node.withStatus(status.to(status.state(), why, status.since()));
      tx.put(told);
      if (status.state() == NodeState.DISCONNECTED) {
        expectBack(told);
      }
    }
  }

  private void registered(
      Peer peer, Session session, @Nullable Boolean known, @Nullable Throwable failure) {
    registering.remove(session.node, session);
    if (failure != null) {
      peer.out.accept(new ToNode.Refused(String.valueOf(failure.getMessage())));
    } else if (!Boolean.TRUE.equals(known)) {
      registrations.remove(session.node);
      peer.out.accept(new ToNode.Refused("node not registered"));
    } else if (control == null) {
      peer.out.accept(new ToNode.Refused(NOT_LEADING));
    } else if (peer.session == session) {
      open(session);
      if (peer.closed) {
        disconnected(session, SEEKING);
      }
    }
  }

  /** Attempts that are refused do not count, lest a node that tries on is locked out for ever. */
  private boolean tooOften(NodeId node) {
    ArrayDeque<Instant> recent = registrations.computeIfAbsent(node, id -> new ArrayDeque<>());
    Instant now = loop.now();
    while (!recent.isEmpty() && !recent.peek().isAfter(now.minus(REGISTRATION_WINDOW))) {
      recent.remove();
    }
    if (recent.size() >= MOST_REGISTRATIONS) {
      return true;
    }
    recent.add(now);
    return false;
  }

  private static boolean markReady(
      Transaction tx, NodeId id, NodeDescription description, String address) {
    Node node = tx.node(id);
    if (node == null) {
      return false;
    }
    NodeStatus status = node.status();
    Instant since = status.state() == NodeState.READY ? status.since() : tx.now();
    Node ready =
        node.withDescription(description)
            .withStatus(new NodeStatus(NodeState.READY, "", address, since));
    if (!ready.equals(node)) {
      tx.put(ready);
    }
    return true;
  }

  private void open(Session session) {
    Session earlier = sessions.put(session.node, session);
    if (earlier != null) {
      streams.closed(earlier, "another session of this node was opened");
      earlier.expiry.cancel();
      earlier.send(new ToNode.Refused("another session of this node was opened"));
    }
    session.lastHeard = loop.now();
    watch(session, grace(GRACE_BEATS));
    session.send(new ToNode.Registered(session.id, nextBeat(), store.term()));
    View view = store.view();
    List<Assignment> all = new ArrayList<>();
    for (Task task : view.tasksOn(session.node)) {
      if (!task.state().isBefore(TaskState.ASSIGNED)) {
        boolean held = isStopping(task) && mustHold(task, view.revision());
        all.add(AssignmentSource.of(view, held ? task.withDesiredState(TaskState.RUNNING) : task));
      }
    }
    session.sendAll(all);
    streams.opened(session);
  }

  private Duration period() {
    return store.view().cluster().spec().heartbeatPeriod();
  }

  private Duration nextBeat() {
    Control present = control;
    return present == null ? period() : present.chance().jitter(period(), HEARTBEAT_JITTER);
  }

  private Duration grace(int beats) {
    return period().multipliedBy(beats);
  }

  /** One timer a session, looked at when it is due: a heartbeat costs a store to a field. */
  private void watch(Session session, Duration wait) {
    Instant due = loop.now().plus(wait);
    session.expiry = loop.schedule(wait, () -> look(session, due));
  }

  private void look(Session session, Instant due) {
    if (sessions.get(session.node) != session) {
      return;
    }
    Instant now = loop.now();
    Duration silent = Duration.between(session.lastHeard, now);
    Duration grace = grace(GRACE_BEATS);
    if (silent.isNegative()) {
      watch(session, grace); // the clock was set back
    } else if (silent.compareTo(grace) < 0) {
      watch(session, grace.minus(silent));
    } else if (due.plus(period()).isBefore(now)) {
      watch(session, period()); // this manager stood still: what nodes said meanwhile comes first
    } else {
      sessions.remove(session.node);
      streams.closed(session, "heartbeat failure");
      session.send(new ToNode.Refused("no heartbeat for " + silent.toMillis() + " ms"));
      write(tx -> mark(tx, session.node, NodeState.DOWN, SILENT));
    }
  }

  private void disconnected(Session session, String why) {
    if (sessions.remove(session.node, session)) {
      session.expiry.cancel();
      streams.closed(session, why);
      LOG.info("node {} disconnected: {}", session.node, why);
      write(tx -> mark(tx, session.node, NodeState.DISCONNECTED, why));
    }
  }

  private void write(Consumer<Transaction> duty) {
    ControlLoop writes = controlLoop;
    if (writes != null) {
      writes.offer(duty);
    }
  }

  /** Notes that a node is out of reach, unless it has come back meanwhile. */
  private void mark(Transaction tx, NodeId id, NodeState state, String message) {
    Node node = tx.node(id);
    if (node == null
        || node.status().state() == state
        || sessions.containsKey(id)
        || registering.containsKey(id)) {
      return;
    }
    Node marked = node.withStatus(node.status().to(state, message, tx.now()));
    tx.put(marked);
    if (state == NodeState.DOWN) {
      LOG.info("node {} ({}) is down: {}", node.hostname(), id, message);
      giveUpLater(marked);
    } else if (state == NodeState.DISCONNECTED) {
      expectBack(marked);
    }
  }

  private void expectBack(Node node) {
    Control present = control;
    if (present != null) {
      Duration gone = Duration.between(node.status().since(), present.now());
      present.after(
          grace(GRACE_BEATS).minus(gone),
          tx -> {
            Node then = tx.node(node.id());
            if (then != null && then.status().equals(node.status())) {
              String why = node.status().message();
              mark(tx, node.id(), NodeState.DOWN, why.equals(SEEKING) ? SILENT : why);
            }
          });
    }
  }

  /**
   * Tasks of a node that stays down are orphaned after a day, so that they do not hold their slot's
   * history for ever.
   */
  private void giveUpLater(Node node) {
    Control present = control;
    if (present == null) {
      return;
    }
    Duration since = Duration.between(node.status().since(), present.now());
    Duration wait = store.view().cluster().spec().orphanAfter().minus(since);
    present.after(
        wait,
        tx -> {
          Node then = tx.node(node.id());
          if (then != null
              && then.status().state() == NodeState.DOWN
              && then.status().since().equals(node.status().since())) {
            Orphans.orphanLost(tx, then.id(), "node was down for too long");
          }
        });
  }

  private void report(Session session, ToManager.Report report) {
    ControlLoop writes = controlLoop;
    if (writes == null) {
      return;
    }
    writes
        .offer(
            tx -> {
              describe(tx, session.node, report.description());
              for (ToManager.TaskReport task : report.tasks()) {
                StatusMerge.apply(tx, session.node, task.task(), task.status());
              }
            })
        .whenComplete(
            (done, failure) -> {
              if (failure == null && sessions.get(session.node) == session) {
                session.send(new ToNode.ReportHeard(session.id, report.sequence()));
              }
            });
  }

  private static void describe(Transaction tx, NodeId id, @Nullable NodeDescription news) {
    Node node = tx.node(id);
    if (node != null && news != null && !news.equals(node.description())) {
      tx.put(node.withDescription(news));
    }
  }

  private void committed(Commit commit) {
    if (control == null || sessions.isEmpty()) {
      return;
    }
    Set<Session> touched = new LinkedHashSet<>();
    for (Change change : commit.changes()) {
      if (change.latest() instanceof Task task && task.nodeId() != null) {
        Session session = sessions.get(task.nodeId());
        if (session != null) {
          route(session, (Task) change.before(), (Task) change.after(), commit, touched);
        }
      } else if (change.before() instanceof Node node && change.after() == null) {
        expel(node);
      } else if (change.before() == null && change.after() instanceof VersionedPayload news) {
        refresh(commit.after(), news.which(), touched);
      }
    }
    touched.forEach(Session::flush);
  }

  private void refresh(View view, PayloadVersion news, Set<Session> touched) {
    for (Task task : AssignmentSource.refreshedBy(view, news)) {
      Session session = sessions.get(task.nodeId());
      if (session != null) {
        session.update(AssignmentSource.of(view, task));
        touched.add(session);
      }
    }
  }

  private void expel(Node node) {
    Session session = sessions.remove(node.id());
    if (session != null) {
      session.expiry.cancel();
      streams.closed(session, "node was removed");
      session.send(new ToNode.Refused("node not registered"));
    }
    registrations.remove(node.id());
  }

  private void route(
      Session session,
      @Nullable Task before,
      @Nullable Task after,
      Commit commit,
      Set<Session> touched) {
    if (after == null) {
      if (before != null) {
        withdrawing.remove(before.id());
        session.remove(before.id());
        touched.add(session);
      }
      return;
    }
    if (after.state().isBefore(TaskState.ASSIGNED) || after.state().isTerminal()) {
      return; // not for the node yet, or over there already
    }
    @Nullable Task known =
        before != null && !before.state().isBefore(TaskState.ASSIGNED) ? before : null;
    if (known != null && known.desiredState() == after.desiredState()) {
      return;
    }
    if (known != null && isStopping(after)) {
      boolean first = known.isDesiredAlive();
      if (first ? mustHold(after, commit.revision()) : withdrawing.contains(after.id())) {
        return;
      }
    }
    session.update(AssignmentSource.of(commit.after(), after));
    touched.add(session);
  }

  private static boolean isStopping(Task task) {
    return !task.isDesiredAlive() && !task.state().isTerminal();
  }

  /**
   * Whether the stop of a task must not go out yet; it does as soon as the task's endpoint is
   * withdrawn.
   */
  private boolean mustHold(Task task, long revision) {
    if (withdrawing.contains(task.id())) {
      return true;
    }
    CompletionStage<Void> withdrawn = gate.withdrawn(task, revision);
    if (withdrawn.toCompletableFuture().isDone()) {
      return false;
    }
    withdrawing.add(task.id());
    withdrawn.whenComplete((done, failure) -> loop.execute(() -> stop(task.id())));
    return true;
  }

  private void stop(TaskId id) {
    Task task = store.view().task(id);
    if (withdrawing.remove(id) && task != null && task.nodeId() != null) {
      Session session = sessions.get(task.nodeId());
      if (session != null) {
        session.update(AssignmentSource.of(store.view(), task));
        session.flush();
      }
    }
  }

  @Override
  public void begin(Control newControl, Transaction tx) {
    control = newControl;
    for (Node node : tx.nodes()) {
      if (node.status().state() == NodeState.DOWN) {
        giveUpLater(node);
      } else {
        unmarked.add(node.id());
      }
    }
    markUnknown(tx);
    newControl.after(grace(UNKNOWN_GRACE_BEATS), this::giveUpUnknown);
  }

  private void markUnknown(Transaction tx) {
    while (!unmarked.isEmpty() && !tx.isFull()) {
      mark(
          tx,
          unmarked.remove(),
          NodeState.UNKNOWN,
          "Node moved to \"unknown\" state due to leadership change in cluster");
    }
    Control present = control;
    if (!unmarked.isEmpty() && present != null) {
      present.again();
    }
  }

  private void giveUpUnknown(Transaction tx) {
    for (Node node : tx.nodes()) {
      if (node.status().state() == NodeState.UNKNOWN) {
        if (tx.isFull()) {
          Objects.requireNonNull(control).after(Duration.ZERO, this::giveUpUnknown);
          return;
        }
        mark(tx, node.id(), NodeState.DOWN, "heartbeat failure for node in \"unknown\" state");
      }
    }
  }

  @Override
  public void reconcile(List<Change> changes, Transaction tx) {
    for (Change change : changes) {
      if (change.before() instanceof Node node && change.after() == null) {
        Orphans.orphanAll(tx, node.id(), "Task belonged to a node that has been deleted");
      }
    }
    markUnknown(tx);
  }

  @Override
  public void end() {
    control = null;
    for (Session session : sessions.values()) {
      session.expiry.cancel();
      streams.closed(session, "the manager no longer leads the swarm");
      session.send(new ToNode.Refused("this manager no longer leads the swarm"));
    }
    sessions.clear();
    registrations.clear();
    withdrawing.clear();
    unmarked.clear();
  }
}
