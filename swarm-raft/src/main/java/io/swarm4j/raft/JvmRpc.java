package io.swarm4j.raft;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadFactory;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotReplyProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.ReadIndexReplyProto;
import org.apache.ratis.proto.RaftProtos.ReadIndexRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteReplyProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionReplyProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.rpc.RpcType;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerRpc;
import org.apache.ratis.server.protocol.RaftServerAsynchronousProtocol;

/**
 * Calls the servers of the same JVM.
 *
 * <p>Ratis interrupts its threads when roles change, which must not hit another server in the midst
 * of its work: what they call runs on a thread of its own.
 */
final class JvmRpc implements RaftServerRpc, RaftServerAsynchronousProtocol {
  private final JvmNetwork network;
  private final RaftServer server;
  private final RpcType type;
  private final ThreadFactory threads;

  JvmRpc(JvmNetwork network, RaftServer server, RpcType type, ThreadFactory threads) {
    this.network = network;
    this.server = server;
    this.type = type;
    this.threads = threads;
  }

  Thread newThread(Runnable work) {
    return threads.newThread(work);
  }

  private interface Call<T> {
    T make() throws IOException;
  }

  private <T> T elsewhere(Call<T> call) throws IOException {
    CompletableFuture<T> result = new CompletableFuture<>();
    newThread(
            () -> {
              try {
                result.complete(call.make());
              } catch (IOException | RuntimeException failed) {
                result.completeExceptionally(failed);
              }
            })
        .start();
    try {
      return result.get();
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while another manager was asked");
    } catch (ExecutionException failed) {
      throw new IOException(failed.getCause());
    }
  }

  @Override
  public void start() {
    network.join(server.getId().toString(), server);
  }

  @Override
  public void close() {
    network.leave(server.getId().toString(), server);
  }

  private RaftServer peer(RaftRpcRequestProto request) throws IOException {
    String to = request.getReplyId().toStringUtf8();
    RaftServer peer = network.reach(server.getId().toString(), to);
    if (peer == null) {
      throw new IOException("manager " + to + " is out of reach");
    }
    return peer;
  }

  @Override
  public AppendEntriesReplyProto appendEntries(AppendEntriesRequestProto request)
      throws IOException {
    RaftServer peer = peer(request.getServerRequest());
    return elsewhere(() -> peer.appendEntries(request));
  }

  @Override
  public RequestVoteReplyProto requestVote(RequestVoteRequestProto request) throws IOException {
    RaftServer peer = peer(request.getServerRequest());
    return elsewhere(() -> peer.requestVote(request));
  }

  @Override
  public InstallSnapshotReplyProto installSnapshot(InstallSnapshotRequestProto request)
      throws IOException {
    return elsewhere(() -> installSnapshotHere(request));
  }

  /** The same on the caller's thread, which nobody interrupts. */
  InstallSnapshotReplyProto installSnapshotHere(InstallSnapshotRequestProto request)
      throws IOException {
    return peer(request.getServerRequest()).installSnapshot(request);
  }

  @Override
  public StartLeaderElectionReplyProto startLeaderElection(StartLeaderElectionRequestProto request)
      throws IOException {
    RaftServer peer = peer(request.getServerRequest());
    return elsewhere(() -> peer.startLeaderElection(request));
  }

  /** On the caller's thread, which nobody may interrupt. */
  @Override
  public CompletableFuture<AppendEntriesReplyProto> appendEntriesAsync(
      AppendEntriesRequestProto request) throws IOException {
    return peer(request.getServerRequest()).appendEntriesAsync(request);
  }

  @Override
  public CompletableFuture<ReadIndexReplyProto> readIndexAsync(ReadIndexRequestProto request)
      throws IOException {
    return peer(request.getServerRequest()).readIndexAsync(request);
  }

  @Override
  public RaftServerAsynchronousProtocol async() {
    return this;
  }

  @Override
  public void addRaftPeers(Collection<RaftPeer> peers) {
    // whoever is in the network can be reached
  }

  @Override
  public void handleException(RaftPeerId peer, Exception failure, boolean reconnect) {
    // there is no connection that could be made anew
  }

  /** Nobody listens; Ratis wants to show an address all the same. */
  @Override
  public InetSocketAddress getInetSocketAddress() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  @Override
  public RpcType getRpcType() {
    return type;
  }
}
