package io.swarm4j.agent;

import io.swarm4j.model.TaskId;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.time.Loop;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The containers that a runtime has made and not removed yet, until it ends. Thread-safe. */
public final class OpenContainers<C extends Container> {
  private static final Logger LOG = LoggerFactory.getLogger(OpenContainers.class);

  private final String runtime;
  private final Set<C> present = new LinkedHashSet<>();
  private boolean shut;

  /**
   * None yet.
   *
   * @param runtime how messages name the runtime, such as {@code the Docker runtime}
   */
  public OpenContainers(String runtime) {
    this.runtime = runtime;
  }

  /**
   * Takes in one more.
   *
   * @throws UnavailableException if the runtime has ended
   */
  public synchronized void add(C container) {
    if (shut) {
      throw new UnavailableException(runtime + " is closed");
    }
    present.add(container);
  }

  /** Forgets one that is gone. */
  public synchronized void remove(C container) {
    present.remove(container);
  }

  /** The tasks that they run. */
  public synchronized Set<TaskId> tasks() {
    return present.stream().map(Container::task).collect(Collectors.toUnmodifiableSet());
  }

  /** All that there are. */
  public synchronized List<C> all() {
    return List.copyOf(present);
  }

  /** Takes in no more; whether this is the first call. */
  public synchronized boolean shut() {
    boolean first = !shut;
    shut = true;
    return first;
  }

  /**
   * Removes what there is, and waits until it is gone; what is not by then is told by the log.
   *
   * @param loop on which the containers take their steps; a call on it does not wait
   * @param limit how long to wait at most
   */
  public void removeAll(Loop loop, Duration limit) {
    CompletableFuture<?>[] removals =
        all().stream()
            .map(container -> container.remove().toCompletableFuture())
            .toArray(CompletableFuture[]::new);
    if (!loop.isCurrent()) {
      await(CompletableFuture.allOf(removals), limit);
    }
  }

  private void await(CompletableFuture<Void> all, Duration limit) {
    try {
      all.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException incomplete) {
      LOG.warn("some containers could not be removed before {} closed", runtime, incomplete);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
  }
}
