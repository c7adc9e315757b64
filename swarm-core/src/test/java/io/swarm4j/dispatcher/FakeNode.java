package io.swarm4j.dispatcher;

import io.swarm4j.agent.protocol.Assignment;
import io.swarm4j.agent.protocol.ToManager;
import io.swarm4j.agent.protocol.ToManager.TaskReport;
import io.swarm4j.agent.protocol.ToNode;
import io.swarm4j.model.NodeDescription;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskState;
import io.swarm4j.model.TaskStatus;
import io.swarm4j.time.VirtualTime;
import java.util.ArrayList;
import java.util.List;

/** A node that says what the test tells it to, and remembers what it hears. */
final class FakeNode {
  final NodeId id;
  final List<ToNode> heard = new ArrayList<>();
  private final VirtualTime time;
  private final Dispatcher.Peer peer;
  private long reports;

  FakeNode(VirtualTime time, Dispatcher dispatcher, NodeId id) {
    this.time = time;
    this.id = id;
    this.peer = dispatcher.accept(heard::add);
  }

  FakeNode register() {
    return register("10.0.0.1");
  }

  FakeNode register(String address) {
    say(new ToManager.Register(id, NodeDescription.UNKNOWN.withHostname("n"), address));
    time.settle();
    return this;
  }

  void beat() {
    say(new ToManager.Heartbeat(session()));
    time.settle();
  }

  void report(Task task, TaskState state) {
    TaskStatus status = TaskStatus.of(state, time.now(), state.text());
    say(new ToManager.Report(session(), ++reports, List.of(new TaskReport(task.id(), status))));
    time.settle();
  }

  void close() {
    peer.closed();
    time.settle();
  }

  /** Says something without waiting for what follows. */
  void say(ToManager message) {
    peer.hear(message);
  }

  /** Breaks the connection without waiting for what follows. */
  void hangUp() {
    peer.closed();
  }

  long session() {
    return all(ToNode.Registered.class).get(0).session();
  }

  boolean isRegistered() {
    return !all(ToNode.Registered.class).isEmpty();
  }

  /** Why the manager refused; empty if it did not. */
  List<String> refusals() {
    return all(ToNode.Refused.class).stream().map(ToNode.Refused::why).toList();
  }

  List<ToNode.Assignments> assignments() {
    return all(ToNode.Assignments.class);
  }

  ToNode.Assignments lastAssignments() {
    return assignments().get(assignments().size() - 1);
  }

  /** What was last asked of a task; null if nothing was. */
  Assignment asked(TaskId task) {
    Assignment last = null;
    for (ToNode.Assignments message : assignments()) {
      for (Assignment assignment : message.updates()) {
        if (assignment.task().id().equals(task)) {
          last = assignment;
        }
      }
    }
    return last;
  }

  TaskState desired(Task task) {
    return asked(task.id()).task().desiredState();
  }

  <T extends ToNode> List<T> all(Class<T> type) {
    return heard.stream().filter(type::isInstance).map(type::cast).toList();
  }
}
