package io.swarm4j.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.swarm4j.Convergence;
import io.swarm4j.ExecResult;
import io.swarm4j.Logs;
import io.swarm4j.event.AuditEvent;
import io.swarm4j.event.AuditReport;
import io.swarm4j.model.ConfigSpec;
import io.swarm4j.model.ConflictException;
import io.swarm4j.model.Node;
import io.swarm4j.model.Node.NodeRole;
import io.swarm4j.model.Node.NodeState;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.Payload;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskState;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.security.CertificateIssuer;
import io.swarm4j.security.Certificates;
import io.swarm4j.security.NodeIdentity;
import io.swarm4j.store.View;
import io.swarm4j.stream.LogGap;
import io.swarm4j.stream.LogQuery;
import io.swarm4j.testing.Feature;
import io.swarm4j.time.RealTime;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(240)
class ManagersTest {
  @TempDir Path root;
  private TestNodes nodes;

  @BeforeEach
  void setUp() {
    nodes = new TestNodes(root);
  }

  @AfterEach
  void tearDown() {
    nodes.close();
  }

  private static boolean becomes(SwarmNode manager, NodeId id, NodeRole role) {
    return manager
        .swarm()
        .await(
            view -> {
              Node node = view.node(id);
              return node != null
                  && node.role() == role
                  && (role == NodeRole.WORKER) == (node.manager() == null)
                  && (node.manager() == null || !node.manager().address().isEmpty());
            },
            TestNodes.LIMIT);
  }

  @Test
  @Feature("C08")
  void anyOfThreeManagersTakesWritesAndTheSwarmSurvivesTheLossOfItsLeader() {
    SwarmNode first = nodes.manager();
    SwarmNode second = nodes.manager(first, "x2");
    SwarmNode third = nodes.manager(first, "x3");

    second.swarm().services().create(TestNodes.idle("web", 3));
    assertThat(second.swarm().services().get("web").spec().name()).isEqualTo("web");
    assertThat(third.swarm().await(view -> view.serviceNamed("web") != null, TestNodes.LIMIT))
        .as("the third manager has caught up")
        .isTrue();
    assertThat(third.swarm().services().await("web", TestNodes.LIMIT))
        .isInstanceOf(Convergence.Converged.class);
    third.swarm().services().scale("web", 5);
    assertThat(first.swarm().services().await("web", TestNodes.LIMIT))
        .isInstanceOf(Convergence.Converged.class);
    assertThatThrownBy(() -> third.swarm().services().create(TestNodes.idle("web", 1)))
        .isInstanceOf(ConflictException.class);

    NodeId lost = first.id();
    first.close();

    TestNodes.awaitState(second, lost, NodeState.DOWN);
    third.swarm().services().scale("web", 6);
    assertThat(second.swarm().services().await("web", TestNodes.LIMIT))
        .isInstanceOf(Convergence.Converged.class);
    assertThat(TestNodes.running(second, "web")).isEqualTo(6);
  }

  @Test
  void aManagerThatDoesNotLeadIsHeardWhileOthersWriteWithoutPause() throws Exception {
    SwarmNode first = nodes.manager();
    SwarmNode second = nodes.manager(first, "x2");
    first.swarm().services().create(TestNodes.idle("busy", 0));
    second.swarm().services().create(TestNodes.idle("mine", 0));
    AtomicBoolean done = new AtomicBoolean();
    CompletableFuture<Integer> busy =
        CompletableFuture.supplyAsync(
            () -> {
              int count = 0;
              while (!done.get()) {
                count++;
                label(first, "busy", count);
              }
              return count;
            });

    for (int i = 1; i <= 20; i++) {
      label(second, "mine", i);
      CompletableFuture<Boolean> rival = takes(first, "name" + i);
      assertThat(takes(second, "name" + i).join()).as("one of two").isNotEqualTo(rival.join());
    }
    done.set(true);

    assertThat(busy.get()).isGreaterThan(20);
    assertThat(first.swarm().services().get("mine").spec().labels()).containsEntry("count", "20");
  }

  private static void label(SwarmNode manager, String service, int count) {
    manager
        .swarm()
        .services()
        .update(service, spec -> spec.withLabels(Map.of("count", Integer.toString(count))));
  }

