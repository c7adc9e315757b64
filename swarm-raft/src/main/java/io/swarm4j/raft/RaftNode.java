package io.swarm4j.raft;

import io.swarm4j.model.SwarmException;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.store.Log.Replica;
import io.swarm4j.store.seal.Seal;
import io.swarm4j.time.Loop;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftGroupMemberId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.SetConfigurationRequest;
import org.apache.ratis.protocol.SnapshotManagementRequest;
import org.apache.ratis.protocol.TransferLeadershipRequest;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.storage.RaftStorage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running Ratis server and its one group.
 *
 * <p>Requests go to the server's own objects on the caller's thread: no client, no queue, no thread
 * in between.
 */
final class RaftNode implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RaftNode.class);

  /** How long a transfer of leadership, or a new member's catching up, may take. */
  private static final long PATIENCE_MILLIS = 10_000;

  private final RaftOptions options;
  private final RaftGroupId group;
  private final ReplicaStateMachine stateMachine;
  private final ClientId client = ClientId.randomId();
  private final AtomicLong calls = new AtomicLong();
  private Runnable endOfTransport = () -> {};
  private @Nullable RaftServer server;
  private @Nullable Division division;
  private volatile @Nullable UnavailableException lost;

  RaftNode(RaftOptions options, Replica replica, Seal seal, Proposals proposals) {
    this.options = options;
    this.group = RaftGroupId.valueOf(options.group());
    Snapshots snapshots =
        new Snapshots(
            seal,
            options.time().newThreads("swarm-raft-" + options.id() + "-snapshot"),
            options.snapshotAfter(),
            this::compact);
    this.stateMachine =
        new ReplicaStateMachine(
            replica,
            seal,
            snapshots,
            proposals,
            new KeyRotation(options.keys(), seal),
            this::logFailed);
  }

  /** Starts the server; on failure, nothing of it is left. */
  void start() {
    HostGuard.raise();
    List<String> founders =
        new MemberFile(options.id(), options.group(), options.founders())
            .claim(options.directory())
            .founders();
    try {
      GroupFolders.tidy(options.directory(), options.group());
    } catch (IOException failed) {
      throw startFailure(failed);
    }
    Room.check(options.directory());
    if (options.transport() instanceof RaftTransport.Tcp tcp) {
      BindCheck.check(tcp.bind());
      endOfTransport = MemberResolver.use(options.group().toString(), tcp.addresses());
    }
    try {
      RaftServer built =
          RaftServer.newBuilder()
              .setServerId(RaftPeerId.valueOf(options.id()))
              .setGroup(RaftGroup.valueOf(group, founders.stream().map(this::peer).toList()))
              .setStateMachine(stateMachine)
              .setProperties(RatisSettings.properties(options))
              .setParameters(RatisSettings.parameters(options))
              .setOption(RaftStorage.StartupOption.RECOVER)
              .setThreadGroup(new ThreadGroup("swarm-raft-" + options.id()))
              .build();
      server = built;
      built.start();
      Division own = Division.of(built.getDivision(group));
      division = own;
      if (options.transport() instanceof RaftTransport.Tcp) {
        keepConnected(built, own);
      }
    } catch (IOException | RuntimeException failed) {
      close();
      throw startFailure(failed);
    }
  }

  private void keepConnected(RaftServer built, Division own) {
    Loop loop = options.time().newLoop("swarm-raft-" + options.id() + "-peers");
    OpenConnections connections = new OpenConnections(new RatisWires(built, group, own), loop);
    Runnable endOfAddresses = endOfTransport;
    endOfTransport =
        () -> {
          connections.close();
          endOfAddresses.run();
        };
  }

  private RaftPeer peer(String id) {
    return RaftPeer.newBuilder()
        .setId(id)
        .setAddress(MemberResolver.target(options.group().toString(), id))
        .build();
  }

  private SwarmException startFailure(Throwable failed) {
    for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
      if (cause instanceof SwarmException known) {
        return known;
      }
    }
    SwarmException damage = Damage.in(options.directory(), failed);
    if (damage != null) {
      return damage;
    }
    return new UnavailableException(
        String.format(
            "manager %s could not start on %s: %s",
            options.id(), options.directory(), rootOf(failed).getMessage()),
        failed);
  }

  private static Throwable rootOf(Throwable failed) {
    Throwable root = failed;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }

  /**
   * Ends the server before it spoils what else is on the disk; another manager leads, if this one
   * did.
   */
  private UnavailableException logFailed(Throwable cause) {
    UnavailableException failure = Room.lost(options.id(), options.directory(), cause);
    lost = failure;
    LOG.error("{}", failure.getMessage(), cause);
    options
        .time()
        .newThreads("swarm-raft-" + options.id() + "-lost")
        .newThread(this::close)
        .start();
    return failure;
  }

  private Division division() {
    UnavailableException failure = lost;
    if (failure != null) {
      throw new UnavailableException(String.valueOf(failure.getMessage()), failure);
    }
    Division present = division;
    if (present == null) {
      throw new UnavailableException("manager " + options.id() + " is not started");
    }
    return present;
  }

  /** Appends to the log; completes with whether all replicas accept it. */
  CompletionStage<Boolean> write(Proposal proposal) {
    return submit(proposal, RaftClientRequest.writeRequestType())
        .thenApply(reply -> !ReplicaStateMachine.isRefusal(reply.getMessage()));
  }

  /** Completes once all that was committed when this was called has been applied here. */
  CompletionStage<@Nullable Void> read() {
    return submit(Message.EMPTY, RaftClientRequest.readRequestType()).thenApply(reply -> null);
  }

  private CompletionStage<RaftClientReply> submit(Message message, RaftClientRequest.Type type) {
    RaftClientRequest request =
        RaftClientRequest.newBuilder()
            .setClientId(client)
            .setServerId(RaftPeerId.valueOf(options.id()))
            .setGroupId(group)
            .setCallId(calls.incrementAndGet())
            .setMessage(message)
            .setType(type)
            .build();
    return ask(() -> division().requests().submitClientRequestAsync(request));
  }

  CompletionStage<@Nullable Void> change(MembershipChange change) {
    if (change.member().equals(options.id()) && !change.members().contains(options.id())) {
      return handOver(change);
    }
    SetConfigurationRequest.Arguments arguments =
        SetConfigurationRequest.Arguments.newBuilder()
            .setServersInNewConf(change.members().stream().map(this::peer).toList())
            .build();
    SetConfigurationRequest request =
        new SetConfigurationRequest(
            client, RaftPeerId.valueOf(options.id()), group, calls.incrementAndGet(), arguments);
    return ask(() -> started().setConfigurationAsync(request)).thenApply(reply -> null);
  }

  /** A leader does not remove itself: its successor does, asked anew. */
  private CompletionStage<@Nullable Void> handOver(MembershipChange change) {
    String successor =
        members().stream()
            .filter(member -> member.reachable() && change.members().contains(member.id()))
            .map(RaftMember::id)
            .findFirst()
            .orElseThrow();
    return transferLeadership(successor)
        .thenCompose(
            done ->
                CompletableFuture.failedFuture(
                    new UnavailableException(
                        "manager "
                            + options.id()
                            + " has handed leadership to "
                            + successor
                            + "; ask that one to remove it")));
  }

  CompletionStage<@Nullable Void> transferLeadership(@Nullable String member) {
    TransferLeadershipRequest request =
        new TransferLeadershipRequest(
            client,
            RaftPeerId.valueOf(options.id()),
            group,
            calls.incrementAndGet(),
            member == null ? null : RaftPeerId.valueOf(member),
            PATIENCE_MILLIS);
    return ask(() -> started().transferLeadershipAsync(request)).thenApply(reply -> null);
  }

  /** Drops entries that a snapshot holds. */
  private void compact() {
    SnapshotManagementRequest request =
        SnapshotManagementRequest.newCreate(
            client,
            RaftPeerId.valueOf(options.id()),
            group,
            calls.incrementAndGet(),
            PATIENCE_MILLIS);
    ask(() -> started().snapshotManagementAsync(request))
        .whenComplete(
            (reply, failure) -> {
              if (failure != null) {
                LOG.info("the log was not compacted: {}", failure.getMessage());
              } else {
                stateMachine.compacted(division().firstIndex());
              }
            });
  }

  private RaftServer started() {
    division();
    RaftServer present = server;
    if (present == null) {
      throw new UnavailableException("manager " + options.id() + " is closed");
    }
    return present;
  }

  Optional<String> leader() {
    return division().leader();
  }

  List<RaftMember> members() {
    return division().members(options.timing());
  }

  boolean isLeader() {
    return division().isLeader();
  }

  /** A call to Ratis that answers with a reply or throws. */
  private interface Call {
    CompletableFuture<RaftClientReply> make() throws IOException;
  }

  private static CompletionStage<RaftClientReply> ask(Call call) {
    CompletableFuture<RaftClientReply> reply;
    try {
      reply = call.make();
    } catch (IOException | RuntimeException refused) {
      return CompletableFuture.failedFuture(failure(refused));
    }
    return reply.handle(
        (answer, broken) -> {
          Throwable failed = broken != null ? broken : answer.getException();
          if (failed != null) {
            throw new CompletionException(failure(failed));
          }
          return answer;
        });
  }

  private static SwarmException failure(Throwable failed) {
    Throwable root = rootOf(failed);
    return root instanceof SwarmException known
        ? known
        : new UnavailableException(RaftFailures.explain(root), root);
  }

  @Override
  public synchronized void close() {
    RaftServer open = server;
    server = null;
    if (open != null) {
      IdleWriter.awake(
          RaftGroupMemberId.valueOf(RaftPeerId.valueOf(options.id()), group),
          options.time().newThreads("swarm-raft-" + options.id() + "-closing"),
          () -> close(open));
    }
    endOfTransport.run();
    endOfTransport = () -> {};
  }

  private void close(RaftServer open) {
    try {
      open.close();
    } catch (IOException | RuntimeException failed) {
      LOG.warn("manager {} did not end in good order", options.id(), failed);
    }
  }
}
