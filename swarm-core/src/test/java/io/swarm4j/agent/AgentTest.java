package io.swarm4j.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.agent.protocol.Assignment;
import io.swarm4j.model.Reason;
import io.swarm4j.model.TaskState;
import io.swarm4j.model.TaskStatus;
import io.swarm4j.testing.Feature;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class AgentTest {
  private final FakeManager manager = new FakeManager().start();

  @Test
  @Feature({"F05", "F06", "F12"})
  void aTaskIsBroughtToRunningAndReported() {
    Assignment task = manager.newTask();

    manager.assign(true, task);

    TaskStatus status = manager.status(task);
    assertThat(status.state()).isEqualTo(TaskState.RUNNING);
    assertThat(status.message()).isEqualTo("started");
    assertThat(status.reason()).isNull();
    assertThat(status.container().pid()).isEqualTo(42);
    assertThat(manager.runtime.running()).containsExactly(task.task().id());
  }

  @Test
  @Feature("F19")
  void aTaskThatIsOnlyToBeReadyIsPreparedAndWaits() {
    Assignment task = manager.newTask();

    manager.assign(true, manager.desire(task, TaskState.READY));
    assertThat(manager.state(task)).isEqualTo(TaskState.READY);
    assertThat(manager.runtime.running()).isEmpty();

    manager.assign(false, task);
    assertThat(manager.state(task)).isEqualTo(TaskState.RUNNING);
  }

  @Test
  void aDesiredStateThatGoesBackIsIgnored() {
    Assignment task = manager.newTask();
    manager.runtime.stopTakes = Duration.ofSeconds(5);
    manager.assign(true, task);
    manager.assign(false, manager.desire(task, TaskState.SHUTDOWN));

    manager.assign(false, manager.desire(task, TaskState.RUNNING));
    manager.passSeconds(5);

    assertThat(manager.state(task)).isEqualTo(TaskState.SHUTDOWN);
  }

  @Test
  @Feature("F18")
  void theExitCodeDecidesBetweenCompleteAndFailed() {
    Assignment good = manager.newTask();
    Assignment bad = manager.newTask();
    manager.assign(true, good, bad);

    manager.runtime.exit(good.task().id(), 0);
    manager.runtime.exit(bad.task().id(), 3);
    manager.time.settle();

    assertThat(manager.state(good)).isEqualTo(TaskState.COMPLETE);
    assertThat(manager.status(bad).state()).isEqualTo(TaskState.FAILED);
    assertThat(manager.status(bad).err()).isEqualTo("task: non-zero exit (3)");
    assertThat(manager.status(bad).reason()).isEqualTo(new Reason.Exited(3));
    assertThat(manager.status(bad).container().exitCode()).isEqualTo(3);
  }

  @Test
  void whatFailsBeforeTheStartIsRejectedAndLaterFailed() {
    manager.runtime.prepareFails = new TaskFailure(new Reason.Image("nginx", "no such"), "no such");
    Assignment unprepared = manager.newTask();
    manager.assign(true, unprepared);
    manager.runtime.prepareFails = null;
    manager.runtime.startFails = new IllegalStateException("port in use");
    Assignment unstarted = manager.newTask();
    manager.assign(false, unstarted);

    assertThat(manager.status(unprepared).state()).isEqualTo(TaskState.REJECTED);
    assertThat(manager.status(unprepared).reason()).isEqualTo(new Reason.Image("nginx", "no such"));
    assertThat(manager.status(unstarted).state()).isEqualTo(TaskState.FAILED);
    assertThat(manager.status(unstarted).err()).isEqualTo("port in use");
  }

  @Test
  void aRuntimeThatThrowsAtOneTaskDoesNotHarmTheOthersOfTheMessage() {
    Assignment first = manager.newTask();
    manager.assign(true, first);
    manager.runtime.createFails = new IllegalStateException("a fault of the runtime");
    Assignment second = manager.newTask();

    manager.assign(false, second, manager.desire(first, TaskState.SHUTDOWN));

    assertThat(manager.state(second)).isEqualTo(TaskState.REJECTED);
    assertThat(manager.state(first)).isEqualTo(TaskState.SHUTDOWN);
  }

  @Test
  void aStopThatFailsStillEndsTheTask() {
    Assignment task = manager.newTask();
    manager.assign(true, task);
    manager.runtime.stopFails = new IllegalStateException("no longer there");

    manager.assign(false, manager.desire(task, TaskState.SHUTDOWN));

    assertThat(manager.state(task)).isEqualTo(TaskState.SHUTDOWN);
  }

  @Test
  void aTaskToldToEndBeforeItStartedNeverStarts() {
    Assignment fresh = manager.newTask();
    manager.assign(true, manager.desire(fresh, TaskState.SHUTDOWN));
    manager.runtime.prepareTakes = Duration.ofSeconds(5);
    Assignment preparing = manager.newTask();
    manager.assign(false, preparing);
    manager.assign(false, manager.desire(preparing, TaskState.SHUTDOWN));
    manager.passSeconds(10);

    assertThat(manager.state(fresh)).isEqualTo(TaskState.SHUTDOWN);
    assertThat(manager.state(preparing)).isEqualTo(TaskState.SHUTDOWN);
    assertThat(manager.runtime.created).isEqualTo(1);
    assertThat(manager.runtime.running()).isEmpty();
  }

  @Test
  void endedTasksStayForTheirLogsUntilTheyAreRemoved() {
    Assignment task = manager.newTask();
    manager.assign(true, task);
    manager.runtime.exit(task.task().id(), 0);
    manager.time.settle();
    manager.agent.disconnect();
    manager.passSeconds(1);
    manager.assign(true, manager.desire(task, TaskState.SHUTDOWN));
    assertThat(manager.runtime.present()).containsExactly(task.task().id());

    manager.remove(task.task().id());

    assertThat(manager.runtime.present()).isEmpty();
  }

  @Test
  @Feature({"F18", "F03"})
  void aTaskThatRanBeforeTheNodeRestartedHasFailed() {
    Assignment before = manager.newTask();
    Assignment waiting = manager.newTask();
    manager.assign(
        true,
        with(before, TaskState.RUNNING, TaskState.RUNNING),
        with(waiting, TaskState.READY, TaskState.RUNNING));

    assertThat(manager.status(before).state()).isEqualTo(TaskState.FAILED);
    assertThat(manager.status(before).reason()).isInstanceOf(Reason.NodeLost.class);
    assertThat(manager.state(waiting)).as("was never started").isEqualTo(TaskState.RUNNING);
    assertThat(manager.runtime.created).isEqualTo(1);
  }

  @Test
  void aContainerThatOutlivedTheAgentIsTakenOverWithItsStatus() {
    Assignment task = manager.newTask();
    manager.assign(true, task);
    Assignment known = manager.desire(task, TaskState.RUNNING);

    manager.restartAgent();
    assertThat(manager.reported).containsOnlyKeys(task.task().id());
    manager.assign(true, known);

    assertThat(manager.runtime.created).isEqualTo(1);
    assertThat(manager.status(task)).isEqualTo(known.task().status());
    manager.runtime.exit(task.task().id(), 1);
    manager.time.settle();
    assertThat(manager.state(task)).isEqualTo(TaskState.FAILED);
  }

  private static Assignment with(Assignment assignment, TaskState state, TaskState desired) {
    TaskStatus status = TaskStatus.of(state, java.time.Instant.EPOCH, "");
    return new Assignment(
        assignment.task().withStatus(status).withDesiredState(desired),
        assignment.service(),
        assignment.name(),
        assignment.files());
  }
}
