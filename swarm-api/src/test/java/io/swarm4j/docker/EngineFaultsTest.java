package io.swarm4j.docker;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.Swarm;
import io.swarm4j.agent.Container;
import io.swarm4j.agent.LogOptions;
import io.swarm4j.agent.TaskContext;
import io.swarm4j.agent.TaskFailure;
import io.swarm4j.docker.EngineProxy.Fate;
import io.swarm4j.engine.json.NodeJson;
import io.swarm4j.model.ClusterSpec;
import io.swarm4j.model.ContainerSpec;
import io.swarm4j.model.FileTarget;
import io.swarm4j.model.Node;
import io.swarm4j.model.NodeDescription;
import io.swarm4j.model.Payload;
import io.swarm4j.model.PortSpec;
import io.swarm4j.model.Reason;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.StuckRemoval;
import io.swarm4j.model.TaskId;
import io.swarm4j.store.View;
import io.swarm4j.testing.CollectedLog;
import io.swarm4j.testing.DockerHosts;
import io.swarm4j.testing.DockerHosts.Host;
import io.swarm4j.testing.Feature;
import io.swarm4j.testing.TestTask;
import io.swarm4j.time.RealTime;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every request to an engine goes wrong once, in every way: no step is lost, nothing is left. */
@Tag("docker")
@Timeout(240)
class EngineFaultsTest {
  private static final String OWNER = "faults-test";

  /** A signal that comes before a shell has set its trap is ignored. */
  private static final Duration GRACE = Duration.ofMillis(100);

  private static final int FEWEST_CALLS = 6; // image, create, start, inspect, kill, remove

  @RegisterExtension static final DockerHosts HOSTS = DockerHosts.shared(1);

  @TempDir Path dir;

  private final Host host = HOSTS.host(0);
  private EngineProxy proxy;

  /** What happens to a connection in the middle of a request. */
  enum Cut {
    BEFORE(Fate.CUT_BEFORE),
    ANSWER_LOST(Fate.LOSE_ANSWER),
    ANSWER_BROKEN_OFF(Fate.HALVE_ANSWER);

    private final Fate fate;

    Cut(Fate fate) {
      this.fate = fate;
    }
  }

  @BeforeEach
  void openProxy() throws Exception {
    proxy = new EngineProxy(dir.resolve("proxy.sock"), host.socket());
  }

  @AfterEach
  void closeProxy() throws Exception {
    proxy.close();
  }

  private static DockerRuntime open(EngineAddress address) {
    return DockerRuntime.builder(new RealTime(), OWNER)
        .engine(address)
        .answerLimit(Duration.ofSeconds(20))
        .build();
  }

  private static TaskContext task() {
    return TestTask.of(
            ContainerSpec.of("swarm4j/base")
                .withCommand(List.of("sh", "-c", "trap 'exit 5' TERM; sleep 100000 & wait")))
        .secret(FileTarget.of("pass"), Payload.of("x"))
        .context();
  }

  private static <T> T await(CompletionStage<T> stage) throws Exception {
    try {
      return stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
    } catch (ExecutionException failure) {
      throw failure.getCause() instanceof Exception cause ? cause : failure;
    }
  }

  private List<String> containers() {
    return host.docker("ps", "-aq", "--filter", "label=io.swarm4j.owner=" + OWNER).lines().toList();
  }

  /** Requests for what there is on the engine; others are signs of life. */
  private static boolean matters(String request) {
    return request.contains("/containers/") || request.contains("/images/");
  }

  /** Lets one request go wrong, the first being 0; tells how many there were since. */
  private AtomicInteger strike(int at, Fate fate) {
    AtomicInteger count = new AtomicInteger();
    proxy.rule(request -> matters(request) && count.getAndIncrement() == at ? fate : Fate.PASS);
    return count;
  }

