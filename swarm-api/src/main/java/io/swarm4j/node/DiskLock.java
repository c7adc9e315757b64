package io.swarm4j.node;

import io.swarm4j.dispatcher.Manager;
import io.swarm4j.model.Payload;
import io.swarm4j.store.seal.UnlockKey;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a manager's disk as locked as the swarm is. A log that is read again shows keys of the past
 * first: the disk follows once this manager has caught up. On the manager's loop only.
 */
final class DiskLock {
  private static final Logger LOG = LoggerFactory.getLogger(DiskLock.class);
  private static final Duration RETRY = Duration.ofSeconds(2);

  /** Locks the disk with a key, or opens it for good; completes with whether that is news. */
  interface Disk {
    CompletionStage<Boolean> lock(@Nullable UnlockKey key);
  }

  private final Manager manager;
  private final Disk disk;
  private final Supplier<CompletionStage<Void>> barrier;
  private final Runnable changed;
  private boolean current;
  private boolean busy;
  private boolean settled;
  private @Nullable Payload settledOn;

  /**
   * Does nothing yet.
   *
   * @param barrier completes once this manager has all that was committed when it was asked
   * @param changed called when the disk was locked otherwise than before
   */
  DiskLock(Manager manager, Disk disk, Supplier<CompletionStage<Void>> barrier, Runnable changed) {
    this.manager = manager;
    this.disk = disk;
    this.barrier = barrier;
    this.changed = changed;
  }

  /** Looks whether this manager has caught up; until it has, to be called again and again. */
  void look() {
    if (!current) {
      barrier
          .get()
          .whenComplete(
              (done, behind) -> {
                if (behind == null) {
                  manager.loop().execute(this::caughtUp);
                }
              });
    }
  }

  /** The state is that of the swarm from now on. */
  void caughtUp() {
    current = true;
    follow();
  }

  /** Makes the disk as the state wants it, unless it is so or is being made so. */
  void follow() {
    Payload wanted = manager.store().view().cluster().unlockKey();
    if (!current || busy || settled && Objects.equals(wanted, settledOn)) {
      return;
    }
    busy = true;
    disk.lock(wanted == null ? null : UnlockKey.of(wanted))
        .whenComplete(
            (news, failure) -> manager.loop().execute(() -> locked(wanted, news, failure)));
  }

  private void locked(@Nullable Payload key, @Nullable Boolean news, @Nullable Throwable failure) {
    if (failure instanceof RejectedExecutionException) {
      return; // this manager ends
    }
    if (failure != null) {
      LOG.error(
          "this manager's disk is not locked as it should be, next try in {}", RETRY, failure);
      manager.loop().schedule(RETRY, this::again);
      return;
    }
    settled = true;
    settledOn = key;
    if (Boolean.TRUE.equals(news)) {
      changed.run();
    }
    again();
  }

  private void again() {
    busy = false;
    follow();
  }
}
