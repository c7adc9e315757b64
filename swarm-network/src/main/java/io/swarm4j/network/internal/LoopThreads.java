package io.swarm4j.network.internal;

import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Makes the daemon threads of one owner, and waits for their end. Thread-safe. */
public final class LoopThreads extends DefaultThreadFactory {
  private final String prefix;
  private final List<Thread> threads = new CopyOnWriteArrayList<>();

  /**
   * No thread yet.
   *
   * @param prefix beginning of the threads' names, which a number completes
   */
  public LoopThreads(String prefix) {
    super(prefix, true);
    this.prefix = prefix;
  }

  @Override
  protected synchronized Thread newThread(Runnable work, String name) {
    Thread thread = super.newThread(work, prefix + (threads.size() + 1));
    threads.add(thread);
    return thread;
  }

  /** Waits for the end of each thread, up to a limit each. */
  public void join(Duration limit) throws InterruptedException {
    for (Thread thread : threads) {
      thread.join(limit.toMillis());
    }
  }
}