  private static void live(DockerRuntime runtime) throws Exception {
    Container container = runtime.create(task());
    try {
      await(container.start());
      await(container.stop(GRACE));
      assertThat(await(container.exit()).code()).isIn(5, 137);
    } finally {
      await(container.remove());
    }
  }

  @ParameterizedTest
  @EnumSource(Cut.class)
  void aConnectionThatBreaksCostsNoStep(Cut cut) throws Exception {
    try (DockerRuntime runtime = open(proxy.address())) {
      int at = -1;
      AtomicInteger calls;
      do {
        calls = strike(++at, cut.fate);
        live(runtime);
        assertThat(containers()).as("after request %d", at).isEmpty();
      } while (calls.get() > at);
      assertThat(at).isGreaterThanOrEqualTo(FEWEST_CALLS);
    }
  }

  @Test
  void anEngineThatFailsItselfIsTheReasonOfTheTaskAndNothingIsLeft() throws Exception {
    List<Class<?>> reasons = new ArrayList<>();
    try (DockerRuntime runtime = open(proxy.address())) {
      int at = -1;
      AtomicInteger calls;
      do {
        calls = strike(++at, new Fate.Refuse("no space left on device"));
        try {
          live(runtime);
        } catch (TaskFailure failure) {
          reasons.add(failure.reason().getClass());
          assertThat(failure).hasMessageContaining("no space left on device");
        }
        assertThat(containers()).as("after request %d", at).isEmpty();
      } while (calls.get() > at);
    }
    assertThat(reasons) // of image, creation and start; all others are asked again
        .containsExactly(Reason.Image.class, Reason.StartFailed.class, Reason.StartFailed.class);
  }

  /** Lets the engine fail at every removal. */
  private void refuseRemovals() {
    proxy.rule(
        request ->
            request.startsWith("DELETE ") ? new Fate.Refuse("device or resource busy") : Fate.PASS);
  }

