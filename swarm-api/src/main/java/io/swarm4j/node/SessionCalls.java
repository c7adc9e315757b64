package io.swarm4j.node;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import io.swarm4j.agent.protocol.Managers;
import io.swarm4j.agent.protocol.ToManager;
import io.swarm4j.agent.protocol.ToNode;
import io.swarm4j.dispatcher.LocalManagers;
import io.swarm4j.dispatcher.Manager;
import io.swarm4j.model.NodeId;
import io.swarm4j.node.NodeProtocol.FromManager;
import io.swarm4j.security.NodeIdentity;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the sessions of nodes in and hands them to the dispatcher of a manager that leads; others
 * lead the node to the leader.
 *
 * <p>A node is heard message by message: the next one is asked for when the manager's loop has
 * dealt with the last.
 */
final class SessionCalls implements ServerCallHandler<ToManager, FromManager> {
  private static final Logger LOG = LoggerFactory.getLogger(SessionCalls.class);

  /** Silence after which another process may take over a node's identity, in heartbeats. */
  private static final double QUIET_BEATS = 1.2;

  private final Manager manager;
  private final Supplier<@Nullable String> leader;
  private final Map<NodeId, Call> open = new ConcurrentHashMap<>();
  private final Consumer<Call> opened;
  private final Bundles heartbeats;

  /**
   * Serves the sessions of {@code manager}.
   *
   * @param leader address of the manager that leads, null if unknown
   * @param opened gets each call as it begins, to tell it where managers are and whom to trust
   */
  SessionCalls(Manager manager, Supplier<@Nullable String> leader, Consumer<Call> opened) {
    this.manager = manager;
    this.leader = leader;
    this.opened = opened;
    this.heartbeats = new Bundles(manager.loop());
  }

  @Override
  public ServerCall.Listener<ToManager> startCall(
      ServerCall<ToManager, FromManager> call, Metadata headers) {
    NodeIdentity node = Callers.CALLER.get();
    if (!manager.isLeading()) {
      call.close(
          Status.UNAVAILABLE.withDescription("this manager does not lead the swarm"),
          Statuses.leadTo(leader.get()));
      return new ServerCall.Listener<>() {};
    }
    String incarnation = headers.get(NodeProtocol.INCARNATION);
    Call mine = new Call(call, node, incarnation == null ? "" : incarnation);
    Call other = open.get(node.node());
    if (other != null && other.isTakenBy(mine)) {
      String why =
          "another process holds a session as node "
              + node.node()
              + "; if its data directory was copied, let one of the two leave and join again";
      LOG.warn("session refused: {}", why);
      call.close(Status.UNAVAILABLE.withDescription(why), new Metadata());
      return new ServerCall.Listener<>() {};
    }
    open.put(node.node(), mine);
    opened.accept(mine);
    call.request(1);
    return mine;
  }

  /** Says something to all nodes that have a session here. */
  void tellAll(FromManager news) {
    open.values().forEach(call -> call.say(news));
  }

  /** Says something to one node, if it has a session here. */
  void tell(NodeId node, FromManager news) {
    Call call = open.get(node);
    if (call != null) {
      call.say(news);
    }
  }

  /** Ends all sessions, so that nodes look for another manager. */
  void closeAll() {
    open.values()
        .forEach(
            call ->
                call.outbox.close(
                    Status.UNAVAILABLE.withDescription("this manager stops"), new Metadata()));
  }

  /** One session's stream. */
  final class Call extends ServerCall.Listener<ToManager> {
    private final ServerCall<ToManager, FromManager> call;
    private final Outbox<FromManager> outbox;
    private final NodeIdentity node;
    private final String incarnation;
    private final Managers.Link link;
    private volatile Instant lastHeard;

    Call(ServerCall<ToManager, FromManager> call, NodeIdentity node, String incarnation) {
      this.call = call;
      this.outbox = new Outbox<>(call);
      this.node = node;
      this.incarnation = incarnation;
      this.lastHeard = manager.loop().now();
      this.link =
          new LocalManagers(manager.dispatcher())
              .connect(this::say, () -> outbox.close(Status.UNAVAILABLE, new Metadata()));
    }

    /** Whose session it is. */
    NodeIdentity node() {
      return node;
    }

    private void say(ToNode message) {
      say(new FromManager.Says(message));
    }

    void say(FromManager message) {
      outbox.send(message);
    }

    /** Whether this one is alive, and of another process than {@code newcomer}. */
    boolean isTakenBy(Call newcomer) {
      Duration beat = manager.store().view().cluster().spec().heartbeatPeriod();
      Duration quiet = Duration.ofMillis((long) (beat.toMillis() * QUIET_BEATS));
      return !incarnation.equals(newcomer.incarnation)
          && lastHeard.plus(quiet).isAfter(manager.loop().now());
    }

    @Override
    public void onMessage(ToManager message) {
      lastHeard = manager.loop().now();
      NodeId speaker = speaker(message);
      if (speaker != null && !speaker.equals(node.node())) {
        outbox.close(
            Status.PERMISSION_DENIED.withDescription(
                "node " + node.node() + " must not speak for node " + speaker),
            new Metadata());
        return;
      }
      if (message instanceof ToManager.Heartbeat) {
        heartbeats.add(() -> deal(message));
      } else {
        deal(message);
      }
    }

    private static @Nullable NodeId speaker(ToManager message) {
      if (message instanceof ToManager.Register register) {
        return register.node();
      }
      return message instanceof ToManager.Unfit unfit ? unfit.node() : null;
    }

    private void deal(ToManager message) {
      link.send(message);
      manager.loop().execute(() -> call.request(1));
    }

    @Override
    public void onReady() {
      outbox.drain();
    }

    @Override
    public void onHalfClose() {
      outbox.close(Status.OK, new Metadata());
      ended();
    }

    @Override
    public void onCancel() {
      outbox.cancelled();
      ended();
    }

    private void ended() {
      open.remove(node.node(), this);
      link.close();
    }
  }
}
