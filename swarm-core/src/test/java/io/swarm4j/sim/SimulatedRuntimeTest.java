package io.swarm4j.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.swarm4j.agent.Container;
import io.swarm4j.agent.Container.Exit;
import io.swarm4j.agent.ExecStreams;
import io.swarm4j.agent.LogOptions;
import io.swarm4j.agent.TaskFailure;
import io.swarm4j.model.ContainerSpec;
import io.swarm4j.model.HealthCheck.Probe;
import io.swarm4j.model.Reason;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.testing.CollectedLog;
import io.swarm4j.testing.TestTask;
import io.swarm4j.time.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class SimulatedRuntimeTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final VirtualTime time = new VirtualTime(1);
  private final SimulatedRuntime runtime =
      SimulatedRuntime.instant(time.newLoop("node"), time.newChance());

  private Container create(SimulatedImage behaviour) {
    runtime.behave("app", behaviour);
    return runtime.create(TestTask.of(ContainerSpec.of("app:1")).context());
  }

  private Container running(SimulatedImage behaviour) {
    Container container = create(behaviour);
    assertThat(now(container.start())).isNotNull();
    return container;
  }

  private static <T> T now(CompletionStage<T> stage) {
    CompletableFuture<T> future = stage.toCompletableFuture();
    assertThat(future.isDone()).isTrue();
    return future.join();
  }

  private static boolean done(CompletionStage<?> stage) {
    return stage.toCompletableFuture().isDone();
  }

  private static Reason failure(CompletionStage<?> stage) {
    try {
      now(stage);
      throw new AssertionError("it did not fail");
    } catch (CompletionException failure) {
      return ((TaskFailure) failure.getCause()).reason();
    }
  }

  @Test
  void whatTakesNoTimeIsDoneAtOnce() {
    Container container = create(SimulatedImage.INSTANT);

    assertThat(done(container.prepare())).isTrue();
    assertThat(now(container.start()).id()).isNotBlank();
    assertThat(now(container.start())).isEqualTo(now(container.start()));
    assertThat(done(container.exit())).isFalse();
    assertThat(runtime.running()).isEqualTo(1);
    assertThat(now(container.stop(SECOND))).isNull();
    assertThat(now(container.exit()).code()).isZero();
    assertThat(runtime.running()).isZero();
  }

  @Test
  void delaysPassOnVirtualTime() {
    Container container =
        create(SimulatedImage.builder().prepareDelay(SECOND).startDelay(SECOND).build());
    CompletionStage<?> started = container.start();

    time.advance(SECOND.multipliedBy(2).minusMillis(1));
    assertThat(done(container.prepare())).isTrue();
    assertThat(done(started)).isFalse();
    time.advance(Duration.ofMillis(1));
    assertThat(done(started)).isTrue();
  }

  @Test
  void taskEndsByItselfAfterItsTime() {
    Container container = running(SimulatedImage.exits(SECOND, 3));

    time.advance(SECOND);

    assertThat(now(container.exit())).isEqualTo(new Exit(3, false, ""));
  }

  @Test
  void taskThatIgnoresItsStopIsKilledAfterTheGrace() {
    Container container = running(SimulatedImage.builder().ignoresStop(true).build());
    CompletionStage<Void> stopped = container.stop(SECOND);

    time.advance(SECOND.minusMillis(1));
    assertThat(done(stopped)).isFalse();
    time.advance(Duration.ofMillis(1));

    assertThat(done(stopped)).isTrue();
    assertThat(now(container.exit()).code()).isEqualTo(137);
  }

  @Test
  void shorterGraceReplacesALongerOneAndNotTheReverse() {
    Container container = running(SimulatedImage.builder().ignoresStop(true).build());
    container.stop(SECOND.multipliedBy(10));
    container.stop(SECOND);
    container.stop(SECOND.multipliedBy(10));

    time.advance(SECOND);

    assertThat(now(container.exit()).code()).isEqualTo(137);
  }

  @Test
  void slowStopTakesItsTime() {
    Container container = running(SimulatedImage.builder().stopDelay(SECOND).build());
    CompletionStage<Void> stopped = container.stop(SECOND.multipliedBy(10));

    assertThat(done(stopped)).isFalse();
    time.advance(SECOND);

    assertThat(now(container.exit()).code()).isZero();
  }

  @Test
  void stopBeforeTheStartKeepsItFromStarting() {
    Container fresh = create(SimulatedImage.INSTANT);
    Container starting = create(SimulatedImage.builder().startDelay(SECOND).build());
    CompletionStage<?> started = starting.start();

    now(fresh.stop(SECOND));
    now(starting.stop(SECOND));
    time.advance(SECOND);

    assertThat(failure(fresh.start())).isInstanceOf(Reason.Stopped.class);
    assertThat(failure(started)).isInstanceOf(Reason.Stopped.class);
    assertThat(failure(starting.exit())).isInstanceOf(Reason.Stopped.class);
    assertThat(runtime.running()).isZero();
  }

  @Test
  void failuresAreTyped() {
    Container image = create(SimulatedImage.builder().prepareFailure(1).build());
    Container start = create(SimulatedImage.builder().startFailure(1).build());

    assertThat(failure(image.prepare())).isInstanceOf(Reason.Image.class);
    assertThat(failure(image.exit())).isInstanceOf(Reason.Image.class);
    assertThat(failure(start.start())).isInstanceOf(Reason.StartFailed.class);
    assertThat(failure(start.exit())).isInstanceOf(Reason.StartFailed.class);
  }

  @Test
  void failuresFollowTheSeed() {
    assertThat(outcomes(7)).isEqualTo(outcomes(7)).contains(true).contains(false);
    assertThat(outcomes(8)).isNotEqualTo(outcomes(7));
  }

  private static List<Boolean> outcomes(long seed) {
    VirtualTime own = new VirtualTime(seed);
    SimulatedRuntime other = SimulatedRuntime.instant(own.newLoop("node"), own.newChance());
    other.behave("app", SimulatedImage.builder().startFailure(0.5).build());
    List<Boolean> outcomes = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      Container container = other.create(TestTask.of(ContainerSpec.of("app")).context());
      outcomes.add(container.start().toCompletableFuture().isCompletedExceptionally());
    }
    return outcomes;
  }

  @Test
  void healthIsScriptedOrSet() {
    Container container = running(SimulatedImage.builder().unhealthyAfter(SECOND).build());
    Container other = running(SimulatedImage.INSTANT);
    Probe probe = new Probe.Shell("true");

    assertThat(now(container.probe(probe, SECOND)).healthy()).isTrue();
    time.advance(SECOND);
    assertThat(now(container.probe(probe, SECOND)).healthy()).isFalse();
    assertThat(now(other.probe(probe, SECOND)).healthy()).isTrue();
    runtime.setHealthy(other.task(), false);
    assertThat(now(other.probe(probe, SECOND)).healthy()).isFalse();
  }

  @Test
  void crashEndsARunningTask() {
    Container container = running(SimulatedImage.INSTANT);
    CompletionStage<Exit> exit = container.exit();

    runtime.crash(container.task(), 5);
    runtime.crash(container.task(), 6);

    assertThat(now(exit).code()).isEqualTo(5);
    assertThat((Object) container.exit()).isSameAs(exit);
  }

  @Test
  void machineWithoutPowerNeverAnswers() {
    Container container = running(SimulatedImage.exits(SECOND, 0));
    CompletionStage<Exit> exit = container.exit();

    runtime.powerOff();
    CompletionStage<Void> stopped = container.stop(SECOND);
    time.advance(SECOND.multipliedBy(100));

    assertThat(done(exit)).isFalse();
    assertThat(done(stopped)).isFalse();
    assertThat(runtime.running()).isZero();
  }

  @Test
  void logIsEmptyAndEndsWithTheTask() {
    Container container = running(SimulatedImage.INSTANT);
    CollectedLog follower = new CollectedLog();
    container.logs(LogOptions.FOLLOW, follower);

    now(container.remove());

    assertThatThrownBy(follower::end).hasMessageContaining("twice");
    assertThat(failure(container.exec(List.of("ls"), ExecStreams.none()))).isNotNull();
    assertThat(runtime.tasks()).isEmpty();
  }

  @Test
  void closeEndsEverything() {
    Container container = running(SimulatedImage.builder().ignoresStop(true).build());

    runtime.close();
    runtime.close();
    time.settle();

    assertThat(now(container.exit()).code()).isEqualTo(137);
    assertThatThrownBy(() -> create(SimulatedImage.INSTANT))
        .isInstanceOf(UnavailableException.class);
  }
}
