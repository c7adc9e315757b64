package io.swarm4j.raft;

import java.util.concurrent.ThreadFactory;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.rpc.RpcFactory;
import org.apache.ratis.rpc.RpcType;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerRpc;
import org.apache.ratis.server.ServerFactory;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.server.leader.LogAppender;

/** Makes {@link JvmRpc}; Ratis loads it by its name. */
final class JvmRpcType implements RpcType {
  /** Name of the parameter that holds the {@link JvmNetwork}. */
  static final String NETWORK = "swarm4j.network";

  /** Name of the parameter that holds what makes its threads. */
  static final String THREADS = "swarm4j.threads";

  JvmRpcType() {}

  @Override
  public String name() {
    return JvmRpcType.class.getName();
  }

  @Override
  public RpcFactory newFactory(Parameters parameters) {
    JvmNetwork network = parameters.get(NETWORK, JvmNetwork.class);
    ThreadFactory threads = parameters.get(THREADS, ThreadFactory.class);
    return new ServerFactory() {
      @Override
      public RaftServerRpc newRaftServerRpc(RaftServer server) {
        return new JvmRpc(network, server, JvmRpcType.this, threads);
      }

      @Override
      public LogAppender newLogAppender(
          RaftServer.Division division, LeaderState leader, FollowerInfo follower) {
        if (division.getRaftServer().getServerRpc() instanceof JvmRpc rpc) {
          return new JvmAppender(division, leader, follower, rpc);
        }
        throw new IllegalStateException("not a server of this factory: " + division);
      }

      @Override
      public RpcType getRpcType() {
        return JvmRpcType.this;
      }
    };
  }
}