  /** Whether a service could be created, and not because there is one already. */
  private static CompletableFuture<Boolean> takes(SwarmNode manager, String name) {
    return manager
        .swarm()
        .services()
        .createAsync(TestNodes.idle(name, 0))
        .handle(
            (created, failure) -> {
              if (failure != null) {
                assertThat(Statuses.unwrap(failure)).isInstanceOf(ConflictException.class);
              }
              return failure == null;
            })
        .toCompletableFuture();
  }

  @Test
  void aLeaderWhoseDiskIsFullIsReplacedAndIsBackOnceThereIsRoom() throws Exception {
    Path disk = Files.createDirectory(root.resolve("disk"));
    Mounts.make("tmpfs", disk, "size=16m");
    try {
      SwarmNode first = nodes.own(TestNodes.builder(disk.resolve("m1"), "m1").start());
      first.init();
      SwarmNode second = nodes.manager(first, "x2");
      SwarmNode third = nodes.manager(first, "x3");
      Path ballast = disk.resolve("ballast");
      fill(ballast);

      for (int i = 0; i < 12; i++) {
        second.swarm().configs().create(large("config" + i));
      }

      assertThat(third.swarm().await(view -> view.configs().size() == 12, TestNodes.LIMIT))
          .as("what was confirmed is with the third manager, too")
          .isTrue();
      assertThat(leads(second, first.id())).isFalse();
      assertThatThrownBy(() -> first.swarm().configs().create(large("refused")))
          .isInstanceOf(UnavailableException.class)
          .hasMessageContaining("can not write its log")
          .hasMessageContaining("Make room");
      first.close();
      assertThatThrownBy(() -> TestNodes.builder(disk.resolve("m1"), "m1").start())
          .isInstanceOf(UnavailableException.class)
          .hasMessageContaining("no room for a manager");
      Files.delete(ballast);
      SwarmNode again = nodes.own(TestNodes.builder(disk.resolve("m1"), "m1").start());
      TestNodes.awaitState(second, again.id(), NodeState.READY);
      assertThat(again.swarm().await(view -> view.configs().size() == 12, TestNodes.LIMIT))
          .isTrue();
    } finally {
      nodes.close();
      Mounts.end(disk);
    }
  }

  private static ConfigSpec large(String name) {
    return new ConfigSpec(name, Map.of(), new Payload(new byte[400 << 10]), false);
  }

  private static void fill(Path file) throws IOException {
    try (OutputStream out = Files.newOutputStream(file)) {
      byte[] piece = new byte[4 << 10];
      while (true) {
        out.write(piece);
      }
    } catch (IOException full) {
      assertThat(full).hasMessageContaining("No space left");
    }
  }

  private static boolean leads(SwarmNode manager, NodeId id) {
    return manager.swarm().view().node(id).manager().leader();
  }

  @Test
  @Feature({"L01", "L07"})
  void outputCommandsAndTheirRecordAreWithinReachOfAnyManager() {
    SwarmNode first = nodes.manager();
    SwarmNode second = nodes.manager(first, "x2");
    SwarmNode worker = nodes.worker(first, "w1");
    first.swarm().services().create(TestNodes.idle("web", 3));
    assertThat(second.swarm().await(view -> threeRun(view), TestNodes.LIMIT))
        .as("copies of the state follow the leader's")
        .isTrue();

    for (Task task : second.swarm().services().tasks("web")) {
      assertThat(
              second
                  .swarm()
                  .tasks()
                  .exec(task.id().toString(), List.of("echo", "hello"), TestNodes.LIMIT))
          .isEqualTo(new ExecResult(0, "hello\n", ""));
    }
    AuditReport record = first.swarm().auditReport(TestNodes.LIMIT);
    assertThat(record.warning()).isEmpty();
    assertThat(record.parts()).extracting(AuditReport.Part::manager).contains("m1", "x2");
    assertThat(commands(record)).hasSize(3).containsOnly(List.of("echo", "hello"));
    assertThat(lines(second)).isEqualTo(lines(first)).hasSize(3);

    NodeId lost = worker.id();
    worker.close();
    TestNodes.awaitState(first, lost, NodeState.DOWN);
    try (Logs logs = second.swarm().services().logs("web", LogQuery.ALL)) {
      logs.forEachRemaining(line -> {});
      assertThat(logs.gaps()).extracting(LogGap::node).contains(lost);
    }

    NodeId silent = second.id();
    second.close();
    AuditReport rest = first.swarm().auditReport(TestNodes.LIMIT);
    assertThat(rest.missing()).extracting(AuditReport.Missing::node).containsExactly(silent);
    assertThat(rest.warning()).contains("manager x2");
    assertThat(commands(rest)).isEmpty();
  }