  private static void awaitThat(String what, BooleanSupplier condition) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.getAsBoolean() && System.nanoTime() < end) {
      new CountDownLatch(1).await(50, TimeUnit.MILLISECONDS);
    }
    assertThat(condition.getAsBoolean()).as(what).isTrue();
  }

  @Test
  void whatTheEngineDoesNotRemoveIsToldByTheNodeUntilItIsGone() throws Exception {
    try (Swarm swarm =
        Swarm.builder()
            .network(false)
            .cluster(ClusterSpec.DEFAULT.withHeartbeatPeriod(Duration.ofMillis(500)))
            .runtime((node, time, loop) -> open(proxy.address()))
            .start()) {
      swarm.services().create(ServiceSpec.of("web", "swarm4j/customer"));
      assertThat(swarm.services().await("web", Duration.ofSeconds(60)).isConverged()).isTrue();
      TaskId task = swarm.view().tasks().iterator().next().id();
      refuseRemovals();
      swarm.services().remove("web");

      assertThat(
              swarm.await(
                  view ->
                      stuck(view).stream()
                          .anyMatch(
                              removal ->
                                  task.equals(removal.task())
                                      && removal.attempts() >= 3
                                      && removal.detail().equals("device or resource busy")),
                  Duration.ofSeconds(60)))
          .isTrue();
      Node node = swarm.view().nodes().iterator().next();
      assertThat(NodeJson.write(node, swarm.view().cluster()).at("/Status/Message").asText())
          .contains("web.1." + task, "device or resource busy");
      assertThat(containers()).hasSize(1);
      proxy.rule(request -> Fate.PASS);

      assertThat(swarm.await(view -> stuck(view).isEmpty(), Duration.ofSeconds(60))).isTrue();
      assertThat(containers()).isEmpty();
    }
  }

  private static NodeDescription description(View view) {
    return view.nodes().iterator().next().description();
  }

  private static List<StuckRemoval> stuck(View view) {
    return description(view).stuckRemovals();
  }

  @Test
  void anEngineThatTakesNoSignalsIsToldByItsNodeThoughItAnswersOtherwise() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    try (Swarm swarm =
        Swarm.builder()
            .network(false)
            .cluster(ClusterSpec.DEFAULT.withHeartbeatPeriod(Duration.ofMillis(500)))
            .runtime(
                (node, time, loop) ->
                    DockerRuntime.builder(time, OWNER)
                        .engine(proxy.address())
                        .signsOfLife(Duration.ofSeconds(1))
                        .build())
            .start()) {
      swarm.services().create(ServiceSpec.of("web", "swarm4j/customer"));
      assertThat(swarm.services().await("web", Duration.ofSeconds(60)).isConverged()).isTrue();
      TaskId task = swarm.view().tasks().iterator().next().id();
      proxy.rule(request -> request.contains("/kill?") ? new Fate.Hold(gate) : Fate.PASS);
      swarm.services().remove("web");

      assertThat(
              swarm.await(
                  view ->
                      description(view).trouble().contains("SIGTERM to web.1." + task)
                          && view.nodes().iterator().next().trouble().contains("no answer yet"),
                  Duration.ofSeconds(60)))
          .as(() -> swarm.view().nodes().toString())
          .isTrue();
      gate.countDown();

      assertThat(
              swarm.await(
                  view -> view.taskCount() == 0 && description(view).trouble().isEmpty(),
                  Duration.ofSeconds(60)))
          .isTrue();
      awaitThat("it is removed", () -> containers().isEmpty());
    }
  }

  @Test
  void anAgentThatStartsAgainTakesOverWhatRunsThoughTheEngineRemovesNothing() throws Exception {
    refuseRemovals();
    DockerRuntime first = open(proxy.address());
    await(first.create(task()).prepare());
    Container runs = first.create(task());
    await(runs.start());
    await(first.create(task()).remove()); // of which there is nothing
    Container stuck = first.create(task());
    await(stuck.start());
    stuck.remove();
    awaitThat("the removal is stuck", () -> first.describe().stuckRemovals().size() == 1);
    first.detach();

    try (DockerRuntime next = open(proxy.address())) {
      List<Container> found = await(next.recover());
      assertThat(found)
          .extracting(Container::task)
          .containsExactlyInAnyOrder(runs.task(), stuck.task());
      assertThat(next.describe().stuckRemovals()).hasSize(1); // created, and never started
      CompletableFuture<?>[] removals =
          found.stream()
              .filter(container -> container.task().equals(stuck.task())) // nobody wants it
              .map(container -> container.remove().toCompletableFuture())
              .toArray(CompletableFuture[]::new);
      awaitThat("both are stuck", () -> next.describe().stuckRemovals().size() == 2);
      proxy.rule(request -> Fate.PASS);

      await(CompletableFuture.allOf(removals));
      awaitThat("none is stuck", () -> next.describe().stuckRemovals().isEmpty());
      assertThat(containers()).hasSize(1);
    }
    assertThat(containers()).isEmpty();
  }

  @Test
  void anEngineThatDoesNotTellWhatRunsIsAnOutageUntilItDoes() throws Exception {
    try (DockerRuntime first = open(proxy.address())) {
      await(first.create(task()).start());
      first.detach();
    }
    proxy.rule(
        request -> request.contains("/containers/json") ? new Fate.Refuse("wedged") : Fate.PASS);
    try (DockerRuntime next =
        DockerRuntime.builder(new RealTime(), OWNER)
            .engine(proxy.address())
            .signsOfLife(Duration.ofSeconds(1))
            .build()) {
      CompletionStage<List<Container>> found = next.recover();
      awaitThat(
          "it is an outage",
          () ->
              next.outage()
                  .filter(why -> why.contains("containers of an earlier life"))
                  .filter(why -> why.contains("wedged"))
                  .isPresent());
      assertThat(found.toCompletableFuture()).isNotDone();
      proxy.rule(request -> Fate.PASS);

      assertThat(await(found)).hasSize(1);
      assertThat(next.outage()).isEmpty();
    }
    assertThat(containers()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Cut.class)
  void aConnectionThatBreaksWhileAnAgentStartsCostsNoContainer(Cut cut) throws Exception {
    AtomicInteger calls;
    int at = -1;
    try (DockerRuntime first = open(proxy.address())) {
      await(first.create(task()).start());
      await(first.create(task()).start());
      first.detach();
      do {
        calls = strike(++at, cut.fate);
        try (DockerRuntime next = open(proxy.address())) {
          assertThat(await(next.recover())).as("after request %d", at).hasSize(2);
          next.detach();
        }
      } while (calls.get() > at);
    }
    assertThat(at).isGreaterThanOrEqualTo(3); // a list, and a look at each
    try (DockerRuntime last = open(proxy.address())) {
      await(last.recover());
    }
    assertThat(containers()).isEmpty();
  }

  @Test
  void aStopDuringACreationWhoseAnswerIsLostLeavesNothing() throws Exception {
    CountDownLatch lost = new CountDownLatch(1);
    AtomicBoolean away = new AtomicBoolean();
    proxy.rule(
        request -> {
          if (away.get()) {
            return Fate.CUT_BEFORE;
          }
          if (request.contains("/containers/create")) {
            away.set(true);
            lost.countDown();
            return Fate.LOSE_ANSWER;
          }
          return Fate.PASS;
        });
    try (DockerRuntime runtime = open(proxy.address())) {
      Container container = runtime.create(task());
      container.prepare();
      assertThat(lost.await(60, TimeUnit.SECONDS)).isTrue();
      CompletionStage<Void> removed = container.remove();
      awaitThat("the engine has created it", () -> containers().size() == 1);
      away.set(false);
      proxy.rule(request -> Fate.PASS);

      await(removed);
      assertThat(containers()).isEmpty();
    }
  }

  @Test
  void anEngineThatAnswersSlowlyIsWaitedFor() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    CountDownLatch held = new CountDownLatch(1);
    proxy.rule(
        request -> {
          if (!request.contains("/containers/create")) {
            return Fate.PASS;
          }
          held.countDown();
          return new Fate.Hold(gate);
        });
    try (DockerRuntime runtime = open(proxy.address())) {
      Container container = runtime.create(task());
      CompletionStage<?> started = container.start();
      assertThat(held.await(60, TimeUnit.SECONDS)).isTrue();
      assertThat(started.toCompletableFuture()).isNotDone();
      gate.countDown();
      await(started);
      assertThat(containers()).hasSize(1);
    }
    assertThat(containers()).isEmpty();
  }

  @Test
  void whoWasAskedToEndHasEndedThoughTheEngineStillTidiesUp() throws Exception {
    CountDownLatch tidied = new CountDownLatch(1);
    try (DockerRuntime runtime = open(proxy.address())) {
      Container container = started(runtime, ready());
      proxy.rule(request -> isInspection(request) ? new Fate.Hold(tidied) : Fate.PASS);

      await(container.stop(Duration.ofSeconds(50)));

      assertThat(await(container.exit()).code()).isEqualTo(5);
      tidied.countDown();
    }
    assertThat(containers()).isEmpty();
  }

  @Test
  void whoHasAPortOfTheHostHasEndedOnceTheEngineHasTakenItBack() throws Exception {
    CountDownLatch tidied = new CountDownLatch(1);
    CountDownLatch asked = new CountDownLatch(1);
    try (DockerRuntime runtime =
        DockerRuntime.builder(new RealTime(), OWNER)
            .engine(proxy.address())
            .networking(ContainerNetworking.bridgeWithHostPorts())
            .build()) {
      Container container = started(runtime, ready().publish(PortSpec.host(0, 80)));
      proxy.rule(
          request -> {
            if (!isInspection(request)) {
              return Fate.PASS;
            }
            asked.countDown();
            return new Fate.Hold(tidied);
          });

      CompletionStage<Void> stopped = container.stop(Duration.ofSeconds(50));

      assertThat(asked.await(60, TimeUnit.SECONDS)).isTrue();
      assertThat(stopped.toCompletableFuture()).isNotDone();
      tidied.countDown();
      assertThat(await(container.exit()).code()).isEqualTo(5);
    }
    assertThat(containers()).isEmpty();
  }

  private static boolean isInspection(String request) {
    return request.matches("GET \\S*/containers/[0-9a-f]+/json.*");
  }

  /** Says when it will end in good order. */
  private static TestTask ready() {
    return TestTask.of(
        ContainerSpec.of("swarm4j/base")
            .withCommand(
                List.of("sh", "-c", "trap 'exit 5' TERM; echo ready; sleep 100000 & wait")));
  }

  private static Container started(DockerRuntime runtime, TestTask task) throws Exception {
    Container container = runtime.create(task.context());
    await(container.start());
    CollectedLog log = new CollectedLog();
    try (AutoCloseable reading = container.logs(LogOptions.FOLLOW, log)) {
      log.awaitLine("ready");
    }
    return container;
  }

  @Test
  void containersThatRunAreNeverAskedFor() throws Exception {
    CountDownLatch signsOfLife = new CountDownLatch(3);
    try (DockerRuntime runtime =
        DockerRuntime.builder(new RealTime(), OWNER)
            .engine(proxy.address())
            .signsOfLife(Duration.ofSeconds(1))
            .build()) {
      for (int i = 0; i < 3; i++) {
        await(runtime.create(task()).start());
      }
      int before = proxy.seen().size();
      proxy.rule(
          request -> {
            if (request.contains("/_ping")) {
              signsOfLife.countDown();
            }
            return Fate.PASS;
          });
      assertThat(signsOfLife.await(60, TimeUnit.SECONDS)).isTrue();

      List<String> asked = List.copyOf(proxy.seen());
      assertThat(asked.subList(before, asked.size())).allMatch(each -> each.contains("/_ping"));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @Feature("F03")
  void anAgentThatDiesAtAnyRequestLeavesNeitherOrphanNorDuplicate(boolean done) throws Exception {
    boolean struck = true;
    for (int at = 0; struck; at++) {
      TaskContext task = task();
      struck = dieAt(at, done, task);
      try (DockerRuntime next = open(EngineAddress.of(host.uri()))) {
        List<Container> found = await(next.recover());
        assertThat(containers()).as("after request %d", at).hasSameSizeAs(found);
        if (found.isEmpty() && struck) {
          Container again = next.create(task); // a manager still wants it
          await(again.start());
          assertThat(containers()).hasSize(1);
        }
      }
      assertThat(containers()).as("after request %d", at).isEmpty();
    }
  }

  /**
   * A life that ends at a request.
   *
   * @param done whether the engine has done by then what it was asked for
   * @return false if there were not so many requests
   */
  private boolean dieAt(int at, boolean done, TaskContext task) throws Exception {
    AtomicInteger count = new AtomicInteger();
    CountDownLatch dead = new CountDownLatch(1);
    proxy.rule(
        request -> {
          int number = matters(request) ? count.getAndIncrement() : -1;
          if (number < at) {
            return Fate.PASS;
          }
          if (number == at && done) {
            return Fate.LOSE_ANSWER;
          }
          dead.countDown();
          return Fate.CUT_BEFORE;
        });
    DockerRuntime first = open(proxy.address());
    try {
      Container container = first.create(task);
      CompletionStage<Void> life =
          container
              .start()
              .thenCompose(status -> container.stop(GRACE))
              .thenCompose(stopped -> container.remove());
      life.whenComplete((end, failure) -> dead.countDown());
      assertThat(dead.await(60, TimeUnit.SECONDS)).isTrue();
      return !life.toCompletableFuture().isDone();
    } finally {
      first.detach();
    }
  }
}
