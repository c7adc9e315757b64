package io.swarm4j.docker;

import com.github.dockerjava.api.model.Event;
import com.github.dockerjava.api.model.EventType;
import io.swarm4j.agent.BlockingWork;
import io.swarm4j.time.Loop;
import io.swarm4j.time.Timer;
import java.io.Closeable;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches an engine: one stream of events for all containers of a node, and now and again a sign of
 * life. When the engine comes back after an outage, everything is looked up once. Thread-safe.
 */
final class EngineWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EngineWatch.class);
  private static final Duration FIRST_BACKOFF = Duration.ofMillis(100);
  private static final Duration LONGEST_BACKOFF = Duration.ofSeconds(3);

  /** Events of that much time before a reconnection are told again: no clock is exact. */
  private static final Duration OVERLAP = Duration.ofSeconds(2);

  private final EngineConnection engine;
  private final String owner;
  private final Duration signsOfLife;
  private final Loop loop;
  private final BlockingWork work;
  private final Listener listener;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private @Nullable String outage;
  private @Nullable Events stream;
  private Duration backoff = FIRST_BACKOFF;
  private Timer next = Timer.NONE;
  private boolean closed;

  /** Hears of containers, on threads that may block. */
  interface Listener {
    /** Something happened to a container. */
    void event(Event event);

    /**
     * The engine is in reach, for the first time or again: what happened meanwhile is not told.
     *
     * @throws RuntimeException if it is out of reach again
     */
    void cameIntoReach();
  }

  /**
   * Of one engine.
   *
   * @param signsOfLife how often the engine is asked for one, and how long it may take to give it
   */
  EngineWatch(
      EngineConnection engine,
      String owner,
      Duration signsOfLife,
      Loop loop,
      BlockingWork work,
      Listener listener) {
    this.engine = engine;
    this.owner = owner;
    this.signsOfLife = signsOfLife;
    this.loop = loop;
    this.work = work;
    this.listener = listener;
  }

  void start() {
    work.execute(this::connect);
    loop.execute(this::planPing);
  }

  /** Why the engine is of no use now. */
  Optional<String> outage() {
    lock.lock();
    try {
      return Optional.ofNullable(outage);
    } finally {
      lock.unlock();
    }
  }

  /** Waits until the engine is in reach, at most so long. */
  void awaitReach(Duration limit) throws InterruptedException {
    lock.lock();
    try {
      long left = limit.toNanos();
      while (outage != null && !closed && left > 0) {
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Waits for a while, whatever happens, unless this is closed. */
  void pause(Duration time) throws InterruptedException {
    lock.lock();
    try {
      long left = time.toNanos();
      while (!closed && left > 0) {
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  private void connect() {
    if (isClosed()) {
      return;
    }
    Instant since = loop.now().minus(OVERLAP);
    engine
        .streams()
        .eventsCmd()
        .withEventTypeFilter(EventType.CONTAINER)
        .withEventFilter("die", "health_status", "destroy")
        .withLabelFilter(ContainerLabels.of(owner))
        .withSince(Long.toString(since.getEpochSecond()))
        .exec(new Events());
  }

  /** Of a container that died; null if it is not told. */
  static @Nullable Integer exitCode(Event died) {
    Map<String, String> attributes =
        died.getActor() == null ? null : died.getActor().getAttributes();
    String code = attributes == null ? null : attributes.get("exitCode");
    try {
      return code == null ? null : Integer.valueOf(code);
    } catch (NumberFormatException garbage) {
      return null;
    }
  }

  /** One stream of events. */
  private final class Events extends EngineStream<Event> {
    @Override
    public void onStart(Closeable opened) {
      super.onStart(opened);
      lock.lock();
      try {
        stream = this;
      } finally {
        lock.unlock();
      }
      if (isClosed()) {
        close();
        return;
      }
      work.execute(EngineWatch.this::inReach);
    }

    @Override
    public void onNext(Event event) {
      try {
        listener.event(event);
      } catch (RuntimeException fault) {
        LOG.warn("an event of the engine could not be followed: {}", event, fault);
      }
    }

    @Override
    void ended(@Nullable Throwable cause) {
      forget(this);
      if (!isClosed()) {
        outOfReach(cause == null ? "it ended the stream of events" : EngineFailures.text(cause));
        reconnectLater();
      }
    }
  }

  private void forget(Events ended) {
    lock.lock();
    try {
      if (stream == ended) {
        stream = null;
      }
    } finally {
      lock.unlock();
    }
  }

  private void inReach() {
    try {
      engine.ping();
      lock.lock();
      try {
        if (outage != null) {
          LOG.info("engine={} is in reach again", engine.address());
        }
        outage = null;
        backoff = FIRST_BACKOFF;
        changed.signalAll();
      } finally {
        lock.unlock();
      }
      listener.cameIntoReach();
    } catch (RuntimeException failure) {
      outOfReach(EngineFailures.text(failure));
      lock.lock();
      try {
        if (stream != null) {
          stream.close(); // which brings about the next attempt
        }
      } finally {
        lock.unlock();
      }
    }
  }

  private void outOfReach(String why) {
    lock.lock();
    try {
      if (outage == null && !closed) {
        LOG.warn("engine={} is out of reach: {}", engine.address(), why);
      }
      outage = "the Docker Engine at " + engine.address() + " does not answer: " + why;
    } finally {
      lock.unlock();
    }
  }

  private void reconnectLater() {
    lock.lock();
    try {
      next.cancel();
      next = loop.schedule(backoff, () -> work.execute(this::connect));
      Duration longer = backoff.multipliedBy(2);
      backoff = longer.compareTo(LONGEST_BACKOFF) > 0 ? LONGEST_BACKOFF : longer;
    } finally {
      lock.unlock();
    }
  }

  private void planPing() {
    if (!isClosed()) {
      loop.schedule(signsOfLife, this::ping);
    }
  }

  /** A stream that is silent does not tell an engine that hangs from one that is idle. */
  private void ping() {
    work.callWithin(
            signsOfLife,
            () -> {
              engine.ping();
              return "";
            },
            () -> "no answer within " + signsOfLife.toMillis() / 1000.0 + " s")
        .handle((late, failure) -> failure == null ? late : EngineFailures.text(failure))
        .thenAccept(
            trouble -> {
              if (!trouble.isEmpty()) {
                outOfReach(trouble);
              } else if (outage().isPresent() && hasStream()) {
                work.execute(this::inReach);
              }
              loop.execute(this::planPing);
            });
  }

  private boolean hasStream() {
    lock.lock();
    try {
      return stream != null;
    } finally {
      lock.unlock();
    }
  }

  private boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      next.cancel();
      changed.signalAll();
      if (stream != null) {
        stream.close();
      }
    } finally {
      lock.unlock();
    }
  }
}
