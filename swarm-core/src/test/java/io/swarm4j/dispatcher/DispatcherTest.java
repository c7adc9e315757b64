package io.swarm4j.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.agent.TaskContext.TaskFile;
import io.swarm4j.agent.protocol.Assignment;
import io.swarm4j.agent.protocol.ToManager;
import io.swarm4j.agent.protocol.ToNode;
import io.swarm4j.model.ChangePolicy;
import io.swarm4j.model.FileTarget;
import io.swarm4j.model.Meta;
import io.swarm4j.model.Payload;
import io.swarm4j.model.Secret;
import io.swarm4j.model.SecretId;
import io.swarm4j.model.SecretReference;
import io.swarm4j.model.SecretSpec;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskState;
import io.swarm4j.testing.Feature;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class DispatcherTest {
  private final TestDispatcher swarm = new TestDispatcher();

  @Test
  void aNodeIsToldOfItsOwnTasksOnlyAndOfWhatConcernsIt() {
    FakeNode node = swarm.join();
    FakeNode other = swarm.join();
    Task task = swarm.assign(node.id);
    assertThat(node.lastAssignments().updates())
        .extracting(assignment -> assignment.task().id())
        .containsExactly(task.id());
    assertThat(node.asked(task.id()).name()).isEqualTo("web.1");
    assertThat(other.assignments()).hasSize(1);

    node.report(task, TaskState.RUNNING);
    assertThat(node.assignments()).as("its own report is no news").hasSize(2);
    swarm.desire(task, TaskState.SHUTDOWN);
    assertThat(node.desired(task)).isEqualTo(TaskState.SHUTDOWN);
    swarm.write(
        tx -> {
          tx.delete(task.id());
          return null;
        });

    assertThat(node.lastAssignments().removals()).containsExactly(task.id());
    assertThat(node.assignments())
        .extracting(ToNode.Assignments::sequence)
        .containsExactly(0L, 1L, 2L, 3L);
    assertThat(other.assignments()).hasSize(1);
  }

  @Test
  void tasksWithoutANodeDecisionAreNotSent() {
    FakeNode node = swarm.join();
    Task pending = swarm.write(tx -> tx.put(swarm.newTask(node.id, TaskState.PENDING)));

    assertThat(node.asked(pending.id())).isNull();
    assertThat(swarm.connect(node.id).register().lastAssignments().updates()).isEmpty();
  }

  @Test
  void changesOfOneTurnGoOutInOneMessage() {
    FakeNode node = swarm.join();

    swarm.write(
        tx -> {
          for (int i = 0; i < 50; i++) {
            tx.put(swarm.newTask(node.id, TaskState.ASSIGNED));
          }
          return null;
        });

    assertThat(node.assignments()).hasSize(2);
    assertThat(node.lastAssignments().updates()).hasSize(50);
  }

  @Test
  void onlyCommittedChangesAreSentAndOnlyCommittedReportsAcknowledged() {
    FakeNode node = swarm.join();
    Task first = swarm.assign(node.id);
    swarm.log.hold();

    swarm.control.submit(tx -> tx.put(swarm.newTask(node.id, TaskState.ASSIGNED)));
    node.report(first, TaskState.RUNNING);
    assertThat(node.assignments()).hasSize(2);
    assertThat(node.all(ToNode.ReportHeard.class)).isEmpty();

    swarm.log.release();
    swarm.time.settle();
    assertThat(node.assignments()).hasSize(3);
    assertThat(node.all(ToNode.ReportHeard.class)).hasSize(1);
  }

  @Test
  void aNodeSpeaksForItsOwnTasksOnlyAndOnlyForward() {
    FakeNode node = swarm.join();
    FakeNode other = swarm.join();
    Task task = swarm.assign(node.id);

    other.report(task, TaskState.FAILED);
    assertThat(swarm.state(task)).isEqualTo(TaskState.ASSIGNED);
    node.report(task, TaskState.RUNNING);
    node.report(task, TaskState.PREPARING);
    assertThat(swarm.state(task)).isEqualTo(TaskState.RUNNING);
    node.report(task, TaskState.FAILED);
    node.report(task, TaskState.SHUTDOWN);
    assertThat(swarm.state(task)).isEqualTo(TaskState.FAILED);
    node.report(swarm.newTask(node.id, TaskState.RUNNING), TaskState.RUNNING);
    assertThat(node.refusals()).isEmpty();
  }

  @Test
  void aRepeatedReportWritesNothing() {
    FakeNode node = swarm.join();
    Task task = swarm.assign(node.id);
    node.report(task, TaskState.RUNNING);
    long revision = swarm.store.view().revision();

    ToManager.TaskReport same =
        new ToManager.TaskReport(task.id(), swarm.store.view().task(task.id()).status());
    node.say(new ToManager.Report(node.session(), 99, List.of(same)));
    swarm.time.settle();

    assertThat(swarm.store.view().revision()).isEqualTo(revision);
    assertThat(node.all(ToNode.ReportHeard.class))
        .extracting(ToNode.ReportHeard::sequence)
        .endsWith(99L);
  }

  @Test
  void theStopWaitsUntilTheEndpointIsWithdrawn() {
    HeldGate gate = new HeldGate();
    TestDispatcher gated = new TestDispatcher(gate, loop -> loop);
    FakeNode node = gated.join();
    Task task = gated.assign(node.id);
    node.report(task, TaskState.RUNNING);

    gated.desire(task, TaskState.SHUTDOWN);
    gated.pass(Duration.ofSeconds(10));
    assertThat(node.desired(task)).isEqualTo(TaskState.RUNNING);
    assertThat(gate.asked).extracting(Task::id).containsExactly(task.id());
    assertThat(gate.revision).isEqualTo(gated.store.view().task(task.id()).meta().version());

    gate.open();
    gated.time.settle();
    assertThat(node.desired(task)).isEqualTo(TaskState.SHUTDOWN);
  }

  @Test
  void aStopThatWaitsIsNotLetThroughByARemovalOrAReconnect() {
    HeldGate gate = new HeldGate();
    TestDispatcher gated = new TestDispatcher(gate, loop -> loop);
    FakeNode node = gated.join();
    Task task = gated.assign(node.id);
    node.report(task, TaskState.RUNNING);
    gated.desire(task, TaskState.SHUTDOWN);

    gated.desire(task, TaskState.REMOVE);
    assertThat(node.desired(task)).isEqualTo(TaskState.RUNNING);
    FakeNode again = gated.connect(node.id).register();
    assertThat(again.desired(task)).isEqualTo(TaskState.RUNNING);

    gate.open();
    gated.time.settle();
    assertThat(again.desired(task)).isEqualTo(TaskState.REMOVE);
    assertThat(node.desired(task)).isEqualTo(TaskState.RUNNING);
  }

  @Test
  void aNewLeaderAsksTheGateBeforeItStopsWhatTheOldOneHeldBack() {
    HeldGate gate = new HeldGate();
    TestDispatcher gated = new TestDispatcher(gate, loop -> loop);
    FakeNode node = gated.join();
    Task task = gated.assign(node.id);
    node.report(task, TaskState.RUNNING);
    gated.desire(task, TaskState.SHUTDOWN);
    gated.log.loseLeadership();
    gated.log.gainLeadership();
    gated.time.settle();

    FakeNode again = gated.connect(node.id).register();

    assertThat(again.desired(task)).isEqualTo(TaskState.RUNNING);
    gate.open();
    gated.time.settle();
    assertThat(again.desired(task)).isEqualTo(TaskState.SHUTDOWN);
  }

  @Test
  void tasksThatHaveEndedNeedNoGate() {
    HeldGate gate = new HeldGate();
    TestDispatcher gated = new TestDispatcher(gate, loop -> loop);
    FakeNode node = gated.join();
    Task task = gated.assign(node.id);
    node.report(task, TaskState.FAILED);

    gated.desire(task, TaskState.SHUTDOWN);

    assertThat(gate.asked).isEmpty();
  }

  @Test
  @Feature({"O20", "O09"})
  void aNodeGetsTheSecretsOfItsTasksByNameVersionOrId() {
    Secret first = secret("pass", "one", 1);
    Secret second = secret("pass", "two", 2);
    Secret other = secret("other", "three", 1);
    secret("unused", "never sent", 1);
    swarm.service(
        withSecrets(
            "pass", "pass@1", "pass@2", other.id().toString(), "pass@3", "absent@1", "absent"));
    FakeNode node = swarm.join();

    Task task = swarm.assign(node.id);

    assertThat(node.asked(task.id()).files())
        .extracting(TaskFile::content)
        .containsExactly(
            second.spec().data(), first.spec().data(), second.spec().data(), other.spec().data());
    swarm.desire(task, TaskState.SHUTDOWN);
    Assignment stop = node.asked(task.id());
    assertThat(stop.files()).isEmpty();
  }

  private Secret secret(String name, String text, int version) {
    SecretId id = swarm.ids.secret();
    return swarm.write(tx -> tx.put(new Secret(id, Meta.NEW, SecretSpec.of(name, text), version)));
  }

  private static ServiceSpec withSecrets(String... references) {
    List<SecretReference> secrets = new ArrayList<>();
    for (String reference : references) {
      secrets.add(
          new SecretReference(
              reference, FileTarget.of("file" + secrets.size()), ChangePolicy.NONE));
    }
    ServiceSpec spec = ServiceSpec.of("web", "nginx");
    return spec.withTask(spec.task().withContainer(spec.task().container().withSecrets(secrets)));
  }

  @Test
  void payloadsDoNotShowInMessages() {
    assertThat(new TaskFile(TaskFile.Kind.SECRET, FileTarget.of("f"), Payload.of("hidden")))
        .asString()
        .doesNotContain("hidden");
  }

  /** A gate that opens when the test says so. */
  private static final class HeldGate implements EndpointGate {
    private final List<Task> asked = new ArrayList<>();
    private final CompletableFuture<Void> withdrawn = new CompletableFuture<>();
    private long revision;

    @Override
    public CompletableFuture<Void> withdrawn(Task task, long newRevision) {
      asked.add(task);
      revision = newRevision;
      return withdrawn;
    }

    void open() {
      withdrawn.complete(null);
    }
  }
}
