package io.swarm4j.raft;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.ratis.server.RaftServer;

/** A network in which members can be cut off. */
final class TestNetwork extends JvmNetwork {
  private final Set<String> cut = ConcurrentHashMap.newKeySet();

  void cut(String id) {
    cut.add(id);
  }

  void heal() {
    cut.clear();
  }

  boolean isCut(String id) {
    return cut.contains(id);
  }

  @Override
  RaftServer reach(String from, String to) {
    return cut.contains(from) || cut.contains(to) ? null : super.reach(from, to);
  }
}
