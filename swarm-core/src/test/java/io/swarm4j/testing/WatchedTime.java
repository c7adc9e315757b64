package io.swarm4j.testing;

import io.swarm4j.time.Chance;
import io.swarm4j.time.Loop;
import io.swarm4j.time.RealTime;
import io.swarm4j.time.Time;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/** Real time that knows which threads it has given out, so that a test can see what is left. */
public final class WatchedTime implements Time {
  private static final AtomicInteger COUNT = new AtomicInteger();

  private final RealTime real = new RealTime();
  private final String prefix = "watched" + COUNT.incrementAndGet() + "-";

  @Override
  public Instant now() {
    return real.now();
  }

  @Override
  public Loop newLoop(String name) {
    return real.newLoop(prefix + name);
  }

  @Override
  public Chance newChance() {
    return real.newChance();
  }

  @Override
  public ThreadFactory newThreads(String name) {
    return real.newThreads(prefix + name);
  }

  /** Names of the threads that still run after a short time to end. */
  public List<String> threadsLeft() throws InterruptedException {
    for (Thread thread : alive()) {
      thread.join(2_000);
    }
    return alive().stream().map(Thread::getName).sorted().toList();
  }

  private List<Thread> alive() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith(prefix))
        .toList();
  }
}
