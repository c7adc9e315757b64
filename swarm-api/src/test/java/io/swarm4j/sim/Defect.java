package io.swarm4j.sim;

import io.swarm4j.dispatcher.EndpointGate;
import io.swarm4j.internal.SimulatedEngine;
import io.swarm4j.model.Node;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.Reason;
import io.swarm4j.model.Resources;
import io.swarm4j.model.Secret;
import io.swarm4j.model.SecretReference;
import io.swarm4j.model.Service;
import io.swarm4j.model.StoreObject;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskState;
import io.swarm4j.model.TaskStatus;
import io.swarm4j.model.UpdateStatus;
import io.swarm4j.network.allocator.Allocator;
import io.swarm4j.orchestrator.Dirt;
import io.swarm4j.orchestrator.Reconciler;
import io.swarm4j.orchestrator.ServiceOrchestrator;
import io.swarm4j.orchestrator.TaskReaper;
import io.swarm4j.orchestrator.Updater;
import io.swarm4j.scheduler.Scheduler;
import io.swarm4j.store.Change;
import io.swarm4j.store.Log;
import io.swarm4j.store.LogEntry;
import io.swarm4j.store.Transaction;
import io.swarm4j.store.VersionedNames;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** Mistakes that an engine could make, built into one on purpose; the simulator must find each. */
enum Defect {
  /** Addresses of tasks that have ended are never given to others. */
  FORGETS_TO_FREE_ADDRESSES {
    @Override
    Reconciler sabotage(Reconciler component) {
      return component instanceof Allocator
          ? Sabotaged.of(component).withoutSeeing(Defect::isEnd)
          : component;
    }
  },

  /** A task starts although the one before it in its slot has not ended. */
  RESTARTS_INTO_A_USED_SLOT {
    @Override
    List<Reconciler> more() {
      return List.of(
          new Meddler(
              (task, tx) ->
                  task.desiredState() == TaskState.READY
                      ? task.withDesiredState(TaskState.RUNNING)
                      : task));
    }
  },

  /** A fenced task starts before the one on a lost node must have ended. */
  OVERTAKES_A_FENCE {
    @Override
    Scenario scenario() {
      return Scenarios.workloads();
    }

    @Override
    List<Reconciler> more() {
      return List.of(new Meddler(Defect::overtaking));
    }
  },

  /** Entries of a leader that was replaced are taken like any other. */
  SKIPS_THE_FENCING_CHECK {
    @Override
    Log log(Log log) {
      return new UnfencedLog(log);
    }
  },

  /** Tasks are stopped while balancers still send them connections. */
  STOPS_BEFORE_WITHDRAWAL {
    @Override
    EndpointGate gate(EndpointGate gate) {
      return EndpointGate.OPEN;
    }
  },

  /** Ended tasks are kept for ever. */
  FORGETS_TO_REAP {
    @Override
    Reconciler sabotage(Reconciler component) {
      return component instanceof TaskReaper
          ? Sabotaged.of(component).withoutSeeing(change -> true)
          : component;
    }
  },

  /** One manager misses an entry now and then. */
  LOSES_AN_ENTRY {
    @Override
    Log log(Log log) {
      return new LossyLog(log);
    }
  },

  /** Nodes get more than they have room for. */
  IGNORES_CAPACITY {
    @Override
    Scenario scenario() {
      return Scenarios.rescheduleStorm();
    }

    @Override
    Reconciler sabotage(Reconciler component) {
      return component instanceof Scheduler
          ? Sabotaged.of(component).seeing(Defect::roomier)
          : component;
    }
  },

  /** A task that can not be placed does not say why. */
  LEAVES_TASKS_SILENT {
    @Override
    Reconciler sabotage(Reconciler component) {
      return component instanceof Scheduler
          ? Sabotaged.of(component).writing(Defect::silent)
          : component;
    }
  },

  /** A task that was assigned is moved to another node. */
  MOVES_TASKS {
    @Override
    List<Reconciler> more() {
      return List.of(
          new Meddler(
              (task, tx) ->
                  task.state() == TaskState.RUNNING
                          && task.nodeId() != null
                          && task.id().hashCode() % 8 == 0
                      ? task.withNodeId(another(tx, task.nodeId()))
                      : task));
    }
  },

