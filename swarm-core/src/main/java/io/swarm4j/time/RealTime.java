package io.swarm4j.time;

import java.time.Instant;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/** The machine's clock, real threads, unpredictable chance. */
public final class RealTime implements Time {

  @Override
  public Instant now() {
    return Instant.now();
  }

  @Override
  public Loop newLoop(String name) {
    return RealLoop.start(name);
  }

  @Override
  public Chance newChance() {
    return Chance.unpredictable();
  }

  @Override
  public ThreadFactory newThreads(String name) {
    AtomicInteger count = new AtomicInteger();
    return task -> daemon(task, name + "-" + count.incrementAndGet());
  }

  static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }
}