  private static boolean threeRun(View view) {
    return view.tasks().stream().filter(task -> task.state() == TaskState.RUNNING).count() == 3;
  }

  private static List<List<String>> commands(AuditReport report) {
    return report.events().stream()
        .filter(AuditEvent.ExecStarted.class::isInstance)
        .map(event -> ((AuditEvent.ExecStarted) event).command())
        .toList();
  }

  private static List<String> lines(SwarmNode manager) {
    List<String> lines = new ArrayList<>();
    try (Logs logs = manager.swarm().services().logs("web", LogQuery.ALL)) {
      logs.forEachRemaining(entry -> lines.add(entry.text()));
    }
    lines.sort(null);
    return lines;
  }

  @Test
  void aWorkerIsPromotedAndDemotedWhileItRuns() {
    SwarmNode first = nodes.manager();
    SwarmNode worker = nodes.worker(first, "w1");

    first.swarm().nodes().update("w1", spec -> spec.withRole(NodeRole.MANAGER));
    assertThat(becomes(first, worker.id(), NodeRole.MANAGER)).isTrue();
    assertThat(worker.identity().orElseThrow().role()).isEqualTo(NodeRole.MANAGER);
    worker.swarm().services().create(TestNodes.idle("web", 2));
    worker.swarm().services().await("web", TestNodes.LIMIT);

    first.swarm().nodes().update("w1", spec -> spec.withRole(NodeRole.WORKER));
    assertThat(becomes(first, worker.id(), NodeRole.WORKER)).isTrue();
    first.swarm().services().scale("web", 4);
    assertThat(first.swarm().services().await("web", TestNodes.LIMIT))
        .isInstanceOf(Convergence.Converged.class);
  }

  @Test
  void theLastManagerIsNotDemoted() {
    SwarmNode first = nodes.manager();

    assertThatThrownBy(
            () -> first.swarm().nodes().update("m1", spec -> spec.withRole(NodeRole.WORKER)))
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("attempting to demote the last manager of the swarm");
  }

  @Test
  void theRootChangesWhileTheSwarmRuns() {
    SwarmNode first = nodes.manager();
    SwarmNode worker = nodes.worker(first, "w1");
    String oldRoot = first.rootCertificate();
    String oldToken = first.joinToken(NodeRole.WORKER);

    first.rotateRoot();
    assertThat(
            first
                .swarm()
                .await(view -> view.cluster().authority().rotation() == null, TestNodes.LIMIT))
        .isTrue();

    assertThat(first.rootCertificate()).isNotEqualTo(oldRoot);
    assertThat(first.joinToken(NodeRole.WORKER)).isNotEqualTo(oldToken);
    TestNodes.awaitState(first, worker.id(), NodeState.READY);
    nodes.worker(first, "w2");
    first.swarm().services().create(TestNodes.idle("web", 3));
    assertThat(first.swarm().services().await("web", TestNodes.LIMIT))
        .isInstanceOf(Convergence.Converged.class);
  }

  @Test
  void anExternalAuthoritySignsFromTheFirstNodeOn() {
    RealTime time = new RealTime();
    CertificateAuthority authority = CertificateAuthority.create(time);
    List<NodeIdentity> signed = new CopyOnWriteArrayList<>();
    CertificateIssuer external =
        (request, node, life) -> {
          signed.add(node);
          return CompletableFuture.completedFuture(authority.issue(request, node, life));
        };
    SwarmNode first = nodes.own(nodes.builder("m1").externalAuthority(external).start());
    first.init();

    SwarmNode worker = nodes.worker(first, "w1");

    assertThat(signed).extracting(NodeIdentity::node).containsExactly(first.id(), worker.id());
    assertThat(first.swarm().view().cluster().authority().key().size())
        .as("the root's key is not in the state")
        .isZero();
    assertThat(first.rootCertificate()).isEqualTo(Certificates.pem(List.of(authority.root())));
  }
}