  /** Tasks that have failed are not replaced. */
  FORGETS_FAILED_TASKS {
    @Override
    Reconciler sabotage(Reconciler component) {
      return component instanceof ServiceOrchestrator
          ? Sabotaged.of(component).withoutSeeing(Defect::isEnd)
          : component;
    }
  },

  /** Two tasks get the same address. */
  GIVES_AN_ADDRESS_TWICE {
    @Override
    List<Reconciler> more() {
      return List.of(
          new Meddler(
              (task, tx) ->
                  task.state() == TaskState.ASSIGNED && task.id().hashCode() % 4 == 0
                      ? task.withAttachments(anothers(tx, task))
                      : task));
    }
  },

  /** Ended tasks come alive again. */
  REVIVES_A_TASK {
    @Override
    Log log(Log log) {
      return new RevivingLog(log);
    }
  },

  /** An update ends all old tasks at once, whatever its policy says. */
  UPDATES_ALL_AT_ONCE {
    @Override
    Scenario scenario() {
      return Scenarios.updateUnderNodeLoss();
    }

    @Override
    List<Reconciler> more() {
      return List.of(new Meddler(Defect::updatedAtOnce));
    }
  },

  /** What a job has completed is done once more. */
  REPEATS_COMPLETED_WORK {
    @Override
    Scenario scenario() {
      return Scenarios.workloads();
    }

    @Override
    Reconciler sabotage(Reconciler component) {
      return component instanceof ServiceOrchestrator
          ? Sabotaged.of(component).seeing(Defect::failed)
          : component;
    }
  },

  /** A secret is removed while services refer to it. */
  REMOVES_A_SECRET_IN_USE {
    @Override
    Scenario scenario() {
      return Scenarios.workloads();
    }

    @Override
    List<Reconciler> more() {
      return List.of(new Meddler(Defect::withoutItsSecrets));
    }
  };

  /** The stories in which it shows. */
  Scenario scenario() {
    return Scenarios.anything();
  }

  Reconciler sabotage(Reconciler component) {
    return component;
  }

  List<Reconciler> more() {
    return List.of();
  }

  Log log(Log log) {
    return log;
  }

  EndpointGate gate(EndpointGate gate) {
    return gate;
  }

  /** The whole engine with this defect. */
  SimulatedParts engine() {
    SimulatedEngine sound = new SimulatedEngine();
    return new SimulatedParts() {
      @Override
      public List<? extends Reconciler> components() {
        List<Reconciler> all = new ArrayList<>();
        sound.components().forEach(component -> all.add(sabotage(component)));
        all.addAll(more());
        return all;
      }

      @Override
      public Log log(String machine, Log log) {
        return Defect.this.log(log);
      }

      @Override
      public EndpointGate gate(String machine, EndpointGate gate) {
        return Defect.this.gate(gate);
      }

      @Override
      public void bootstrap(Transaction tx, io.swarm4j.time.Ids ids) {
        sound.bootstrap(tx, ids);
      }

      @Override
      public List<Invariant> invariants() {
        return sound.invariants();
      }

      @Override
      public List<String> inconsistencies(
          List<? extends Reconciler> components, io.swarm4j.store.State atRest) {
        return sound.inconsistencies(components.stream().map(Sabotaged::original).toList(), atRest);
      }
    };
  }

  private static boolean isEnd(Change change) {
    return change.latest() instanceof Task task
        && (change.after() == null || task.state().isTerminal());
  }

  private static StoreObject roomier(StoreObject object) {
    return object instanceof Node node
        ? node.withDescription(node.description().withResources(Resources.of(1_000, 1L << 50)))
        : object;
  }

  private static StoreObject silent(StoreObject object) {
    return object instanceof Task task && task.status().reason() instanceof Reason.NoSuitableNode
        ? task.withStatus(task.status().because(Reason.InProgress.of(task.state()), ""))
        : object;
  }

