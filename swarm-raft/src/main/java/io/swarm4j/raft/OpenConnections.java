package io.swarm4j.raft;

import io.swarm4j.time.Loop;
import java.io.IOException;
import java.time.Duration;
import org.apache.ratis.proto.RaftProtos.RaftGroupIdProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.ReadIndexRequestProto;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a follower's connections to the other followers open.
 *
 * <p>Ratis opens them when it asks for votes: an election that has to shake hands first runs into
 * that of the next candidate, and neither is elected. What is asked here is a question that only a
 * leader answers, so that it costs a follower nothing.
 */
final class OpenConnections implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OpenConnections.class);
  private static final Duration PERIOD = Duration.ofSeconds(2);

  private final RaftServer server;
  private final RaftGroupId group;
  private final Division division;
  private final Loop loop;

  /**
   * Begins at once.
   *
   * @param loop ends with this
   */
  OpenConnections(RaftServer server, RaftGroupId group, Division division, Loop loop) {
    this.server = server;
    this.group = group;
    this.division = division;
    this.loop = loop;
    loop.execute(this::touch);
  }

  private void touch() {
    loop.schedule(PERIOD, this::touch);
    if (division.isLeader()) {
      return;
    }
    String leader = division.leader().orElse("");
    for (RaftPeer peer : division.ratis().getRaftConf().getCurrentPeers()) {
      RaftPeerId id = peer.getId();
      if (!id.equals(server.getId()) && !id.toString().equals(leader)) {
        touch(id);
      }
    }
  }

  private void touch(RaftPeerId peer) {
    try {
      server
          .getServerRpc()
          .async()
          .readIndexAsync(question(peer))
          .whenComplete((answer, failure) -> LOG.trace("{} answers {}", peer, answer, failure));
    } catch (IOException | RuntimeException unreachable) {
      LOG.trace("{} is not in reach", peer, unreachable);
    }
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

  @Override
  public void close() {
    loop.close();
  }
}
