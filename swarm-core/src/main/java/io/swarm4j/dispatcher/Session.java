package io.swarm4j.dispatcher;

import io.swarm4j.agent.protocol.Assignment;
import io.swarm4j.agent.protocol.ToNode;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.TaskId;
import io.swarm4j.time.Timer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** A node's session with the leader, and what waits to be sent in it. */
final class Session {
  final long id;
  final NodeId node;
  private final Consumer<ToNode> out;
  private final Map<TaskId, Assignment> updates = new LinkedHashMap<>();
  private final List<TaskId> removals = new ArrayList<>();

  /** Who listens to which stream; any thread. */
  final Map<Long, StreamSwitch.Listener> streams = new ConcurrentHashMap<>();

  private long sequence;
  Instant lastHeard;
  Timer expiry = Timer.NONE;

  Session(long id, NodeId node, Consumer<ToNode> out, Instant now) {
    this.id = id;
    this.node = node;
    this.out = out;
    this.lastHeard = now;
  }

  void send(ToNode message) {
    out.accept(message);
  }

  /** How many messages with assignments have been sent. */
  long assignmentsSent() {
    return sequence;
  }

  void update(Assignment assignment) {
    updates.put(assignment.task().id(), assignment);
  }

  void remove(TaskId task) {
    updates.remove(task);
    removals.add(task);
  }

  /** Sends what has gathered. */
  void flush() {
    if (!updates.isEmpty() || !removals.isEmpty()) {
      send(
          new ToNode.Assignments(
              id, sequence++, false, List.copyOf(updates.values()), List.copyOf(removals)));
      updates.clear();
      removals.clear();
    }
  }

  /** Sends the whole set, in place of all that has gathered. */
  void sendAll(List<Assignment> all) {
    updates.clear();
    removals.clear();
    send(new ToNode.Assignments(id, sequence++, true, all, List.of()));
  }
}