  private static Task updatedAtOnce(Task task, Transaction tx) {
    Service service = tx.service(task.serviceId());
    boolean updated =
        service != null
            && service.updateStatus() != null
            && service.updateStatus().state() == UpdateStatus.State.UPDATING
            && task.specVersion() == service.specVersion();
    if (updated) {
      for (Task other : tx.tasksOf(service.id())) {
        if (other.isDesiredAlive() && Dirt.isDirty(tx, service, other)) {
          tx.put(
              other
                  .withDesiredState(TaskState.SHUTDOWN)
                  .withStatus(other.status().because(Updater.REPLACED, "")));
        }
      }
    }
    return task;
  }

  private static Task overtaking(Task task, Transaction tx) {
    boolean waits = task.desiredState() == TaskState.READY && tx.specOf(task).isFenced();
    return waits && tx.tasksIn(task.serviceId(), task.slot()).stream().anyMatch(isLost(tx))
        ? task.withDesiredState(TaskState.RUNNING)
        : task;
  }

  private static Predicate<Task> isLost(Transaction tx) {
    return task -> {
      Node node = task.nodeId() == null ? null : tx.node(task.nodeId());
      return !task.state().isTerminal()
          && node != null
          && node.status().state() == Node.NodeState.DOWN;
    };
  }

  private static StoreObject failed(StoreObject object) {
    return object instanceof Task task && task.state() == TaskState.COMPLETE
        ? task.withStatus(TaskStatus.of(TaskState.FAILED, task.status().at(), "failed"))
        : object;
  }

  private static Task withoutItsSecrets(Task task, Transaction tx) {
    for (SecretReference reference : tx.specOf(task).task().container().secrets()) {
      Secret secret = VersionedNames.secret(tx, reference.target());
      if (secret != null && task.state() == TaskState.RUNNING) {
        tx.delete(secret.id());
      }
    }
    return task;
  }

  private static NodeId another(Transaction tx, NodeId node) {
    return tx.nodes().stream()
        .map(Node::id)
        .filter(other -> !other.equals(node))
        .findFirst()
        .orElse(node);
  }

  private static List<io.swarm4j.model.Attachment> anothers(Transaction tx, Task task) {
    return tx.tasksOf(task.serviceId()).stream()
        .filter(other -> !other.state().isTerminal() && !other.attachments().isEmpty())
        .findFirst()
        .map(Task::attachments)
        .orElse(task.attachments());
  }

  /** Takes every entry for one of the newest term. */
  private static final class UnfencedLog extends DisturbedLog {
    private long newest;

    UnfencedLog(Log log) {
      super(log);
    }

    @Override
    protected void term(Replica replica, long term) {
      // nobody is told
    }

    @Override
    protected void entry(Replica replica, LogEntry entry) {
      newest = Math.max(newest, entry.term());
      replica.committed(
          new LogEntry(newest, entry.revision(), entry.at(), entry.puts(), entry.deletes()));
    }
  }

  /** Drops an entry of every fifty. */
  private static final class LossyLog extends DisturbedLog {
    private int count;

    LossyLog(Log log) {
      super(log);
    }

    @Override
    protected void entry(Replica replica, LogEntry entry) {
      if (++count % 50 != 0) {
        replica.committed(entry);
      }
    }
  }

  /** Brings a task that has ended back on its next change. */
  private static final class RevivingLog extends DisturbedLog {
    RevivingLog(Log log) {
      super(log);
    }

    @Override
    protected void entry(Replica replica, LogEntry entry) {
      UnaryOperator<StoreObject> revive =
          object ->
              object instanceof Task task
                      && task.state() == TaskState.FAILED
                      && task.id().hashCode() % 4 == 0
                  ? task.withStatus(TaskStatus.of(TaskState.RUNNING, task.status().at(), "started"))
                  : object;
      replica.committed(
          new LogEntry(
              entry.term(),
              entry.revision(),
              entry.at(),
              entry.puts().stream().map(revive).toList(),
              entry.deletes()));
    }
  }
}
