package io.swarm4j.docker;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.model.StuckRemoval;
import io.swarm4j.model.TaskId;
import io.swarm4j.time.Loop;
import io.swarm4j.time.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class ContainerRemovalsTest {
  private static final TaskId TASK = new TaskId(1, 1);

  private final VirtualTime time = new VirtualTime(1);
  private final Loop loop = time.newLoop("runtime");
  private final List<Instant> attempts = new ArrayList<>();
  private RuntimeException refusal = new IllegalStateException("device or resource busy");
  private final ContainerRemovals removals =
      new ContainerRemovals(this::attempt, loop, time.newChance());

  private CompletionStage<Void> attempt(String id) {
    attempts.add(time.now());
    return refusal == null
        ? CompletableFuture.completedFuture(null)
        : CompletableFuture.failedFuture(refusal);
  }

  private CompletableFuture<Void> remove() {
    CompletableFuture<Void> gone =
        removals.remove("id", TASK, "web.1").gone().toCompletableFuture();
    time.settle();
    return gone;
  }

  @Test
  void whatIsRefusedIsToldWithItsCauseUntilItIsGone() {
    Instant start = time.now();
    CompletableFuture<Void> gone = remove();
    time.advance(Duration.ofMinutes(10));

    assertThat(removals.stuck())
        .containsExactly(
            new StuckRemoval(TASK, "web.1", "device or resource busy", attempts.size(), start));
    refusal = new IllegalStateException("input/output error");
    time.advance(Duration.ofMinutes(2));
    assertThat(removals.stuck())
        .extracting(StuckRemoval::detail)
        .containsExactly("input/output error");
    assertThat(gone).isNotDone();

    refusal = null;
    time.advance(Duration.ofMinutes(2));
    assertThat(gone).isCompleted();
    assertThat(removals.stuck()).isEmpty();
    int last = attempts.size();
    time.advance(Duration.ofMinutes(10));
    assertThat(attempts).hasSize(last);
  }

  @Test
  void attemptsComeEverLessOftenAndNotInStep() {
    remove();
    time.advance(Duration.ofHours(2));

    List<Duration> pauses = new ArrayList<>();
    for (int i = 1; i < attempts.size(); i++) {
      pauses.add(Duration.between(attempts.get(i - 1), attempts.get(i)));
    }
    assertThat(pauses.get(0)).isBetween(Duration.ofMillis(80), Duration.ofMillis(120));
    for (int i = 1; i < 9; i++) {
      assertThat(pauses.get(i)).isGreaterThan(pauses.get(i - 1));
    }
    assertThat(pauses.subList(12, pauses.size()))
        .allMatch(pause -> pause.compareTo(Duration.ofSeconds(48)) >= 0)
        .allMatch(pause -> pause.compareTo(Duration.ofSeconds(72)) <= 0)
        .doesNotHaveDuplicates();
  }

  @Test
  void anEngineThatIsBackIsAskedAtOnce() {
    CompletableFuture<Void> gone = remove();
    time.advance(Duration.ofHours(1));
    refusal = null;

    removals.tryNow();
    time.settle();

    assertThat(gone).isCompleted();
  }

  @Test
  void aContainerIsRemovedOnceHoweverOftenThatIsAsked() {
    remove();
    remove();
    assertThat(attempts).hasSize(1);
    assertThat(removals.stuck()).hasSize(1);
  }
}
