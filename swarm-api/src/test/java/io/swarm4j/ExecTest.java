package io.swarm4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.swarm4j.agent.ExecSpec;
import io.swarm4j.agent.ExecStreams;
import io.swarm4j.agent.Interaction;
import io.swarm4j.event.AuditEvent;
import io.swarm4j.model.PermissionDeniedException;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Task;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.testing.Feature;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Reaching into tasks that run on other nodes than the manager's. */
@Timeout(120)
class ExecTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final CountDownLatch ticks = new CountDownLatch(1);
  private final Swarm swarm =
      Swarm.builder()
          .name("exec")
          .workers(1)
          .network(false)
          .access(
              access ->
                  access.actor().equals("mallory")
                      ? Optional.of("mallory is not an operator")
                      : Optional.empty())
          .image(
              "server",
              task -> {
                ticks.await();
                task.out().println("tick");
                task.awaitStop();
              },
              image ->
                  image
                      .command(
                          "cat",
                          (task, args, io) -> {
                            io.stdin().transferTo(io.stdout());
                            return 0;
                          })
                      .command(
                          "name",
                          (task, args, io) -> {
                            io.stdout().write(task.name().getBytes(StandardCharsets.UTF_8));
                            io.stderr().write("some".getBytes(StandardCharsets.UTF_8));
                            return 7;
                          })
                      .command(
                          "flood",
                          (task, args, io) -> {
                            byte[] block = new byte[100_000];
                            for (int i = 0; i < 50; i++) {
                              io.stdout().write(block);
                            }
                            return 0;
                          })
                      .command(
                          "wait",
                          (task, args, io) -> {
                            Thread.sleep(600_000);
                            return 0;
                          }))
          .start();

  private Task task;

  @BeforeEach
  void deploy() {
    swarm
        .services()
        .create(
            ServiceSpec.of("web", "server")
                .with(
                    spec ->
                        spec.task(
                            spec.task()
                                .withPlacement(
                                    io.swarm4j.model.Placement.constrained("node.role==worker")))));
    assertThat(swarm.services().await("web", LIMIT).isConverged()).isTrue();
    task = swarm.services().tasks("web").get(0);
  }

  @AfterEach
  void close() {
    swarm.close();
  }

  private String id() {
    return task.id().toString();
  }

  private static <T> T await(java.util.concurrent.CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  private static Throwable failure(java.util.concurrent.CompletionStage<?> stage) throws Exception {
    try {
      await(stage);
      throw new AssertionError("it did not fail");
    } catch (ExecutionException failed) {
      return failed.getCause();
    }
  }

  private static ExecStreams streams(InputStream in, OutputStream out) {
    return new ExecStreams(in, out, OutputStream.nullOutputStream());
  }

  @Test
  @Feature("L07")
  void aCommandRunsInATaskOfAnotherNodeAndItsOutcomeComesBack() {
    ExecResult result = swarm.tasks().exec(id(), List.of("name"), LIMIT);

    assertThat(result).isEqualTo(new ExecResult(7, "web.1", "some"));
    assertThat(swarm.tasks().exec(id(), List.of("nonsense"), LIMIT).exitCode()).isEqualTo(127);
  }

  @Test
  @Feature("L07")
  void inputAndOutputOfAnySizePassAtTheReadersPace() throws Exception {
    byte[] much = new byte[3_000_000];
    new java.util.Random(1).nextBytes(much);
    ByteArrayOutputStream echoed = new ByteArrayOutputStream();

    Integer code =
        await(
            swarm
                .tasks()
                .exec(id(), List.of("cat"), streams(new ByteArrayInputStream(much), echoed)));

    assertThat(code).isZero();
    assertThat(echoed.toByteArray()).isEqualTo(much);
  }

  @Test
  void aReaderThatStandsStillHoldsUpTheCommandAndNothingElse() throws Exception {
    CountDownLatch goOn = new CountDownLatch(1);
    java.util.concurrent.atomic.AtomicLong read = new java.util.concurrent.atomic.AtomicLong();
    OutputStream slow =
        new OutputStream() {
          @Override
          public void write(int b) {
            throw new UnsupportedOperationException();
          }

          @Override
          public void write(byte[] bytes, int offset, int length) {
            try {
              goOn.await();
            } catch (InterruptedException stop) {
              throw new AssertionError(stop);
            }
            read.addAndGet(length);
          }
        };
    Interaction flood =
        swarm
            .tasks()
            .exec(id(), ExecSpec.of("flood"), streams(InputStream.nullInputStream(), slow));

    assertThat(swarm.tasks().exec(id(), List.of("name"), LIMIT).exitCode()).isEqualTo(7);
    assertThat(flood.exit().toCompletableFuture()).isNotDone();
    goOn.countDown();

    assertThat(await(flood.exit())).isZero();
    assertThat(read).hasValue(5_000_000);
  }

  @Test
  @Feature("L07")
  void aSessionEndsWhenItsTaskIsShutDown() throws Exception {
    Interaction wait = swarm.tasks().exec(id(), ExecSpec.of("wait"), ExecStreams.none());

    swarm.services().remove("web");

    assertThat(wait.exit().toCompletableFuture())
        .satisfies(exit -> assertThat(endOf(exit)).isNotNull());
  }

  private static Object endOf(CompletableFuture<Integer> exit) throws Exception {
    try {
      return exit.get(60, TimeUnit.SECONDS);
    } catch (ExecutionException cutOff) {
      return cutOff.getCause();
    }
  }

  @Test
  void closingACommandEndsIt() throws Exception {
    Interaction wait = swarm.tasks().exec(id(), ExecSpec.of("wait"), ExecStreams.none());

    wait.close();

    assertThat(failure(wait.exit())).isInstanceOf(UnavailableException.class);
  }

  @Test
  void attachingShowsOutputFromNowOnAndLetsTheTaskRunOn() throws Exception {
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    CountDownLatch seen = new CountDownLatch(1);
    OutputStream out =
        new OutputStream() {
          @Override
          public void write(int b) {
            output.write(b);
            if (b == '\n') {
              seen.countDown();
            }
          }
        };
    Interaction attached =
        swarm.tasks().attach(id(), "alice", false, streams(InputStream.nullInputStream(), out));
    swarm.tasks().exec(id(), List.of("name"), LIMIT); // it is attached before this runs
    ticks.countDown();
    assertThat(seen.await(60, TimeUnit.SECONDS)).isTrue();

    attached.close();

    assertThat(output.toString(StandardCharsets.UTF_8)).isEqualTo("tick\n");
    assertThat(swarm.tasks().exec(id(), List.of("true"), LIMIT).exitCode()).isZero();
  }

  @Test
  void everyAttemptIsOnTheRecordAndThePolicyDecides() {
    ExecSpec spec = ExecSpec.builder().command(List.of("name")).actor("mallory").build();

    assertThatThrownBy(() -> swarm.tasks().exec(id(), spec, ExecStreams.none()))
        .isInstanceOf(PermissionDeniedException.class)
        .hasMessage("exec into web.1 is not allowed: mallory is not an operator");
    swarm.tasks().exec(id(), List.of("name"), LIMIT);

    List<AuditEvent> events = swarm.audit().events();
    assertThat(events).hasSize(3);
    assertThat(events.get(0))
        .isInstanceOfSatisfying(
            AuditEvent.AccessRefused.class,
            refused -> assertThat(refused.actor()).isEqualTo("mallory"));
    assertThat(events.get(1))
        .isInstanceOfSatisfying(
            AuditEvent.ExecStarted.class,
            started -> assertThat(started.command()).containsExactly("name"));
    assertThat(events.get(2))
        .isInstanceOfSatisfying(
            AuditEvent.InteractionEnded.class, ended -> assertThat(ended.exitCode()).isEqualTo(7));
  }

  @Test
  void nodeOutOfReachRunsNoCommand() throws Exception {
    swarm.nodes().halt("w1");
    assertThat(failure(swarm.tasks().exec(id(), ExecSpec.of("name"), ExecStreams.none()).exit()))
        .isInstanceOf(UnavailableException.class);
  }
}
