package io.swarm4j.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.exception.InternalServerErrorException;
import com.github.dockerjava.api.exception.NotFoundException;
import io.swarm4j.time.Loop;
import io.swarm4j.time.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class InsistentCallsTest {
  private static final int MOST = 3;

  private final VirtualTime time = new VirtualTime(1);
  private final Loop loop = time.newLoop("runtime");
  private final ArrayDeque<Runnable> threads = new ArrayDeque<>();
  private final List<Instant> attempts = new ArrayList<>();
  private boolean inReach = true;
  private RuntimeException refusal = new InternalServerErrorException("wedged");
  private boolean wanted = true;
  private final InsistentCalls calls =
      new InsistentCalls(
          MOST, Duration.ofSeconds(10), threads::add, loop, time.newChance(), () -> inReach);

  private CompletableFuture<String> signal(String container) {
    CompletableFuture<String> answer =
        calls
            .insist(
                "SIGTERM to " + container,
                () -> {
                  attempts.add(time.now());
                  if (refusal != null) {
                    throw refusal;
                  }
                  return container;
                },
                () -> wanted)
            .toCompletableFuture();
    time.settle();
    return answer;
  }

  /** Lets what is under way come to its end, whatever follows from that too. */
  private void work() {
    for (Runnable next = threads.poll(); next != null; next = threads.poll()) {
      next.run();
      time.settle();
    }
  }

  private void pass(Duration span) {
    for (Instant end = time.now().plus(span); time.now().isBefore(end); work()) {
      time.advance(Duration.ofMillis(10));
    }
  }

  @Test
  void anEngineThatHangsHoldsNoMoreThreadsHoweverManyContainersItHas() {
    refusal = null;
    List<CompletableFuture<String>> all = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      all.add(signal("web." + i));
    }
    time.advance(Duration.ofHours(1));
    assertThat(threads).hasSize(MOST);

    threads.remove().run();
    time.settle();
    assertThat(threads).hasSize(MOST);
    work();

    assertThat(all).allMatch(CompletableFuture::isDone);
  }

  @Test
  void aCallThatWaitsForItsNextAttemptHoldsNoThread() {
    for (int i = 0; i < MOST; i++) {
      signal("web." + i);
    }
    work();
    refusal = null;

    CompletableFuture<String> other = signal("api.1");
    assertThat(threads).hasSize(1);
    work();

    assertThat(other).isCompletedWithValue("api.1");
  }

  @Test
  void whatTheEngineFailsAtIsRepeatedEverLessOftenAndToldUntilItIsDone() {
    Instant start = time.now();
    CompletableFuture<String> answer = signal("web.1");
    pass(Duration.ofSeconds(9));
    assertThat(calls.trouble()).isEmpty();
    signal("web.2");
    pass(Duration.ofMinutes(5));

    assertThat(calls.trouble())
        .isEqualTo(
            "waits for the engine to do SIGTERM to web.1 and 1 more, since " + start + ": wedged");
    assertThat(attempts.size()).isBetween(40, 90);
    refusal = null;
    pass(Duration.ofSeconds(15));

    assertThat(answer).isCompleted();
    assertThat(calls.trouble()).isEmpty();
  }

  @Test
  void nothingIsAskedOfAnEngineThatIsOutOfReach() {
    refusal = null;
    inReach = false;
    CompletableFuture<String> answer = signal("web.1");
    pass(Duration.ofMinutes(1));
    assertThat(attempts).isEmpty();
    assertThat(calls.trouble()).contains("web.1", "no answer yet");

    inReach = true;
    calls.tryNow();
    time.settle();
    work();

    assertThat(answer).isCompleted();
  }

  @Test
  void whatWillNeverSucceedFails() {
    refusal = new NotFoundException("no such container");
    CompletableFuture<String> unknown = signal("web.1");
    work();
    assertThat(unknown).isCompletedExceptionally();

    refusal = new InternalServerErrorException("wedged");
    CompletableFuture<String> unwanted = signal("web.2");
    wanted = false;
    work();

    assertThat(unwanted).isCompletedExceptionally();
    assertThat(attempts).hasSize(2);
    assertThat(calls.trouble()).isEmpty();
  }
}
