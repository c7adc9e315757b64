package io.swarm4j.network.lb;

import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Makes the threads of one balancer, and waits for their end. Thread-safe. */
final class LoopThreads extends DefaultThreadFactory {
  private final String prefix;
  private final List<Thread> threads = new CopyOnWriteArrayList<>();

  LoopThreads(String balancer) {
    super(balancer, true);
    this.prefix = "swarm-lb-" + balancer + "-";
  }

  @Override
  protected synchronized Thread newThread(Runnable work, String name) {
    Thread thread = super.newThread(work, prefix + (threads.size() + 1));
    threads.add(thread);
    return thread;
  }

  /** Waits for the end of each thread, up to a limit each. */
  void join(Duration limit) throws InterruptedException {
    for (Thread thread : threads) {
      thread.join(limit.toMillis());
    }
  }
}
