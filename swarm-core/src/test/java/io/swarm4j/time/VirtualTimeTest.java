package io.swarm4j.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class VirtualTimeTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final VirtualTime time = new VirtualTime(1);
  private final Loop a = time.newLoop("a");
  private final Loop b = time.newLoop("b");
  private final List<String> ran = new ArrayList<>();

  @Test
  void tasksOfAllLoopsRunInTheOrderInWhichTheyWereHandedIn() {
    a.execute(() -> note("1"));
    b.execute(
        () -> {
          note("2");
          a.execute(() -> note("4"));
        });
    a.execute(() -> note("3"));

    time.settle();

    assertThat(ran).containsExactly("1", "2", "3", "4");
    assertThat(time.now()).isEqualTo(START);
  }

  @Test
  void timersRunInTheOrderOfTheirTimesThenOfTheirMaking() {
    a.schedule(Duration.ofSeconds(2), () -> note("2s"));
    b.schedule(Duration.ofSeconds(1), () -> note("1s first"));
    a.schedule(Duration.ofSeconds(1), () -> note("1s second"));

    time.advance(Duration.ofMillis(1_500));
    assertThat(ran).containsExactly("1s first", "1s second");
    assertThat(time.now()).isEqualTo(START.plusMillis(1_500));
    time.advance(Duration.ofMillis(500));
    assertThat(ran).hasSize(3);
  }

  @Test
  void whatATimerCausesRunsAtItsTimeBeforeTheNextTimer() {
    List<Instant> times = new ArrayList<>();
    a.schedule(
        Duration.ofSeconds(1),
        () -> b.execute(() -> b.schedule(Duration.ofSeconds(1), () -> times.add(b.now()))));
    a.schedule(Duration.ofSeconds(3), () -> times.add(a.now()));

    time.advance(Duration.ofHours(1));

    assertThat(times).containsExactly(START.plusSeconds(2), START.plusSeconds(3));
  }

  @Test
  void aTimerWithoutDelayIsDueNowAndNeedsNoPassingOfTime() {
    a.schedule(Duration.ZERO, () -> note("zero"));
    a.schedule(Duration.ofSeconds(-5), () -> note("negative"));
    a.execute(() -> note("queued"));

    time.settle();

    assertThat(ran).containsExactly("queued", "zero", "negative");
    assertThat(time.now()).isEqualTo(START);
  }

  @Test
  void aCancelledTimerDoesNotRunAndDoesNotMoveTime() {
    Timer timer = a.schedule(Duration.ofSeconds(1), () -> note("cancelled"));
    timer.cancel();
    timer.cancel();

    assertThat(time.runUntil(() -> !ran.isEmpty(), Duration.ofSeconds(10))).isFalse();
    assertThat(time.now()).isEqualTo(START.plusSeconds(10));
  }

  @Test
  void aClosedLoopRunsNothingMore() {
    a.execute(() -> note("queued"));
    a.schedule(Duration.ofSeconds(1), () -> note("timer"));
    a.close();
    a.execute(() -> note("late"));
    b.execute(() -> note("other loop"));

    time.advance(Duration.ofSeconds(5));

    assertThat(ran).containsExactly("other loop");
  }

  @Test
  void runUntilStopsAsSoonAsTheConditionHolds() {
    for (int i = 1; i <= 5; i++) {
      a.schedule(Duration.ofSeconds(i), () -> note("tick"));
    }

    assertThat(time.runUntil(() -> ran.size() == 3, Duration.ofMinutes(1))).isTrue();
    assertThat(time.now()).isEqualTo(START.plusSeconds(3));
    assertThat(time.runUntil(() -> ran.size() == 9, Duration.ofSeconds(5))).isFalse();
    assertThat(time.now()).isEqualTo(START.plusSeconds(8));
  }

  @Test
  void aLoopKnowsWhetherItRuns() {
    List<Boolean> current = new ArrayList<>();
    a.execute(() -> current.addAll(List.of(a.isCurrent(), b.isCurrent())));
    time.settle();

    assertThat(current).containsExactly(true, false);
    assertThat(a.isCurrent()).isFalse();
  }

  @Test
  void chanceFollowsFromTheSeed() {
    Chance one = new VirtualTime(7).newChance();
    Chance same = new VirtualTime(7).newChance();
    Chance other = new VirtualTime(8).newChance();

    long number = one.nextLong();
    assertThat(same.nextLong()).isEqualTo(number);
    assertThat(other.nextLong()).isNotEqualTo(number);
    for (int i = 0; i < 1_000; i++) {
      assertThat(one.jitter(Duration.ofSeconds(5), 0.1))
          .isBetween(Duration.ofMillis(4_500), Duration.ofMillis(5_500));
      assertThat(one.between(Duration.ZERO, Duration.ofSeconds(1)))
          .isBetween(Duration.ZERO, Duration.ofSeconds(1));
    }
    assertThat(one.between(Duration.ofSeconds(2), Duration.ofSeconds(1)))
        .isEqualTo(Duration.ofSeconds(2));
  }

  @Test
  void nobodyGetsAThread() {
    assertThatThrownBy(() -> time.newThreads("pull"))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("pull");
  }

  private void note(String what) {
    ran.add(what);
  }
}
