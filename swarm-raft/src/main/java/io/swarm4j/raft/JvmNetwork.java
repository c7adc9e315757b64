package io.swarm4j.raft;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.ratis.server.RaftServer;
import org.jspecify.annotations.Nullable;

/** The managers of one JVM, by identity: the way they reach each other. Thread-safe. */
public class JvmNetwork {
  private final Map<String, RaftServer> servers = new ConcurrentHashMap<>();

  /** A network that nobody is in. */
  public JvmNetwork() {}

  void join(String id, RaftServer server) {
    servers.put(id, server);
  }

  void leave(String id, RaftServer server) {
    servers.remove(id, server);
  }

  /** The server of a member, as another one reaches it; null if it can not. */
  @Nullable RaftServer reach(String from, String to) {
    return servers.get(to);
  }
}
