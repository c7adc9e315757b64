package io.swarm4j.orchestrator;

import io.swarm4j.model.DisconnectPolicy;
import io.swarm4j.model.DisconnectPolicy.Survivor;
import io.swarm4j.model.Node;
import io.swarm4j.model.Node.Availability;
import io.swarm4j.model.Node.NodeState;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.Reason;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceMode;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskState;
import io.swarm4j.store.Change;
import io.swarm4j.store.Transaction;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Decides when tasks leave a node that is drained, down or gone: at once, later or never, as their
 * service's {@link DisconnectPolicy} says, and not too many at a time.
 */
final class LostNodes {
  /** How long a moved task that does not come to run counts against the limit of a storm. */
  private static final Duration LONGEST_MOVE = Duration.ofMinutes(1);

  private final Consumer<NodeId> recheck;
  private final Map<TaskId, Instant> moving = new LinkedHashMap<>();
  private final Set<NodeId> crowded = new LinkedHashSet<>();
  private final Set<Due> planned = new HashSet<>();
  private int limit;

  @SuppressWarnings("NullAway.Init") // set by begin, before anything else is called
  private Control control;

  private record Due(NodeId node, Instant at) {}

  /**
   * Knows of no node yet.
   *
   * @param recheck asks to look at all tasks of a node once more
   */
  LostNodes(Consumer<NodeId> recheck) {
    this.recheck = recheck;
  }

  void begin(Control newControl) {
    control = newControl;
  }

  void end() {
    moving.clear();
    crowded.clear();
    planned.clear();
  }

  /** Follows tasks on the move; whoever waited for them may move now. */
  void reconcile(List<Change> changes, Transaction tx) {
    limit = 0;
    if (moving.isEmpty()) {
      return;
    }
    for (Change change : changes) {
      if (change.latest() instanceof Task task && hasArrived(change, task)) {
        moving.remove(task.id());
      }
    }
    letOthersMove();
  }

  private static boolean hasArrived(Change change, Task task) {
    return change.after() == null
        || !task.state().isBefore(TaskState.RUNNING)
        || !task.isDesiredAlive()
        || task.status().reason() instanceof Reason.NoSuitableNode;
  }

  private void letOthersMove() {
    if (!crowded.isEmpty()) {
      List<NodeId> waiting = List.copyOf(crowded);
      crowded.clear();
      waiting.forEach(recheck);
    }
  }

  /** Whether a task is on a node that it may have to leave. */
  static boolean holds(Transaction tx, Task task) {
    if (task.nodeId() == null) {
      return false;
    }
    Node node = tx.node(task.nodeId());
    return node == null || node.mustBeEmpty();
  }

  /** Whether a task's node is known to be out of reach. */
  static boolean isCutOff(Task task) {
    return task.status().reason() instanceof Reason.NodeLost;
  }

  /**
   * Whether a task has to leave its node now. If it has to later, or may stay, this is noted at the
   * task and, as far as need be, looked at again in time.
   */
  boolean mustGo(Transaction tx, Service service, Task task, NodeId id) {
    Node node = tx.node(id);
    if (node == null
        || node.status().state() != NodeState.DOWN
        || node.spec().availability() == Availability.DRAIN) {
      return true;
    }
    DisconnectPolicy policy = service.spec().disconnect();
    if (policy instanceof DisconnectPolicy.Keep) {
      note(tx, task, node, "the task is kept for its return");
      return false;
    }
    if (policy instanceof DisconnectPolicy.ReplaceAfter later) {
      Instant due = node.status().since().plus(later.after());
      if (tx.now().isBefore(due)) {
        note(tx, task, node, "the task is replaced at " + due);
        lookAgain(new Due(id, due));
        return false;
      }
    }
    if (isCrowded(tx)) {
      crowded.add(id);
      note(tx, task, node, "the task waits for others that are on the move");
      return false;
    }
    return true;
  }

  private void lookAgain(Due due) {
    if (planned.add(due)) {
      control.after(
          Duration.between(control.now(), due.at()),
          tx -> {
            planned.remove(due);
            recheck.accept(due.node());
          });
    }
  }

  private static void note(Transaction tx, Task task, Node node, String what) {
    Reason why =
        new Reason.NodeLost(
            node.id(),
            "node " + node.hostname() + " is down since " + node.status().since() + ": " + what);
    if (!why.equals(task.status().reason())) {
      tx.put(task.withStatus(task.status().because(why, task.status().err())));
    }
  }

  private boolean isCrowded(Transaction tx) {
    double share = tx.cluster().spec().stormLimit();
    if (share == 0) {
      return false;
    }
    if (limit == 0) {
      limit = Math.max(1, (int) (share * wantedTasks(tx)));
    }
    return moving.size() >= limit;
  }

  private static long wantedTasks(Transaction tx) {
    long wanted = 0;
    long nodes = tx.nodes().size();
    for (Service service : tx.services()) {
      wanted += wantedTasks(service.spec().mode(), nodes);
    }
    return wanted;
  }

  /** How many tasks of a service run at a time. */
  private static long wantedTasks(ServiceMode mode, long nodes) {
    if (mode instanceof ServiceMode.Replicated replicated) {
      return replicated.replicas();
    }
    return mode instanceof ServiceMode.ReplicatedJob job ? job.maxConcurrent() : nodes;
  }

  /** Takes note of the task that was made in place of one on {@code node}. */
  void moves(Transaction tx, NodeId node, @Nullable Task successor) {
    Node from = tx.node(node);
    if (successor != null && from != null && from.status().state() == NodeState.DOWN) {
      TaskId id = successor.id();
      moving.put(id, control.now());
      control.after(
          LONGEST_MOVE,
          later -> {
            if (moving.remove(id) != null) {
              letOthersMove();
            }
          });
    }
  }

  /** Takes note of the task that was made to stand in for one on {@code node}. */
  void standsIn(Transaction tx, Task task, NodeId node, Task standIn) {
    moves(tx, node, standIn);
    Node from = tx.node(node);
    if (from != null) {
      note(tx, task, from, "task " + standIn.id() + " stands in until it returns");
    }
  }

  /** Whether the task on the lost node is to go on if the node returns, beside its replacement. */
  static boolean survives(Transaction tx, Service service, NodeId id) {
    Node node = tx.node(id);
    return node != null
        && node.status().state() == NodeState.DOWN
        && node.spec().availability() != Availability.DRAIN
        && prefersOriginal(service);
  }

  static boolean prefersOriginal(Service service) {
    return service.spec().disconnect() instanceof DisconnectPolicy.ReplaceAfter later
        && later.onReturn() == Survivor.ORIGINAL;
  }

  /** Why a task must leave its node. */
  static Reason reason(@Nullable Node node, NodeId id) {
    if (node == null) {
      return new Reason.NodeLost(id, "node was removed");
    }
    return node.spec().availability() == Node.Availability.DRAIN
        ? new Reason.Stopped("node " + node.hostname() + " is drained")
        : new Reason.NodeLost(
            id, "node " + node.hostname() + " is down: " + node.status().message());
  }
}
