package io.swarm4j.raft;

import java.io.IOException;
import java.util.Comparator;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotReplyProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotResult;
import org.apache.ratis.rpc.CallId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.server.leader.LogAppenderBase;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.apache.ratis.util.LifeCycle;
import org.apache.ratis.util.Timestamp;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends entries to a follower of the same JVM: one request at a time, which holds all that waits.
 *
 * <p>The follower's code runs on this appender's thread. So that thread must never be interrupted,
 * as Ratis does with its own: an interrupt would break the follower's log. The reply is dealt with
 * on whichever thread has it, without another one in between.
 */
final class JvmAppender extends LogAppenderBase {
  private static final Logger LOG = LoggerFactory.getLogger(JvmAppender.class);

  /** How long a follower may not know of a commit while there is nothing else to send. */
  private static final long COMMIT_DELAY_MILLIS = 5;

  /** Pause before a snapshot that did not arrive is sent again. */
  private static final long RETRY_MILLIS = 50;

  private final JvmRpc rpc;
  private final CompletableFuture<LifeCycle.State> ended = new CompletableFuture<>();
  private final Semaphore news = new Semaphore(0);
  private final AtomicReference<@Nullable Request> outstanding = new AtomicReference<>();
  private volatile boolean stopped;
  private volatile boolean reachable = true;

  JvmAppender(RaftServer.Division server, LeaderState leader, FollowerInfo follower, JvmRpc rpc) {
    super(server, leader, follower);
    this.rpc = rpc;
  }

  @Override
  public long getCallId() {
    return CallId.get();
  }

  @Override
  public Comparator<Long> getCallIdComparator() {
    return CallId.getComparator();
  }

  @Override
  public void start() {
    rpc.newThread(this::runUntilStopped).start();
  }

  @Override
  public boolean isRunning() {
    return !stopped
        && getServer().getInfo().isAlive()
        && getServer().getInfo().isLeader()
        && getRaftLog().isOpened();
  }

  @Override
  public CompletableFuture<LifeCycle.State> stopAsync() {
    stopped = true;
    notifyLogAppender();
    return ended;
  }

  @Override
  public void notifyLogAppender() {
    if (news.availablePermits() == 0) {
      news.release();
    }
  }

  private void runUntilStopped() {
    try {
      run();
    } catch (InterruptedException | IOException | RuntimeException fault) {
      LOG.warn("{} failed; it starts again", this, fault);
      if (isRunning()) {
        getLeaderState().restart(this);
      }
    } finally {
      ended.complete(LifeCycle.State.CLOSED);
    }
  }

  @Override
  public void run() throws InterruptedException, IOException {
    while (isRunning()) {
      long pause = step();
      if (pause > 0 && news.tryAcquire(pause, TimeUnit.MILLISECONDS)) {
        news.drainPermits();
      }
      getLeaderState().checkHealth(getFollower());
    }
  }

  /** Sends what is due; returns how long nothing will be due unless there is news. */
  private long step() throws IOException {
    long untilHeartbeat = getHeartbeatWaitTimeMs();
    Request open = outstanding.get();
    if (open != null && !isGivenUp(open)) {
      return Math.max(1, untilHeartbeat);
    }
    if (hasAppendEntries() && (reachable || untilHeartbeat <= 0)) {
      SnapshotInfo snapshot = shouldInstallSnapshot();
      if (snapshot != null) {
        return install(snapshot) ? 0 : RETRY_MILLIS;
      }
      send();
    } else if (untilHeartbeat <= 0 || isCommitUnknownFor(COMMIT_DELAY_MILLIS)) {
      send();
    } else if (isCommitUnknownFor(0)) {
      return Math.min(untilHeartbeat, COMMIT_DELAY_MILLIS);
    }
    return Math.max(1, untilHeartbeat);
  }

  /** A request of a follower that was closed may never be answered. */
  private boolean isGivenUp(Request request) {
    return request.sent.elapsedTimeMs() > 4L * getServer().properties().maxRpcTimeoutMs()
        && outstanding.compareAndSet(request, null);
  }

  private boolean isCommitUnknownFor(long millis) {
    return reachable
        && getFollower().getMatchIndex() > getFollower().getCommitIndex()
        && getRaftLog().getLastCommittedIndex() > getFollower().getCommitIndex()
        && getFollower().getLastRpcSendTime().elapsedTimeMs() >= millis;
  }

