package io.swarm4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.swarm4j.agent.LogSink.Stream;
import io.swarm4j.agent.jvm.JvmImage;
import io.swarm4j.model.InvalidSpecException;
import io.swarm4j.model.NotFoundException;
import io.swarm4j.model.Placement;
import io.swarm4j.model.RestartPolicy;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskState;
import io.swarm4j.model.UpdatePolicy;
import io.swarm4j.stream.LogEntry;
import io.swarm4j.stream.LogGap;
import io.swarm4j.stream.LogQuery;
import io.swarm4j.stream.LogReceiver;
import io.swarm4j.testing.Feature;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The output of many tasks, read as one; on three nodes and the in-JVM runtime. */
@Timeout(120)
class LogsTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** Writes its name and then whatever its environment says, and waits. */
  private static final JvmImage GREETER =
      task -> {
        task.out().println("hello from " + task.name());
        task.err().println("warning of " + task.env("V").orElse("none"));
        task.awaitStop();
      };

  private final Swarm swarm =
      Swarm.builder()
          .name("logs")
          .workers(2)
          .network(false)
          .image("greeter", GREETER)
          .image(
              "broken",
              task -> {
                task.err().println("you need to specify a password option");
                task.exit(1);
              })
          .start();

  @AfterEach
  void close() {
    swarm.close();
  }

  private void deploy(ServiceSpec spec) {
    swarm.services().create(spec);
    assertThat(swarm.services().await(spec.name(), LIMIT).isConverged()).isTrue();
  }

  private List<LogEntry> read(String service, LogQuery query) {
    try (Logs logs = swarm.services().logs(service, query)) {
      return logs.stream().toList();
    }
  }

  /** What a reading gives once it has that many lines; output may come a little after the start. */
  private List<LogEntry> readAtLeast(int lines, String service, LogQuery query) {
    List<LogEntry> entries = new ArrayList<>();
    try (Logs logs = swarm.services().logs(service, query.withFollow(true))) {
      while (entries.size() < lines && logs.hasNext()) {
        entries.add(logs.next());
      }
    }
    return entries;
  }

  private static List<String> texts(List<LogEntry> entries) {
    return entries.stream().map(LogEntry::text).toList();
  }

  @Test
  @Feature({"L01", "L02"})
  void outputOfAllTasksIsReadAsOneWhereverTheyRun() {
    deploy(ServiceSpec.of("balance", "greeter").withReplicas(3));
    readAtLeast(6, "balance", LogQuery.ALL);

    List<LogEntry> entries = read("balance", LogQuery.ALL);

    assertThat(texts(entries))
        .containsExactlyInAnyOrder(
            "hello from balance.1",
            "hello from balance.2",
            "hello from balance.3",
            "warning of none",
            "warning of none",
            "warning of none");
    assertThat(entries).extracting(LogEntry::at).isSorted();
    assertThat(entries).extracting(entry -> entry.origin().hostname()).contains("m1", "w1", "w2");
    LogEntry first = entries.get(0);
    assertThat(first.toString())
        .isEqualTo(
            first.origin().name()
                + "."
                + first.origin().task()
                + "@"
                + first.origin().hostname()
                + " | "
                + first.text());
  }

  @Test
  @Feature("L03")
  void anUpdateMixesTheOutputOfOldAndNewTasksAndGenerationsSeparateIt() {
    UpdatePolicy soonOver = UpdatePolicy.DEFAULT.withMonitor(Duration.ofMillis(1));
    deploy(ServiceSpec.of("web", "greeter").withUpdate(soonOver));
    readAtLeast(2, "web", LogQuery.ALL);
    swarm
        .services()
        .update(
            "web",
            spec ->
                spec.withTask(
                    spec.task()
                        .withContainer(
                            spec.task().container().withEnv(java.util.Map.of("V", "two")))));
    assertThat(swarm.services().await("web", LIMIT).isConverged()).isTrue();

    List<LogEntry> all = readAtLeast(4, "web", LogQuery.ALL);

    assertThat(texts(all)).contains("warning of none", "warning of two");
    assertThat(all).extracting(entry -> entry.origin().task()).hasSizeGreaterThan(1);
    assertThat(texts(read("web", LogQuery.builder().generations(Set.of(2L)).build())))
        .containsExactlyInAnyOrder("hello from web.1", "warning of two");
  }

  @Test
  @Feature("L04")
  void filtersNarrowTheOutput() {
    deploy(ServiceSpec.of("web", "greeter").withReplicas(3));
    List<LogEntry> all = readAtLeast(6, "web", LogQuery.ALL);
    Instant last = all.get(5).at();

    assertThat(texts(read("web", LogQuery.builder().slots(Set.of(2)).stderr(false).build())))
        .containsExactly("hello from web.2");
    assertThat(read("web", LogQuery.builder().nodes(Set.of("w1")).build()))
        .hasSize(2)
        .allMatch(entry -> entry.origin().hostname().equals("w1"));
    assertThat(read("web", LogQuery.builder().tail(1).build())).hasSize(3);
    assertThat(read("web", LogQuery.builder().since(last).build()))
        .isNotEmpty()
        .allMatch(entry -> !entry.at().isBefore(last));
    assertThat(read("web", LogQuery.builder().until(last).build()))
        .allMatch(entry -> entry.at().isBefore(last));
    assertThat(read("web", LogQuery.builder().stdout(false).build()))
        .allMatch(entry -> entry.stream() == Stream.STDERR);
    assertThat(read("web", LogQuery.builder().since(Instant.now().plusSeconds(600)).build()))
        .isEmpty();
    assertThatThrownBy(() -> LogQuery.builder().tail(-1).stdout(false).stderr(false).build())
        .isInstanceOfSatisfying(
            InvalidSpecException.class, refused -> assertThat(refused.faults()).hasSize(2));
  }

  @Test
  @Feature("L05")
  void aTaskThatFailsSaysWhyInItsOutput() {
    swarm
        .services()
        .create(
            ServiceSpec.of("mysql", "broken")
                .with(
                    spec ->
                        spec.task(
                            spec.task()
                                .withRestart(
                                    RestartPolicy.DEFAULT.withCondition(
                                        RestartPolicy.RestartCondition.NONE)))));
    assertThat(
            swarm.await(
                view -> view.tasks().stream().anyMatch(t -> t.state() == TaskState.FAILED), LIMIT))
        .isTrue();

    assertThat(texts(read("mysql", LogQuery.ALL)))
        .containsExactly("you need to specify a password option");
  }

  @Test
  @Feature("L06")
  void outputGoesWithItsTask() {
    deploy(ServiceSpec.of("web", "greeter"));
    Task old = swarm.services().tasks("web").get(0);
    swarm.services().scale("web", 0);
    assertThat(swarm.await(view -> view.task(old.id()) == null, LIMIT)).isTrue();
    swarm.services().scale("web", 1);
    assertThat(swarm.services().await("web", LIMIT).isConverged()).isTrue();

    List<LogEntry> entries = readAtLeast(2, "web", LogQuery.ALL);

    assertThat(entries).noneMatch(entry -> entry.origin().task().equals(old.id()));
    assertThat(read("web", LogQuery.ALL)).hasSize(2);
  }

  @Test
  @Feature("L01")
  void followingPicksUpTasksThatComeLaterAndEndsWithTheService() throws Exception {
    deploy(ServiceSpec.of("web", "greeter"));
    List<String> lines = java.util.Collections.synchronizedList(new ArrayList<>());
    CountDownLatch second = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(1);
    LogReceiver receiver =
        new LogReceiver() {
          @Override
          public void entry(LogEntry entry) {
            lines.add(entry.text());
            if (entry.text().equals("hello from web.2")) {
              second.countDown();
            }
          }

          @Override
          public void end(List<LogGap> gaps) {
            ended.countDown();
          }
        };
    try (AutoCloseable reading = swarm.services().logs("web", LogQuery.FOLLOW, receiver)) {
      swarm.services().scale("web", 2);
      assertThat(second.await(60, TimeUnit.SECONDS)).isTrue();
      swarm.services().remove("web");
      assertThat(ended.await(60, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(lines).contains("hello from web.1", "hello from web.2");
  }

  @Test
  void whatIsMissingIsNamedAndTheRestComesNevertheless() {
    deploy(ServiceSpec.of("web", "greeter").withReplicas(3));
    readAtLeast(6, "web", LogQuery.ALL);
    swarm.nodes().halt("w1");

    try (Logs logs = swarm.services().logs("web", LogQuery.ALL)) {
      List<LogEntry> entries = logs.stream().toList();
      assertThat(entries).extracting(entry -> entry.origin().hostname()).contains("m1", "w2");
      assertThat(logs.gaps())
          .extracting(LogGap::hostname, LogGap::cause)
          .contains(org.assertj.core.groups.Tuple.tuple("w1", LogGap.Cause.NODE_UNREACHABLE));
      assertThat(LogGap.warning(logs.gaps()))
          .startsWith(
              "warning: incomplete log stream. some logs could not be retrieved for the"
                  + " following reasons: node ")
          .contains("is not available");
    }
  }

  @Test
  void aTaskWithoutNodeIsNamedAsMissing() {
    swarm
        .services()
        .create(
            ServiceSpec.of("nowhere", "greeter")
                .with(
                    spec ->
                        spec.task(
                            spec.task()
                                .withPlacement(Placement.constrained("node.hostname==w9")))));
    assertThat(swarm.await(view -> view.taskCount() == 1, LIMIT)).isTrue();

    try (Logs logs = swarm.services().logs("nowhere", LogQuery.ALL)) {
      assertThat(logs.hasNext()).isFalse();
      assertThat(logs.gaps())
          .singleElement()
          .matches(gap -> gap.cause() == LogGap.Cause.NOT_SCHEDULED);
      assertThat(LogGap.warning(logs.gaps())).contains("has not been scheduled");
    }
  }

  @Test
  void oneTaskAndAWholeStackAreReadInTheSameWay() {
    deploy(
        ServiceSpec.of("shop_web", "greeter")
            .withLabels(java.util.Map.of("com.docker.stack.namespace", "shop")));
    deploy(
        ServiceSpec.of("shop_db", "greeter")
            .withLabels(java.util.Map.of("com.docker.stack.namespace", "shop")));
    deploy(ServiceSpec.of("other", "greeter"));
    for (String service : List.of("shop_web", "shop_db", "other")) {
      readAtLeast(2, service, LogQuery.ALL);
    }
    String task = swarm.services().tasks("other").get(0).id().toString();

    try (Logs stack = swarm.stacks().logs("shop", LogQuery.ALL);
        Logs one = swarm.tasks().logs(task, LogQuery.ALL)) {
      assertThat(stack.stream().map(LogEntry::text))
          .contains("hello from shop_web.1", "hello from shop_db.1")
          .doesNotContain("hello from other.1");
      assertThat(one.stream().map(LogEntry::text)).contains("hello from other.1");
    }
    assertThatThrownBy(() -> swarm.stacks().logs("none", LogQuery.ALL))
        .isInstanceOf(NotFoundException.class);
  }

  @Test
  void closingTheSwarmEndsWhoWaitsForOutput() throws Exception {
    deploy(ServiceSpec.of("web", "greeter"));
    Logs logs = swarm.services().logs("web", LogQuery.FOLLOW);
    logs.next();
    CountDownLatch ended = new CountDownLatch(1);
    Thread reader =
        new Thread(
            () -> {
              while (logs.hasNext()) {
                logs.next();
              }
              ended.countDown();
            });
    reader.start();

    swarm.close();

    assertThat(ended.await(60, TimeUnit.SECONDS)).isTrue();
  }
}
