package io.swarm4j.event;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last things that somebody did, in the memory of the manager through which they did it; who
 * wants to keep them all listens. Thread-safe.
 */
public final class AuditTrail {
  private static final Logger LOG = LoggerFactory.getLogger(AuditTrail.class);

  /** Number of events that are kept. */
  public static final int KEPT = 10_000;

  private final ArrayDeque<AuditEvent> events = new ArrayDeque<>();
  private final List<Consumer<AuditEvent>> listeners = new CopyOnWriteArrayList<>();
  private Instant since;

  /**
   * Begins to record.
   *
   * @param now nothing is known of what was before
   */
  public AuditTrail(Instant now) {
    this.since = now;
  }

  /** Adds an event; listeners have seen it when this returns. */
  public void record(AuditEvent event) {
    synchronized (events) {
      if (events.size() == KEPT) {
        since = events.remove().at();
      }
      events.add(event);
    }
    LOG.info(
        "audit={} actor={} task={}",
        event.getClass().getSimpleName(),
        event.actor().isEmpty() ? "-" : event.actor(),
        event.taskName()); // not the command: it may hold a password
    for (Consumer<AuditEvent> listener : listeners) {
      try {
        listener.accept(event);
      } catch (RuntimeException fault) {
        LOG.error("a listener of the audit trail failed", fault);
      }
    }
  }

  /** What is kept, as a manager's part of the whole. */
  public AuditReport.Part part(String manager) {
    synchronized (events) {
      return new AuditReport.Part(manager, since, List.copyOf(events));
    }
  }

  /** What is kept, oldest first. */
  public List<AuditEvent> events() {
    synchronized (events) {
      return List.copyOf(events);
    }
  }

  /**
   * Has all further events told.
   *
   * @param listener called on the thread of whoever acts; must not block
   * @return ends that
   */
  public AutoCloseable listen(Consumer<AuditEvent> listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }
}
