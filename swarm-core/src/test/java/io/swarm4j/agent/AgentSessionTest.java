package io.swarm4j.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.agent.protocol.Assignment;
import io.swarm4j.agent.protocol.ToManager;
import io.swarm4j.agent.protocol.ToNode;
import io.swarm4j.model.Resources;
import io.swarm4j.model.TaskState;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class AgentSessionTest {
  private final FakeManager manager = new FakeManager().start();

  @Test
  void tasksRunOnOverALostSessionAndAreReportedAgainWithoutDuplicates() {
    Assignment task = manager.newTask();
    manager.assign(true, task);
    manager.reported.clear();
    manager.reachable = false;
    manager.agent.disconnect();
    manager.passSeconds(60);
    assertThat(manager.runtime.running()).containsExactly(task.task().id());

    manager.reachable = true;
    manager.passSeconds(10);

    assertThat(manager.state(task)).isEqualTo(TaskState.RUNNING);
    manager.assign(true, manager.desire(task, TaskState.RUNNING));
    assertThat(manager.runtime.created).isEqualTo(1);
  }

  @Test
  void whyANodeCannotTakeOverWhatItHadIsToldUntilItCan() {
    FakeManager manager = new FakeManager();
    CompletableFuture<Void> recovery = new CompletableFuture<>();
    manager.runtime.recovery = recovery;
    manager.start();
    manager.passSeconds(20);
    assertThat(manager.heard).isEmpty();

    manager.runtime.outage = Optional.of("wedged");
    manager.passSeconds(30);
    assertThat(manager.heard)
        .isNotEmpty()
        .allMatch(new ToManager.Unfit(manager.node, "wedged")::equals);

    manager.runtime.outage = Optional.empty();
    recovery.complete(null);
    manager.passSeconds(10);
    assertThat(manager.registrations()).isEqualTo(1);
  }

  @Test
  void whatEndedWhileNoManagerWasInReachIsReportedLater() {
    Assignment task = manager.newTask();
    manager.assign(true, task);
    manager.reachable = false;
    manager.agent.disconnect();
    manager.runtime.exit(task.task().id(), 1);
    manager.passSeconds(60);
    assertThat(manager.state(task)).isEqualTo(TaskState.RUNNING);

    manager.reachable = true;
    manager.passSeconds(10);
    assertThat(manager.state(task)).isEqualTo(TaskState.FAILED);
  }

  @Test
  void tasksMissingFromTheCompleteSetAreRemoved() {
    Assignment kept = manager.newTask();
    Assignment gone = manager.newTask();
    manager.assign(true, kept, gone);
    manager.agent.disconnect();
    manager.passSeconds(1);

    manager.assign(true, manager.desire(kept, TaskState.RUNNING));

    assertThat(manager.runtime.present()).containsExactly(kept.task().id());
  }

  @Test
  void aMissedMessageMakesTheNodeRegisterAnew() {
    manager.assign(true);
    Assignment task = manager.newTask();

    manager.skipOne();
    manager.assign(false, task);
    assertThat(manager.runtime.created).isZero();
    manager.passSeconds(1);

    assertThat(manager.registrations()).isEqualTo(2);
  }

  @Test
  void aLastMessageThatWasMissedIsNoticedWithTheNextHeartbeat() {
    manager.assign(true);

    manager.skipOne();
    manager.passSeconds(6);

    assertThat(manager.registrations()).isEqualTo(2);
  }

  @Test
  void aReportThatIsNotHeardIsRepeated() {
    manager.losesReports = true;
    Assignment task = manager.newTask();
    manager.assign(true, task);
    manager.passSeconds(20);
    assertThat(manager.reported).isEmpty();

    manager.losesReports = false;
    manager.passSeconds(6);

    assertThat(manager.state(task)).isEqualTo(TaskState.RUNNING);
    assertThat(manager.registrations()).isEqualTo(1);
  }

  @Test
  void messagesOfAnEarlierSessionAreIgnored() {
    manager.tell(new ToNode.Assignments(99, 0, true, List.of(manager.newTask()), List.of()));

    assertThat(manager.runtime.created).isZero();
    assertThat(manager.registrations()).isEqualTo(1);
  }

  @Test
  void aManagerOfAnEarlierTermIsNotListenedTo() {
    manager.term = 7;
    manager.agent.disconnect();
    manager.passSeconds(1);
    Assignment task = manager.newTask();
    manager.assign(true, task);

    manager.term = 6;
    manager.agent.disconnect();
    manager.passSeconds(10);
    assertThat(manager.registrations()).isGreaterThan(3);
    manager.assign(true);
    assertThat(manager.runtime.running()).containsExactly(task.task().id());

    manager.term = 8;
    manager.passSeconds(20);
    manager.assign(true);
    assertThat(manager.runtime.running()).isEmpty();
  }

  @Test
  void aManagerThatNoLongerAnswersIsGivenUp() {
    manager.answers = false;
    manager.passSeconds(40);

    assertThat(manager.heard).filteredOn(ToManager.Heartbeat.class::isInstance).hasSize(3);
    assertThat(manager.registrations()).isGreaterThan(1);
  }

  @Test
  void attemptsToReachAManagerAreSpacedOutUpToEightSeconds() {
    manager.reachable = false;
    manager.agent.disconnect();
    manager.attempts.clear();
    manager.time.advance(Duration.ofMinutes(10));

    assertThat(manager.attempts.size()).isBetween(100, 250); // about 4 s apart on average
    for (int i = 1; i < manager.attempts.size(); i++) {
      assertThat(Duration.between(manager.attempts.get(i - 1), manager.attempts.get(i)))
          .isLessThanOrEqualTo(Duration.ofSeconds(8));
    }
  }

  @Test
  void aRuntimeThatCanNotDescribeItselfForAWhileDoesNotLockTheNodeOut() {
    FakeManager fresh = new FakeManager();
    fresh.reachable = true;
    fresh.runtime.describeFails = new IllegalStateException("engine is down");
    fresh.start();
    fresh.passSeconds(60);
    assertThat(fresh.registrations()).isZero();

    fresh.runtime.describeFails = null;
    fresh.passSeconds(20);
    assertThat(fresh.registrations()).isEqualTo(1);
  }

  @Test
  void aChangeOfTheNodesDescriptionIsToldWithTheNextHeartbeat() {
    manager.runtime.description =
        manager.runtime.description.withResources(Resources.of(8, 16L << 30));

    manager.losesReports = true;
    manager.passSeconds(12);
    assertThat(manager.described).isNull();

    manager.losesReports = false;
    manager.passSeconds(6); // what was not heard is said again with the beats

    assertThat(manager.described).isEqualTo(manager.runtime.description);
    assertThat(manager.registrations()).isEqualTo(1);
    int said = manager.heard.size();
    manager.passSeconds(60);
    assertThat(manager.heard.subList(said, manager.heard.size()))
        .noneMatch(ToManager.Report.class::isInstance);
  }

  @Test
  void aClosedAgentSaysGoodbyeAndStaysSilent() {
    manager.agent.close();
    manager.time.settle();
    int said = manager.heard.size();
    manager.passSeconds(60);

    assertThat(manager.heard.get(said - 1)).isInstanceOf(ToManager.Goodbye.class);
    assertThat(manager.heard).hasSize(said);
    assertThat(manager.attempts).hasSize(1);
  }
}
