package io.swarm4j.internal;

import io.swarm4j.model.ConflictException;
import io.swarm4j.store.Change;
import io.swarm4j.store.ChangeFeed;
import io.swarm4j.store.Commit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Predicate;

/** Watches that go on at another manager, without a gap, when the one that they watch is gone. */
final class RovingWatches {
  private final Executor executor;
  private final List<Watch> watches = new ArrayList<>();

  RovingWatches(Executor executor) {
    this.executor = executor;
  }

  AutoCloseable add(
      ChangeFeed feed, long after, Predicate<Change> filter, ChangeFeed.Listener listener) {
    Watch watch = new Watch(after, filter, listener);
    watch.follow(feed);
    watches.add(watch);
    return watch;
  }

  void follow(ChangeFeed feed) {
    List.copyOf(watches).forEach(watch -> watch.follow(feed));
  }

  private final class Watch implements AutoCloseable, ChangeFeed.Listener {
    private final Predicate<Change> filter;
    private final ChangeFeed.Listener listener;
    private long seen;
    private AutoCloseable present = () -> {};

    Watch(long after, Predicate<Change> filter, ChangeFeed.Listener listener) {
      this.seen = after;
      this.filter = filter;
      this.listener = listener;
    }

    private void follow(ChangeFeed feed) {
      Host.closeQuietly(present);
      try {
        present = feed.watch(seen, change -> true, executor, this);
      } catch (ConflictException tooOld) {
        executor.execute(() -> lost(seen));
      }
    }

    @Override
    public void changed(Commit commit, List<Change> changes) {
      seen = commit.revision();
      List<Change> wanted = changes.stream().filter(filter).toList();
      if (!wanted.isEmpty()) {
        listener.changed(commit, wanted);
      }
    }

    @Override
    public void lost(long revision) {
      close();
      listener.lost(revision);
    }

    @Override
    public void close() {
      watches.remove(this);
      Host.closeQuietly(present);
    }
  }
}
