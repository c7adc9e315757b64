package io.swarm4j.time;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.ThreadFactory;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Time that passes only when nothing is left to do, and then at once up to the next timer.
 *
 * <p>All loops run on the thread that calls {@link #runUntil}, {@link #advance} or {@link #settle},
 * in one global order that follows from the seed and the calls alone. Not thread-safe: one thread
 * owns it.
 */
public final class VirtualTime implements Time {
  /** Tasks without any passing of time after which a run is taken for an endless loop. */
  private static final int MOST_STEPS_PER_INSTANT = 50_000_000;

  private static final Duration LONGEST_WAIT = Duration.ofDays(36_500);

  private final Chance seeds;
  private final Instant start;
  private final ArrayDeque<Entry> queue = new ArrayDeque<>();
  private final PriorityQueue<Entry> timers = new PriorityQueue<>();
  private final List<Runnable> observers = new ArrayList<>();
  private long now; // nanoseconds since the start
  private long sequence;
  private @Nullable VirtualLoop running;

  /** Starts at 2026-01-01T00:00:00Z. */
  public VirtualTime(long seed) {
    this(seed, Instant.parse("2026-01-01T00:00:00Z"));
  }

  /** Starts at {@code start}. */
  public VirtualTime(long seed, Instant start) {
    this.seeds = Chance.seeded(seed);
    this.start = start;
  }

  @Override
  public Instant now() {
    return start.plusNanos(now);
  }

  /** How much time has passed since the start. */
  public Duration elapsed() {
    return Duration.ofNanos(now);
  }

  @Override
  public Loop newLoop(String name) {
    return new VirtualLoop(name);
  }

  /**
   * Lets the clock of one loop go wrong: what it stamps is off by {@code skew}, timers are not.
   *
   * @throws IllegalArgumentException if the loop is not one of this time's
   */
  public void skew(Loop loop, Duration skew) {
    if (!(loop instanceof VirtualLoop mine) || mine.time() != this) {
      throw new IllegalArgumentException("not a loop of this time: " + loop);
    }
    mine.skew = skew;
  }

  /**
   * Has {@code observer} look after each step, a step being all that happens at one moment. It must
   * not change anything; what it throws ends the run.
   */
  public void afterEachStep(Runnable observer) {
    observers.add(observer);
  }

  @Override
  public Chance newChance() {
    return seeds.fork();
  }

  @Override
  public ThreadFactory newThreads(String name) {
    throw new UnsupportedOperationException(
        "nothing may block under virtual time: " + name + " asked for a thread");
  }

  /** Runs all that can run now, timers that are due included, without letting time pass. */
  public void settle() {
    int steps = 0;
    for (Entry next = nextNow(); next != null; next = nextNow()) {
      if (++steps > MOST_STEPS_PER_INSTANT) {
        throw new IllegalStateException(
            "endless activity at " + now() + " without any passing of time");
      }
      run(next);
    }
    if (steps > 0) {
      observers.forEach(Runnable::run);
    }
  }

  private @Nullable Entry nextNow() {
    Entry queued = queue.poll();
    if (queued != null) {
      return queued;
    }
    Entry timer = timers.peek();
    return timer == null || timer.due > now ? null : timers.remove();
  }

  /** Lets {@code span} pass, running all that falls due. */
  public void advance(Duration span) {
    runUntil(() -> false, span);
  }

  /**
   * Lets time pass until {@code condition} holds.
   *
   * @param limit most virtual time that may pass
   * @return whether it came to hold within the limit
   */
  public boolean runUntil(BooleanSupplier condition, Duration limit) {
    long end = now + limit.toNanos();
    settle();
    while (!condition.getAsBoolean()) {
      Entry next = timers.peek();
      if (next == null || next.due > end) {
        now = end;
        return condition.getAsBoolean();
      }
      step();
    }
    return true;
  }

  /** Moves to the next timer and runs it with all that falls due with it. */
  private void step() {
    Entry next = timers.remove();
    if (!next.cancelled && !next.loop.closed) {
      now = next.due;
      queue.add(next);
      settle();
    }
  }

  private void run(Entry entry) {
    if (entry.cancelled || entry.loop.closed) {
      return;
    }
    VirtualLoop before = running;
    running = entry.loop;
    try {
      entry.task.run();
    } finally {
      running = before;
    }
  }

  private static final class Entry implements Comparable<Entry>, Timer {
    private final VirtualLoop loop;
    private final long due;
    private final long sequence;
    private final Runnable task;
    private boolean cancelled;

    Entry(VirtualLoop loop, long due, long sequence, Runnable task) {
      this.loop = loop;
      this.due = due;
      this.sequence = sequence;
      this.task = task;
    }

    @Override
    public void cancel() {
      cancelled = true;
    }

    @Override
    public int compareTo(Entry other) {
      int byTime = Long.compare(due, other.due);
      return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
    }
  }

  private final class VirtualLoop implements Loop {
    private final String name;
    private Duration skew = Duration.ZERO;
    private boolean closed;

    VirtualLoop(String name) {
      this.name = name;
    }

    private VirtualTime time() {
      return VirtualTime.this;
    }

    @Override
    public void execute(Runnable task) {
      if (!closed) {
        queue.add(new Entry(this, now, sequence++, task));
      }
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
      long wait = delay.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT.toNanos() : delay.toNanos();
      Entry entry = new Entry(this, now + Math.max(0, wait), sequence++, task);
      if (!closed) {
        timers.add(entry);
      }
      return entry;
    }

    @Override
    public Instant now() {
      return start.plusNanos(now + skew.toNanos());
    }

    @Override
    public boolean isCurrent() {
      return running == this;
    }

    @Override
    public void close() {
      closed = true;
    }

    @Override
    public String toString() {
      return name;
    }
  }
}
