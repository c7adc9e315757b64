package io.swarm4j.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class RealLoopTest {
  private final Loop loop = new RealTime().newLoop("loop-under-test");

  @AfterEach
  void close() {
    loop.close();
  }

  @Test
  void tasksRunOneByOneInOrderOnOneDaemonThreadOfThatName() {
    List<Integer> ran = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      int number = i;
      loop.execute(() -> ran.add(number));
    }
    Thread thread = onLoop(Thread::currentThread);

    assertThat(ran).isEqualTo(IntStream.range(0, 10_000).boxed().toList());
    assertThat(thread.isDaemon()).isTrue();
    assertThat(thread.getName()).isEqualTo("loop-under-test");
    assertThat(onLoop(loop::isCurrent)).isTrue();
    assertThat(loop.isCurrent()).isFalse();
  }

  @Test
  void tasksOfManyThreadsKeepEachThreadsOrder() throws InterruptedException {
    List<List<Integer>> seen = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      List<Integer> mine = new ArrayList<>();
      seen.add(mine);
      Thread thread =
          new Thread(
              () -> {
                for (int i = 0; i < 5_000; i++) {
                  int number = i;
                  loop.execute(() -> mine.add(number));
                }
              });
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    onLoop(() -> null);

    assertThat(seen)
        .allSatisfy(mine -> assertThat(mine).isEqualTo(IntStream.range(0, 5_000).boxed().toList()));
  }

  @Test
  void timersRunInTheOrderOfTheirTimes() {
    List<String> ran = new ArrayList<>();
    CompletableFuture<Void> last = new CompletableFuture<>();
    loop.schedule(Duration.ofMillis(40), () -> ran.add("40 ms"));
    loop.schedule(Duration.ofMillis(10), () -> ran.add("10 ms"));
    loop.schedule(Duration.ofMillis(60), () -> last.complete(null));
    loop.schedule(Duration.ofMillis(20), () -> ran.add("cancelled")).cancel();
    loop.schedule(Duration.ofSeconds(Long.MAX_VALUE), () -> ran.add("never"));

    last.join();

    assertThat(onLoop(() -> List.copyOf(ran))).containsExactly("10 ms", "40 ms");
  }

  @Test
  void aTimerIsNeverEarly() {
    long start = System.nanoTime();
    CompletableFuture<Long> end = new CompletableFuture<>();
    loop.schedule(Duration.ofMillis(30), () -> end.complete(System.nanoTime()));

    assertThat(end.join() - start).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(30));
  }

  @Test
  void manyCancelledTimersDoNotKeepTheirTasksFromBeingForgotten() {
    for (int i = 0; i < 100_000; i++) {
      byte[] load = new byte[10_000]; // a gigabyte in all, were they kept
      loop.schedule(Duration.ofHours(1), () -> assertThat(load).isNotEmpty()).cancel();
    }

    assertThat(onLoop(() -> "alive")).isEqualTo("alive");
  }

  @Test
  void aTaskThatThrowsDoesNotHarmTheNext() {
    loop.execute(
        () -> {
          throw new IllegalStateException("expected by the test");
        });
    loop.execute(
        () -> {
          throw new AssertionError("expected by the test");
        });

    assertThat(onLoop(() -> "alive")).isEqualTo("alive");
  }

  @Test
  void anInterruptionDoesNotEndIt() {
    Thread thread = onLoop(Thread::currentThread);
    thread.interrupt();

    assertThat(onLoop(() -> "alive")).isEqualTo("alive");
  }

  @Test
  void closeDropsWhatWaitsAndLeavesNoThread() throws InterruptedException {
    Thread thread = onLoop(Thread::currentThread);
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch leave = new CountDownLatch(1);
    List<String> ran = new ArrayList<>();
    loop.execute(
        () -> {
          entered.countDown();
          awaitQuietly(leave);
        });
    loop.execute(() -> ran.add("dropped"));
    entered.await();

    Thread closer = new Thread(loop::close);
    closer.start();
    while (closer.getState() != Thread.State.TIMED_WAITING) { // until it waits for the task
      Thread.onSpinWait();
    }
    leave.countDown();
    closer.join();
    loop.execute(() -> ran.add("too late"));
    loop.close();

    assertThat(thread.isAlive()).isFalse();
    assertThat(ran).isEmpty();
  }

  @Test
  void aLoopMayCloseItself() throws InterruptedException {
    Thread thread = onLoop(Thread::currentThread);
    loop.execute(loop::close);

    thread.join();

    assertThat(thread.isAlive()).isFalse();
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
  }

  private <T> T onLoop(java.util.function.Supplier<T> task) {
    return CompletableFuture.supplyAsync(task, loop).join();
  }
}
