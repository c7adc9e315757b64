package io.swarm4j.sim;

import io.swarm4j.agent.protocol.ToNode;
import io.swarm4j.dispatcher.Manager;
import io.swarm4j.model.Network;
import io.swarm4j.model.Node;
import io.swarm4j.model.Service;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskState;
import io.swarm4j.store.Change;
import io.swarm4j.store.Commit;
import io.swarm4j.store.State;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Watches a simulated swarm: writes its trace, compares its replicas, looks at what reaches its
 * nodes, and puts every commit to its invariants.
 */
final class Supervision {
  /** Commits that are remembered, for replicas that come to them later. */
  private static final int REMEMBERED = 4_096;

  private final SimulatedCluster cluster;
  private final boolean enabled;
  private final List<Invariant> invariants = new ArrayList<>();
  private final @Nullable Commit[] remembered = new Commit[REMEMBERED]; // by revision, as a ring
  private final Set<TaskId> started = new HashSet<>();

  /** What agents that were killed had in hand, until they are told to watch over it again. */
  private final Set<TaskId> unguarded = new HashSet<>();

  private final WireRules wire;
  private @Nullable InvariantViolation violation;
  private long newest;

  Supervision(SimulatedCluster cluster, SimulationOptions options) {
    this.cluster = cluster;
    this.enabled = options.supervised();
    this.wire = new WireRules(cluster, this::breach);
    invariants.addAll(Invariants.ofCore());
    invariants.addAll(options.parts().invariants());
  }

  /** Watches a manager in one of its lives. */
  void follow(String machine, Manager manager) {
    manager
        .store()
        .onLeadership(
            new io.swarm4j.store.Store.Leadership() {
              @Override
              public void gained() {
                cluster.leads(machine);
              }

              @Override
              public void lost() {
                cluster.note(machine + " leads no more");
              }
            });
    manager.store().onCommit(commit -> committed(machine, commit));
  }

  private void committed(String machine, Commit commit) {
    if (commit.revision() > newest) {
      if (newest > 0 && commit.revision() != newest + 1) {
        breach(
            "committed changes are never lost",
            machine + " committed revision " + commit.revision() + " after " + newest);
      }
      newest = commit.revision();
      remembered[(int) (newest % REMEMBERED)] = commit;
      commit.changes().forEach(change -> cluster.note(line(commit, change)));
      if (enabled) {
        for (Invariant invariant : invariants) {
          invariant.check(commit, text -> breach(invariant.name(), text));
        }
      }
    } else if (enabled) {
      compare(machine, commit);
    }
  }

  /** A revision is the same on every replica. */
  private void compare(String machine, Commit commit) {
    Commit first = remembered[(int) (commit.revision() % REMEMBERED)];
    if (first != null
        && first.revision() == commit.revision()
        && !same(first.changes(), commit.changes())) {
      breach(
          "committed changes are never lost",
          machine + " has other changes at revision " + commit.revision() + " than those before");
    }
  }

  private static boolean same(List<Change> some, List<Change> others) {
    return some.size() == others.size()
        && new HashSet<>(some.stream().map(Change::after).toList())
            .equals(new HashSet<>(others.stream().map(Change::after).toList()));
  }

  private static String line(Commit commit, Change change) {
    StringBuilder line = new StringBuilder(96);
    line.append('r').append(commit.revision()).append(' ');
    State state = change.after() == null ? commit.before() : commit.after();
    if (change.latest() instanceof Task task) {
      line.append("task ").append(state.nameOf(task)).append(' ').append(task.id()).append(' ');
      line.append(task.state()).append('/').append(task.desiredState());
      Node node = task.nodeId() == null ? null : state.node(task.nodeId());
      if (node != null) {
        line.append(" on ").append(node.hostname());
      }
      if (task.status().reason() != null) {
        line.append(": ").append(task.status().reason());
      }
    } else if (change.latest() instanceof Node node) {
      line.append("node ").append(node.hostname()).append(' ').append(node.status().state());
      line.append(' ').append(node.spec().availability()).append(' ').append(node.spec().labels());
    } else if (change.latest() instanceof Service service) {
      line.append("service ").append(service.name()).append(" version ");
      line.append(service.specVersion());
      if (service.updateStatus() != null) {
        line.append(' ').append(service.updateStatus().state());
      }
    } else if (change.latest() instanceof Network network) {
      line.append("network ").append(network.name()).append(' ').append(network.pools());
    } else {
      line.append(change.id());
    }
    return line.append(change.after() == null ? " deleted" : "").toString();
  }

  /** Looks at assignments right before a node acts on them. */
  void arriving(SimulatedMachine machine, ToNode.Assignments message) {
    message.updates().stream()
        .map(assignment -> cluster.view().task(assignment.task().id()))
        .filter(task -> task != null && task.isDesiredAlive())
        .forEach(task -> unguarded.remove(task.id()));
    if (enabled) {
      wire.arriving(machine, message);
    }
  }

  /** A runtime starts a task. */
  void starting(String machine, TaskId task) {
    cluster.note("task " + task + " starts on " + machine);
    if (enabled && !started.add(task)) {
      breach("a task is used once", "task " + task + " started again, on " + machine);
    }
    Task known = enabled ? cluster.view().task(task) : null;
    if (known != null && cluster.view().specOf(known).isFenced()) {
      mustBeAlone(known);
    }
  }

  /**
   * What really runs counts, and not what the managers know of it. A fence needs the agent of the
   * task, so that what an agent leaves behind when it is killed is nobody's.
   */
  private void mustBeAlone(Task fenced) {
    if (unguarded.contains(fenced.id())) {
      return;
    }
    for (Task other : cluster.view().tasksIn(fenced.serviceId(), fenced.slot())) {
      for (String machine : cluster.machines()) {
        if (!other.id().equals(fenced.id())
            && !unguarded.contains(other.id())
            && cluster.runtime(machine).isRunning(other.id())) {
          breach(
              "a fenced slot has one task that runs at most",
              "task " + fenced.id() + " starts while " + other.id() + " runs on " + machine);
        }
      }
    }
  }

  /**
   * A machine loses power. What it had started without anybody's knowledge it may start again,
   * since nothing of it is left.
   */
  void losesPower(SimulatedMachine machine) {
    State state = cluster.view();
    for (TaskId id : machine.runtime.tasks()) {
      Task task = state.task(id);
      if (task == null || task.state().isBefore(TaskState.STARTING)) {
        started.remove(id);
      }
    }
  }

  /** The engine's process on a machine dies, and its tasks run on. */
  void losesAgent(SimulatedMachine machine) {
    unguarded.addAll(machine.runtime.tasks());
  }

  private void breach(String invariant, String text) {
    if (violation == null) {
      violation = violation(invariant, text);
    }
  }

  /** What is told of a breach that is found now. */
  InvariantViolation violation(String invariant, String text) {
    return new InvariantViolation(
        invariant,
        text,
        cluster.options().seed(),
        cluster.time().elapsed(),
        cluster.trace().newest());
  }

  /** Ends the run if something was found. */
  void afterStep() {
    InvariantViolation found = violation;
    if (found != null) {
      violation = null;
      throw found;
    }
  }

  void checkAll() {
    State state = cluster.view();
    for (Invariant invariant : invariants) {
      invariant.check(state, text -> breach(invariant.name(), text));
    }
    afterStep();
  }

  /** Reports that something did not come true in time. */
  void missed(String invariant, String text) {
    breach(invariant, text);
    afterStep();
  }
}
