package io.swarm4j.internal;

import io.swarm4j.stream.LogEntry;
import io.swarm4j.stream.LogGap;
import io.swarm4j.stream.LogReceiver;
import io.swarm4j.stream.LogSubscription;
import io.swarm4j.stream.SerialWork;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls a receiver that may block, on threads of its own, with lines asked for a few ahead. */
final class PushedLogs implements LogReceiver, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PushedLogs.class);

  private final LogReceiver receiver;
  private final ConcurrentLinkedQueue<Runnable> calls = new ConcurrentLinkedQueue<>();
  private final SerialWork delivery;
  private volatile @Nullable LogSubscription subscription;
  private volatile boolean closed;
  private int taken;

  PushedLogs(Executor threads, LogReceiver receiver) {
    this.receiver = receiver;
    this.delivery = new SerialWork(threads, this::deliver);
  }

  void begin(LogSubscription begun) {
    subscription = begun;
    begun.request(QueuedLogs.AHEAD);
  }

  @Override
  public void entry(LogEntry entry) {
    call(
        () -> {
          receiver.entry(entry);
          taken();
        });
  }

  @Override
  public void gap(LogGap gap) {
    call(() -> receiver.gap(gap));
  }

  @Override
  public void end(List<LogGap> gaps) {
    call(() -> receiver.end(gaps));
  }

  private void call(Runnable call) {
    calls.add(call);
    try {
      delivery.wake();
    } catch (RejectedExecutionException swarmClosed) {
      close();
    }
  }

  private void deliver() {
    for (Runnable call = calls.poll(); call != null && !closed; call = calls.poll()) {
      try {
        call.run();
      } catch (RuntimeException fault) {
        LOG.warn("a receiver of log lines failed; its reading ends", fault);
        close();
      }
    }
  }

  private void taken() {
    LogSubscription open = subscription;
    if (++taken == QueuedLogs.AHEAD / 2 && open != null) {
      open.request(taken);
      taken = 0;
    }
  }

  @Override
  public void close() {
    closed = true;
    LogSubscription open = subscription;
    if (open != null) {
      open.close();
    }
  }
}
