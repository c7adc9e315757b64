package io.swarm4j.raft;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.ratis.proto.RaftProtos.RaftGroupIdProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.ReadIndexRequestProto;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;

/** A Ratis server's connections to the other members of a group. */
record RatisWires(RaftServer server, RaftGroupId group, Division division)
    implements OpenConnections.Wires {

  @Override
  public List<String> voters() {
    if (division.isLeader()) {
      return List.of();
    }
    String leader = division.leader().orElse("");
    return division.ratis().getRaftConf().getCurrentPeers().stream()
        .map(RaftPeer::getId)
        .filter(id -> !id.equals(server.getId()))
        .map(RaftPeerId::toString)
        .filter(id -> !id.equals(leader))
        .toList();
  }

  /** Asks a question that only a leader answers, so that it costs a follower nothing. */
  @Override
  public CompletionStage<?> touch(String member) {
    try {
      return server.getServerRpc().async().readIndexAsync(question(RaftPeerId.valueOf(member)));
    } catch (IOException | RuntimeException unreachable) {
      return CompletableFuture.failedFuture(unreachable);
    }
  }

  @Override
  public void drop(String member, Throwable why) {
    server.getServerRpc().handleException(RaftPeerId.valueOf(member), new IOException(why), true);
  }

  private ReadIndexRequestProto question(RaftPeerId peer) {
    return ReadIndexRequestProto.newBuilder()
        .setServerRequest(
            RaftRpcRequestProto.newBuilder()
                .setRequestorId(server.getId().toByteString())
                .setReplyId(peer.toByteString())
                .setRaftGroupId(RaftGroupIdProto.newBuilder().setId(group.toByteString())))
        .build();
  }
}
