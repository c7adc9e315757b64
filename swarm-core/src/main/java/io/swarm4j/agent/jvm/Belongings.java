package io.swarm4j.agent.jvm;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The threads of a task and what it has opened, which are taken away when it ends. Thread-safe. */
final class Belongings {
  private static final Logger LOG = LoggerFactory.getLogger(Belongings.class);

  private final String task;
  private final ThreadFactory threads;
  private final Consumer<Throwable> failed;
  private final ArrayDeque<AutoCloseable> owned = new ArrayDeque<>();
  private final List<Thread> running = new ArrayList<>();
  private boolean over;

  /**
   * Of a task that has nothing yet.
   *
   * @param failed gets what its threads end with
   */
  Belongings(String task, ThreadFactory threads, Consumer<Throwable> failed) {
    this.task = task;
    this.threads = threads;
    this.failed = failed;
  }

  <T extends AutoCloseable> T own(T resource) {
    synchronized (this) {
      if (!over) {
        owned.add(resource);
        return resource;
      }
    }
    close(resource);
    return resource;
  }

  /** A resource is closed: it need not be taken away in the end. */
  synchronized void disown(AutoCloseable closed) {
    owned.remove(closed);
  }

  Thread spawn(Runnable work) {
    Thread thread = threads.newThread(() -> guarded(work));
    synchronized (this) {
      running.removeIf(Belongings::hasEnded);
      running.add(thread);
      thread.start();
      if (over) {
        thread.interrupt();
      }
    }
    return thread;
  }

  private void guarded(Runnable work) {
    try {
      work.run();
    } catch (ExitSignal asked) {
      LOG.debug("a thread of task={} ended the task", task);
    } catch (Throwable failure) {
      failed.accept(failure);
    }
  }

  private static boolean hasEnded(Thread thread) {
    return thread.getState() == Thread.State.TERMINATED;
  }

  /** Its threads that have not ended. */
  synchronized List<Thread> threadsAlive() {
    running.removeIf(Belongings::hasEnded);
    return List.copyOf(running);
  }

  /** Closes all that is open, the newest first, and interrupts all threads but the caller's. */
  void takeAway() {
    for (AutoCloseable next = newest(); next != null; next = newest()) {
      close(next);
    }
    for (Thread thread : threadsAlive()) {
      if (thread != Thread.currentThread()) {
        thread.interrupt();
      }
    }
  }

  /** The same, for all that is yet to come, too. */
  void end() {
    synchronized (this) {
      over = true;
    }
    takeAway();
  }

  private synchronized @Nullable AutoCloseable newest() {
    return owned.pollLast();
  }

  private void close(AutoCloseable resource) {
    try {
      resource.close();
    } catch (Exception fault) {
      LOG.debug("task={} could not close {}", task, resource, fault);
    }
  }
}
