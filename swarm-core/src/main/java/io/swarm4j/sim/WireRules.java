package io.swarm4j.sim;

import io.swarm4j.agent.TaskContext.TaskFile;
import io.swarm4j.agent.protocol.Assignment;
import io.swarm4j.agent.protocol.ToNode;
import io.swarm4j.model.PayloadReference;
import io.swarm4j.model.PayloadVersion;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskState;
import io.swarm4j.model.VersionedPayload;
import io.swarm4j.store.State;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/**
 * What must hold of an assignment right before a node acts on it: it is meant for that node, with
 * no secret or config that the task's spec does not refer to, and a task that it ends gets no new
 * connection any more.
 *
 * @param breach hears which rule does not hold, and why
 */
record WireRules(SimulatedCluster cluster, BiConsumer<String, String> breach) {
  private static final String NOT_FOR_IT = "no assignment reaches a node that must not see it";
  private static final String NOT_WITHDRAWN = "a stopped task gets no new connection";

  void arriving(SimulatedMachine machine, ToNode.Assignments message) {
    State state = cluster.view();
    for (Assignment assignment : message.updates()) {
      mustBeFor(machine, assignment.task());
      assignment.files().forEach(file -> mustBeWanted(state, machine, assignment, file));
      Task task = assignment.task();
      if (!task.isDesiredAlive() && machine.runtime.isRunning(task.id())) {
        mustBeWithdrawn(machine, task.id(), "is stopped");
      }
    }
    message.removals().stream()
        .filter(machine.runtime::isRunning)
        .forEach(task -> mustBeWithdrawn(machine, task, "is removed"));
  }

  private void mustBeFor(SimulatedMachine machine, Task task) {
    if (!machine.id.equals(task.nodeId()) || task.state().isBefore(TaskState.ASSIGNED)) {
      breach.accept(
          NOT_FOR_IT,
          machine.name + " was told of task " + task.id() + " of node " + task.nodeId());
    }
  }

  /**
   * The committed state decides what a task may read, and not what the message says of its spec; a
   * message that was long on its way may bring a version that is no longer the latest.
   */
  private void mustBeWanted(
      State state, SimulatedMachine machine, Assignment assignment, TaskFile file) {
    Task known = state.task(assignment.task().id());
    PayloadVersion version = file.source();
    List<PayloadReference> wanted =
        known == null
            ? assignment.service().task().container().payloads()
            : state.specOf(known).task().container().payloads();
    if (version == null
        || !assignment.task().isDesiredAlive()
        || !isMeant(state, wanted, version, file)
        || !isAsStored(state, version, file)) {
      breach.accept(
          NOT_FOR_IT,
          machine.name
              + " got "
              + version
              + " as "
              + file.target().name()
              + " with task "
              + assignment.task().id()
              + ", which has no use for it");
    }
  }

  private static boolean isMeant(
      State state, List<PayloadReference> wanted, PayloadVersion version, TaskFile file) {
    return wanted.stream()
        .filter(reference -> reference.file().equals(file.target()))
        .anyMatch(reference -> PayloadsAreVersioned.mayMean(state, reference, version));
  }

  /** Whether the content is that of the version, if that is still kept. */
  private static boolean isAsStored(State state, PayloadVersion version, TaskFile file) {
    Stream<? extends VersionedPayload> all =
        version.secret() ? state.secrets().stream() : state.configs().stream();
    return all.filter(each -> each.which().equals(version))
        .allMatch(each -> each.data().equals(file.content()));
  }

  private void mustBeWithdrawn(SimulatedMachine machine, TaskId task, String what) {
    List<String> serving = cluster.balancers().serving(task);
    if (!serving.isEmpty()) {
      breach.accept(
          NOT_WITHDRAWN,
          "task "
              + task
              + " "
              + what
              + " on "
              + machine.name
              + " while the balancers of "
              + serving
              + " still send it connections");
    }
  }
}
