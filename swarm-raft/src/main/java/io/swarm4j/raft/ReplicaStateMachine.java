package io.swarm4j.raft;

import io.swarm4j.model.UnavailableException;
import io.swarm4j.store.Log.Replica;
import io.swarm4j.store.LogEntry;
import io.swarm4j.store.seal.Seal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.proto.RaftProtos.RoleInfoProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.util.LifeCycle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands committed entries and leadership to the store's replica.
 *
 * <p>Every replica rejects by itself, from the entry alone, what was proposed under another
 * leadership than the one that appended it, and what does not follow on the newest revision.
 */
final class ReplicaStateMachine extends BaseStateMachine {
  /** What entries are sealed with, so that nothing else passes for one. */
  static final byte[] ENTRY = {'E'};

  private static final Message ACCEPTED = Message.EMPTY;
  private static final Message REFUSED = Message.valueOf("refused");
  private static final Logger LOG = LoggerFactory.getLogger(ReplicaStateMachine.class);

  private final Replica replica;
  private final Seal seal;
  private final Snapshots snapshots;
  private final Proposals proposals;
  private final KeyRotation rotation;
  private final Function<Throwable, UnavailableException> onLogFailed;
  private final Object calls = new Object();
  private long revision;
  private boolean leading;

  ReplicaStateMachine(
      Replica replica,
      Seal seal,
      Snapshots snapshots,
      Proposals proposals,
      KeyRotation rotation,
      Function<Throwable, UnavailableException> onLogFailed) {
    this.replica = replica;
    this.seal = seal;
    this.snapshots = snapshots;
    this.proposals = proposals;
    this.rotation = rotation;
    this.onLogFailed = onLogFailed;
  }

  /** Whether the reply to a write says that replicas did not accept it. */
  static boolean isRefusal(Message reply) {
    return REFUSED.getContent().equals(reply.getContent());
  }

  @Override
  public void initialize(RaftServer server, RaftGroupId group, RaftStorage storage)
      throws IOException {
    super.initialize(server, group, storage);
    snapshots.open(storage);
    load();
  }

  @Override
  public void pause() {
    getLifeCycle().transition(LifeCycle.State.PAUSING);
    getLifeCycle().transition(LifeCycle.State.PAUSED);
  }

  @Override
  public void reinitialize() throws IOException {
    snapshots.reopen();
    load();
    getLifeCycle().transition(LifeCycle.State.STARTING);
    getLifeCycle().transition(LifeCycle.State.RUNNING);
  }

  private void load() throws IOException {
    Snapshots.Loaded loaded = snapshots.load();
    if (loaded != null) {
      synchronized (calls) {
        revision = loaded.state().revision();
        rotation.restored(loaded.at().getIndex());
        replica.restore(loaded.state());
        replica.termBegan(loaded.at().getTerm());
      }
      setLastAppliedTermIndex(loaded.at());
    }
    if (getLifeCycleState() == LifeCycle.State.NEW) {
      getLifeCycle().transition(LifeCycle.State.STARTING);
      getLifeCycle().transition(LifeCycle.State.RUNNING);
    }
  }

  @Override
  public StateMachineStorage getStateMachineStorage() {
    return snapshots.storage();
  }

  /** Snapshots are written in the background; this tells which one is the newest on disk. */
  @Override
  public long takeSnapshot() {
    return snapshots.newestIndex();
  }

  @Override
  public TransactionContext startTransaction(RaftClientRequest request) {
    return TransactionContext.newBuilder()
        .setStateMachine(this)
        .setClientRequest(request)
        .setServerRole(RaftPeerRole.LEADER)
        .setLogData(request.getMessage().getContent())
        .setStateMachineContext(request.getMessage())
        .build();
  }

  @Override
  public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
    LogEntryProto entry = transaction.getLogEntry();
    TermIndex at = TermIndex.valueOf(entry.getTerm(), entry.getIndex());
    ByteBuffer data = entry.getStateMachineLogEntry().getLogData().asReadOnlyByteBuffer();
    if (KeyRotation.isOne(data)) {
      return CompletableFuture.completedFuture(rotate(data, at) ? ACCEPTED : REFUSED);
    }
    List<LogEntry> entries =
        transaction.getStateMachineContext() instanceof Proposal own
            ? own.entries()
            : Batch.split(seal.open(data, ENTRY));
    boolean accepted = true;
    synchronized (calls) {
      rotation.applied(data, at.getIndex());
      for (LogEntry next : entries) {
        accepted &= accept(next, at);
      }
      updateLastAppliedTermIndex(at);
      snapshots.applied(at, revision, data.remaining(), replica);
    }
    return CompletableFuture.completedFuture(accepted ? ACCEPTED : REFUSED);
  }

  private boolean rotate(ByteBuffer entry, TermIndex at) {
    synchronized (calls) {
      boolean accepted = rotation.apply(entry, at.getIndex());
      updateLastAppliedTermIndex(at);
      if (accepted) {
        LOG.info("data key rotated: index={} keys={}", at.getIndex(), seal.ring());
        snapshots.hurry();
      }
      snapshots.applied(at, revision, entry.remaining(), replica);
      return accepted;
    }
  }

  /** Entries before the given one are no longer in the log. */
  void compacted(long firstIndex) {
    synchronized (calls) {
      rotation.compacted(firstIndex);
    }
  }

  private boolean accept(LogEntry entry, TermIndex at) {
    if (entry.term() != at.getTerm() || entry.revision() != revision + 1) {
      LOG.info(
          "entry refused: index={} revision={} term={}, expected revision={} term={}",
          at.getIndex(),
          entry.revision(),
          entry.term(),
          revision + 1,
          at.getTerm());
      return false;
    }
    revision++;
    replica.committed(entry);
    return true;
  }

  @Override
  public void notifyConfigurationChanged(
      long term, long index, RaftConfigurationProto configuration) {
    if (index > getLastAppliedTermIndex().getIndex()) { // that of a snapshot is older
      updateLastAppliedTermIndex(term, index);
      synchronized (calls) {
        replica.termBegan(term); // a leader begins with the configuration
      }
    }
  }

  @Override
  public void notifyLeaderReady() {
    synchronized (calls) {
      RaftServer server = getServer().join();
      try {
        var info = server.getDivision(getGroupId()).getInfo();
        if (info.isLeader()) { // else the loss was told already
          leading = true;
          proposals.begin(info.getCurrentTerm());
          replica.leadershipGained(info.getCurrentTerm());
        }
      } catch (IOException closed) {
        LOG.debug("leadership came too late: {}", closed.toString());
      }
    }
  }

  @Override
  public void notifyNotLeader(Collection<TransactionContext> pending) {
    synchronized (calls) {
      if (leading) {
        leading = false;
        proposals.end("this manager no longer leads the swarm", null);
        replica.leadershipLost();
      }
    }
  }

  @Override
  public void notifyServerShutdown(RoleInfoProto role, boolean wholeServer) {
    if (!wholeServer) {
      LOG.error(
          "manager {} has left the group by itself: it was removed from it, or its disk failed",
          getId());
    }
  }

  @Override
  public void notifyLogFailed(Throwable cause, LogEntryProto entry) {
    notifyNotLeader(List.of());
    synchronized (calls) {
      replica.failed(onLogFailed.apply(cause));
    }
  }

  /** Completes at once: whoever asks wants to know that all before has been applied. */
  @Override
  public CompletableFuture<Message> query(Message request) {
    return CompletableFuture.completedFuture(Message.EMPTY);
  }
}
