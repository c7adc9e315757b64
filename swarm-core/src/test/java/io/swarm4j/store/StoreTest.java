package io.swarm4j.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.swarm4j.model.Meta;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.Secret;
import io.swarm4j.model.SecretSpec;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.SlotKey;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskBuilder;
import io.swarm4j.model.TaskState;
import io.swarm4j.model.TaskStatus;
import io.swarm4j.testing.Feature;
import io.swarm4j.time.Chance;
import io.swarm4j.time.Ids;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StoreTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private final Ids ids = new Ids(Chance.seeded(1));

  private static StoreTransaction on(View view) {
    return new StoreTransaction(view, NOW, 100);
  }

  @Test
  void aTransactionSeesItsOwnWritesAndTheViewBelowDoesNot() {
    StoreTransaction tx = on(View.EMPTY);
    Service web = tx.put(Service.create(ids.service(), ServiceSpec.of("Web", "nginx")));
    Task task = tx.put(task(web, 1));

    assertThat(tx.serviceNamed("wEB")).isEqualTo(web);
    assertThat(tx.tasksOf(web.id())).containsExactly(task);
    assertThat(tx.tasksIn(web.id(), task.slot())).containsExactly(task);
    assertThat(tx.slotsOf(web.id())).containsExactly(task.slot());
    assertThat(tx.tasks()).containsExactly(task);
    assertThat(tx.taskCount()).isEqualTo(1);
    assertThat(View.EMPTY.tasks()).isEmpty();
    View after = tx.result();
    tx.delete(task.id());
    assertThat(tx.tasksOf(web.id())).isEmpty();
    assertThat(after.tasksOf(web.id())).containsExactly(task);
  }

  @Test
  @Feature({"E20", "F11"})
  void everyWriteIsStampedWithTheRevisionAndTheLeadersTime() {
    StoreTransaction first = on(View.EMPTY);
    Service web = first.put(Service.create(ids.service(), ServiceSpec.of("web", "nginx")));
    assertThat(web.meta()).isEqualTo(new Meta(1, NOW, NOW));

    Instant later = NOW.plusSeconds(5);
    StoreTransaction second = new StoreTransaction(first.result(), later, 100);
    Service changed = second.put(web.withRemoved(later));

    assertThat(changed.meta()).isEqualTo(new Meta(2, NOW, later));
    assertThat(second.result().revision()).isEqualTo(2);
  }

  @Test
  void aRollbackUndoesWhatWasWrittenSinceTheSavepointAndNoMore() {
    StoreTransaction tx = on(View.EMPTY);
    Service kept = tx.put(Service.create(ids.service(), ServiceSpec.of("kept", "nginx")));
    Task task = tx.put(task(kept, 1));
    StoreTransaction.Savepoint savepoint = tx.savepoint();

    tx.put(task.withDesiredState(TaskState.SHUTDOWN));
    tx.put(task(kept, 2));
    tx.put(Service.create(ids.service(), ServiceSpec.of("dropped", "nginx")));
    tx.put(secret("dropped", 1));
    tx.rollback(savepoint);

    assertThat(tx.services()).containsExactly(kept);
    assertThat(tx.serviceNamed("dropped")).isNull();
    assertThat(tx.secretNamed("dropped")).isNull();
    assertThat(tx.tasksOf(kept.id())).containsExactly(task);
    assertThat(tx.size()).isEqualTo(2);
    assertThat(tx.netChanges()).hasSize(2);
    Task more = tx.put(task(kept, 3));
    assertThat(tx.result().tasksOf(kept.id())).containsExactlyInAnyOrder(task, more);
  }

  @Test
  void theJournalTellsEveryStepAndTheNetChangesTellTheResult() {
    Service web = Service.create(ids.service(), ServiceSpec.of("web", "nginx"));
    StoreTransaction first = on(View.EMPTY);
    first.put(web);
    Task old = first.put(task(web, 1));
    StoreTransaction tx = on(first.result());

    Task gone = tx.put(task(web, 2));
    tx.put(old.withDesiredState(TaskState.SHUTDOWN));
    tx.delete(gone.id());
    Task removed = tx.put(tx.task(old.id()).withDesiredState(TaskState.REMOVE));
    tx.delete(ids.task());

    assertThat(tx.journal()).hasSize(4);
    assertThat(tx.netChanges()).containsExactly(new Change(old, removed));
    LogEntry entry = tx.toEntry(3, tx.netChanges());
    assertThat(entry).isEqualTo(new LogEntry(3, 2, NOW, List.of(removed), List.of()));
  }

  @Test
  void aTaskNeverGoesBack() {
    StoreTransaction tx = on(View.EMPTY);
    Service web = tx.put(Service.create(ids.service(), ServiceSpec.of("web", "nginx")));
    Task running =
        tx.put(
            task(web, 1)
                .withStatus(TaskStatus.of(TaskState.RUNNING, NOW, "started"))
                .withDesiredState(TaskState.SHUTDOWN));

    assertThatThrownBy(
            () -> tx.put(running.withStatus(TaskStatus.of(TaskState.READY, NOW, "prepared"))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("would go back from RUNNING/SHUTDOWN to READY/SHUTDOWN");
    assertThatThrownBy(() -> tx.put(running.withDesiredState(TaskState.RUNNING)))
        .isInstanceOf(IllegalStateException.class);
    assertThat(tx.task(running.id())).isEqualTo(running);
  }

  @Test
  @Feature({"E07", "E08"})
  void aRemovedServiceFreesItsNameButStaysUntilItIsDeleted() {
    StoreTransaction tx = on(View.EMPTY);
    Service old = tx.put(Service.create(ids.service(), ServiceSpec.of("web", "nginx")));
    tx.put(old.withRemoved(NOW));
    assertThat(tx.serviceNamed("web")).isNull();
    assertThat(tx.service(old.id())).isNotNull();

    Service next = tx.put(Service.create(ids.service(), ServiceSpec.of("WEB", "nginx")));
    tx.put(tx.service(old.id()).withPreviousVersion(0));
    assertThat(tx.serviceNamed("web")).isEqualTo(next);
    tx.delete(old.id());
    assertThat(tx.serviceNamed("web")).isEqualTo(next);
    tx.delete(next.id());
    assertThat(tx.serviceNamed("web")).isNull();
  }

  @Test
  @Feature("O14")
  void aNameStandsForTheLatestVersionOfASecret() {
    StoreTransaction tx = on(View.EMPTY);
    Secret second = tx.put(secret("pass", 2));
    Secret first = tx.put(secret("pass", 1));
    Secret third = tx.put(secret("pass", 3));
    assertThat(tx.secretNamed("PASS")).isEqualTo(third);

    tx.delete(third.id());
    assertThat(tx.secretNamed("pass")).isEqualTo(second);
    assertThat(VersionedNames.secret(tx, "pass@1")).isEqualTo(first);
    tx.delete(second.id());
    tx.delete(first.id());
    assertThat(tx.secretNamed("pass")).isNull();
  }

  @Test
  @Feature("E19")
  void theHistoryOfSpecsIsBoundedButKeepsWhatATaskRuns() {
    StoreTransaction tx = on(View.EMPTY);
    Service service = tx.put(Service.create(ids.service(), ServiceSpec.of("web", "nginx")));
    Task task = tx.put(task(service, 1));
    for (int i = 0; i < 20; i++) {
      ServiceSpec next = service.spec().withLabels(Map.of("round", Integer.toString(i)));
      service = tx.put(service.withNewSpec(next, 3, tx.specVersionsInUse(service.id())));
    }

    assertThat(service.history())
        .extracting(Service.SpecRevision::version)
        .containsExactly(20L, 19L, 18L, 1L);
    assertThat(tx.specOf(task)).isEqualTo(ServiceSpec.of("web", "nginx"));
    assertThat(service.previousSpec().labels()).containsEntry("round", "18");

    Service current = service;
    assertThatThrownBy(
            () -> tx.put(current.withNewSpec(ServiceSpec.of("web", "httpd"), 3, Set.of())))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("would lose spec versions [1], which tasks run");
    tx.delete(task.id());
    Service trimmed = tx.put(current.withNewSpec(ServiceSpec.of("web", "httpd"), 3, Set.of()));
    assertThat(trimmed.history()).hasSize(3);
  }

  @Test
  void aTransactionIsFullAtTheSizeOfAnEntry() {
    StoreTransaction tx = new StoreTransaction(View.EMPTY, NOW, 2);
    Service web = tx.put(Service.create(ids.service(), ServiceSpec.of("web", "nginx")));
    assertThat(tx.isFull()).isFalse();
    tx.put(task(web, 1));
    assertThat(tx.isFull()).isTrue();
  }

  @Test
  void theClusterCanNotBeDeleted() {
    StoreTransaction tx = on(View.EMPTY);

    assertThatThrownBy(() -> tx.delete(tx.cluster().id()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private Secret secret(String name, int version) {
    return new Secret(ids.secret(), Meta.NEW, SecretSpec.of(name, "text"), version);
  }

  private Task task(Service service, int slot) {
    return task(ids, service.id(), slot, null);
  }

  static Task task(Ids ids, ServiceId service, int slot, NodeId node) {
    return TaskBuilder.builder()
        .id(ids.task())
        .serviceId(service)
        .specVersion(1)
        .slot(new SlotKey.Numbered(slot))
        .nodeId(node)
        .desiredState(TaskState.RUNNING)
        .status(TaskStatus.of(TaskState.NEW, NOW, "created"))
        .build();
  }
}