  private void send() throws IOException {
    resetHeartbeatTrigger();
    AppendEntriesRequestProto proto = newAppendEntriesRequest(CallId.getAndIncrement(), false);
    if (proto == null) {
      proto = newAppendEntriesRequest(CallId.getAndIncrement(), true);
    }
    Request request = new Request(proto, Timestamp.currentTime());
    outstanding.set(request);
    getFollower().updateLastRpcSendTime(request.isHeartbeat());
    CompletableFuture<AppendEntriesReplyProto> sent;
    try {
      sent = rpc.appendEntriesAsync(proto);
    } catch (IOException | RuntimeException refused) {
      sent = CompletableFuture.failedFuture(refused);
    }
    var unused = sent.whenComplete((reply, failure) -> ended(request, reply, failure));
  }

  private void ended(
      Request request, @Nullable AppendEntriesReplyProto reply, @Nullable Throwable failure) {
    if (outstanding.get() != request) {
      return; // given up meanwhile
    }
    if (reply == null && reachable) {
      LOG.info("{}: out of reach: {}", this, String.valueOf(failure));
    }
    reachable = reply != null;
    try {
      if (reply != null) {
        replied(request, reply);
      }
    } catch (RuntimeException fault) {
      LOG.warn("{}: reply {} was not understood", this, reply.getResult(), fault);
    } finally {
      outstanding.set(null);
    }
    if (reachable && (hasAppendEntries() || isCommitUnknownFor(0))) {
      notifyLogAppender();
    }
  }

  private void replied(Request request, AppendEntriesReplyProto reply) {
    getFollower().updateLastRpcResponseTime();
    getFollower().updateLastRespondedAppendEntriesSendTime(request.sent);
    getLeaderState().onFollowerCommitIndex(getFollower(), reply.getFollowerCommit());
    switch (reply.getResult()) {
      case SUCCESS -> matched(request, reply);
      case NOT_LEADER -> onFollowerTerm(reply.getTerm());
      case INCONSISTENCY ->
          getFollower()
              .setNextIndex(
                  getNextIndexForInconsistency(request.firstIndex(), reply.getNextIndex()));
      default -> LOG.warn("{}: the follower replied {}", this, reply.getResult());
    }
    getLeaderState().onAppendEntriesReply(this, reply);
  }

  private void matched(Request request, AppendEntriesReplyProto reply) {
    long old = getFollower().getNextIndex();
    long next =
        request.isHeartbeat() ? Math.max(old, request.previousIndex() + 1) : reply.getNextIndex();
    if (next > old) {
      getFollower().updateMatchIndex(next - 1);
      getFollower().increaseNextIndex(next);
      getLeaderState().onFollowerSuccessAppendEntries(getFollower());
    }
  }

  private boolean install(SnapshotInfo snapshot) {
    LOG.info("{}: sends snapshot {}", this, snapshot.getTermIndex());
    try {
      for (InstallSnapshotRequestProto chunk :
          newInstallSnapshotRequests(
              UUID.nameUUIDFromBytes(chunkName(snapshot)).toString(), snapshot)) {
        getFollower().updateLastRpcSendTime(false);
        InstallSnapshotReplyProto reply = rpc.installSnapshotHere(chunk);
        getFollower().updateLastRpcResponseTime();
        if (reply.getResult() == InstallSnapshotResult.NOT_LEADER) {
          onFollowerTerm(reply.getTerm());
          return false;
        }
        if (!reply.getServerReply().getSuccess()) {
          break;
        }
      }
      getFollower().setSnapshotIndex(snapshot.getIndex());
      getFollower().setAttemptedToInstallSnapshot();
      reachable = true;
      return true;
    } catch (IOException | RuntimeException failed) {
      if (reachable) {
        LOG.warn("{}: the snapshot did not arrive: {}", this, failed.toString());
      }
      reachable = false;
      return false;
    }
  }

  private byte[] chunkName(SnapshotInfo snapshot) {
    return (this + " " + snapshot.getTermIndex() + " " + CallId.getAndIncrement())
        .getBytes(java.nio.charset.StandardCharsets.UTF_8);
  }

  private static final class Request {
    private final AppendEntriesRequestProto proto;
    private final Timestamp sent;

    Request(AppendEntriesRequestProto proto, Timestamp sent) {
      this.proto = proto;
      this.sent = sent;
    }

    boolean isHeartbeat() {
      return proto.getEntriesCount() == 0;
    }

    long firstIndex() {
      return isHeartbeat() ? -1 : proto.getEntries(0).getIndex();
    }

    long previousIndex() {
      return proto.hasPreviousLog() ? proto.getPreviousLog().getIndex() : -1;
    }
  }
}
