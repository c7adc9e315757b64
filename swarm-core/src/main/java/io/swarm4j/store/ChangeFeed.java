package io.swarm4j.store;

import io.swarm4j.model.ConflictException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Committed changes in order, kept for a while, so that a watcher can go on without a gap where it
 * left off.
 *
 * <p>All watchers read the same ring, each with a cursor of its own: a slow one holds up nobody and
 * costs no memory; it is told when it has fallen out of the ring. Thread-safe.
 */
public final class ChangeFeed implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ChangeFeed.class);

  /** What is kept may take up about as many bytes: a hundred thousand changes of tasks. */
  private static final long KEPT_BYTES = 64L << 20;

  /** About what the views of a commit do not share with those of the next. */
  private static final int BYTES_OF_COMMIT = 1024;

  /** About what a change takes up, payload aside. */
  private static final int BYTES_OF_CHANGE = 640;

  private final Object lock = new Object();
  private final List<Watch> watches = new ArrayList<>();
  private Commit[] ring = new Commit[1024];
  private long first = 1; // oldest revision kept
  private long last; // newest revision published
  private long kept; // about as many bytes
  private boolean closed;

  /** Gets committed changes, one call at a time, on the executor given to {@link #watch}. */
  public interface Listener {

    /** What one commit changed and the filter let through; never empty. */
    void changed(Commit commit, List<Change> changes);

    /**
     * The watcher fell so far behind that changes after {@code revision} are no longer kept; the
     * watch has ended. Take a new view and watch from there.
     */
    void lost(long revision);
  }

  /**
   * Watches all changes after a revision.
   *
   * @param after revision that the caller has seen, usually that of a {@link View}
   * @param filter which changes are wanted
   * @param executor where the listener is called
   * @return ends the watch; no call begins after it was closed
   * @throws ConflictException if changes after that revision are no longer kept
   */
  public AutoCloseable watch(
      long after, Predicate<Change> filter, Executor executor, Listener listener) {
    Watch watch = new Watch(after, filter, executor, listener);
    synchronized (lock) {
      if (after + 1 < first) {
        throw new ConflictException(
            "changes after revision "
                + after
                + " are no longer kept (the oldest is "
                + first
                + "); take a new view and watch from its revision");
      }
      watches.add(watch);
    }
    watch.wake();
    return watch;
  }

  void publish(Commit commit) {
    List<Watch> wake;
    synchronized (lock) {
      keep(commit);
      wake = watches.isEmpty() ? List.of() : List.copyOf(watches);
    }
    wake.forEach(Watch::wake);
  }

  private void keep(Commit commit) {
    if (commit.revision() - first >= ring.length) {
      grow();
    }
    ring[(int) (commit.revision() % ring.length)] = commit;
    last = commit.revision();
    kept += weight(commit);
    while (kept > KEPT_BYTES && first < last) {
      int slot = (int) (first % ring.length);
      kept -= weight(ring[slot]);
      ring[slot] = null;
      first++;
    }
  }

  private static long weight(Commit commit) {
    long bytes = BYTES_OF_COMMIT;
    for (Change change : commit.changes()) {
      bytes += BYTES_OF_CHANGE + Payloads.bytes(change.latest());
    }
    return bytes;
  }

  private void grow() {
    Commit[] larger = new Commit[ring.length * 2];
    for (long revision = first; revision <= last; revision++) {
      larger[(int) (revision % larger.length)] = ring[(int) (revision % ring.length)];
    }
    ring = larger;
  }

  /** Forgets all; changes go on after {@code revision}. */
  void restart(long revision) {
    List<Watch> wake;
    synchronized (lock) {
      java.util.Arrays.fill(ring, null);
      first = revision + 1;
      last = revision;
      kept = 0;
      wake = List.copyOf(watches);
    }
    wake.forEach(Watch::wake);
  }

  @Override
  public void close() {
    synchronized (lock) {
      closed = true;
      watches.clear();
    }
  }

  private final class Watch implements AutoCloseable {
    private final Predicate<Change> filter;
    private final Executor executor;
    private final Listener listener;
    private long seen;
    private boolean scheduled;
    private volatile boolean ended;

    Watch(long after, Predicate<Change> filter, Executor executor, Listener listener) {
      this.seen = after;
      this.filter = filter;
      this.executor = executor;
      this.listener = listener;
    }

    void wake() {
      synchronized (lock) {
        if (scheduled || ended || closed || seen >= last) {
          return;
        }
        scheduled = true;
      }
      try {
        executor.execute(this::drain);
      } catch (RuntimeException refused) {
        LOG.warn("a watch ends: its executor takes no more work", refused);
        close();
      }
    }

    private void drain() {
      while (!ended) {
        Commit next;
        synchronized (lock) {
          if (closed || seen >= last) {
            scheduled = false;
            return;
          }
          next = seen + 1 < first ? null : ring[(int) ((seen + 1) % ring.length)];
        }
        if (next == null) {
          close();
          call(() -> listener.lost(seen));
          return;
        }
        seen = next.revision();
        call(() -> deliver(next));
      }
    }

    private void deliver(Commit commit) {
      List<Change> wanted = new ArrayList<>();
      for (Change change : commit.changes()) {
        if (filter.test(change)) {
          wanted.add(change);
        }
      }
      if (!wanted.isEmpty() && !ended) {
        listener.changed(commit, wanted);
      }
    }

    private void call(Runnable action) {
      try {
        action.run();
      } catch (RuntimeException fault) {
        LOG.error("a watcher failed; it goes on with the next change", fault);
      }
    }

    @Override
    public void close() {
      ended = true;
      synchronized (lock) {
        watches.remove(this);
      }
    }
  }
}
