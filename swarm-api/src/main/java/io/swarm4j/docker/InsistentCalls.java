package io.swarm4j.docker;

import io.swarm4j.time.Chance;
import io.swarm4j.time.Loop;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls of one kind about containers that outlast what goes wrong with their engine: they are
 * repeated, ever less often, and must be such that a repetition does no harm. A call that waits
 * holds no thread, and only so many are under way at a time, however many containers an engine that
 * hangs has. Thread-safe; nothing blocks.
 */
final class InsistentCalls {
  private static final Logger LOG = LoggerFactory.getLogger(InsistentCalls.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
  private static final double JITTER = 0.2;

  /** Failures in a row from which on the log tells. */
  private static final int NOTABLE = 4;

  private final int most;
  private final Duration prompt;
  private final Executor work;
  private final Loop loop;
  private final Chance chance;
  private final BooleanSupplier inReach;
  private final Set<Call<?>> open = ConcurrentHashMap.newKeySet();
  private final ArrayDeque<Call<?>> due = new ArrayDeque<>();
  private int underWay;

  /**
   * Without any call yet.
   *
   * @param most how many may be under way at a time
   * @param prompt how long a call may take before it is told as a trouble
   * @param work runs what blocks
   * @param chance for use on {@code loop} only
   * @param inReach whether the engine is of any use now; {@link #tryNow} tells when it is again
   */
  InsistentCalls(
      int most, Duration prompt, Executor work, Loop loop, Chance chance, BooleanSupplier inReach) {
    this.most = most;
    this.prompt = prompt;
    this.work = work;
    this.loop = loop;
    this.chance = chance;
    this.inReach = inReach;
  }

  /** The answer of a call that is repeated when the engine gave none. */
  <T> CompletionStage<T> get(String what, Supplier<T> call) {
    return begin(new Call<>(what, call, EngineFailures::isOutage, () -> true));
  }

  /**
   * The answer of a call that has to succeed in the end: it is repeated, too, when the engine says
   * that it failed itself.
   *
   * @param what in words, such as {@code SIGTERM to web.1}
   * @param wanted asked before each repetition; completes with the last failure if it is not
   */
  <T> CompletionStage<T> insist(String what, Supplier<T> call, BooleanSupplier wanted) {
    return begin(new Call<>(what, call, EngineFailures::mayPass, wanted));
  }

  private <T> CompletionStage<T> begin(Call<T> call) {
    open.add(call);
    loop.execute(() -> enqueue(call));
    return call.answer;
  }

  /** The engine is in reach again: what was held back for that goes on. */
  void tryNow() {
    loop.execute(this::pump);
  }

  /** What the engine has not answered for long, the oldest by name; empty if all is well. */
  String trouble() {
    Instant notable = loop.now().minus(prompt);
    List<Call<?>> old =
        open.stream()
            .filter(call -> call.since.isBefore(notable))
            .sorted(Comparator.<Call<?>, Instant>comparing(call -> call.since))
            .toList();
    if (old.isEmpty()) {
      return "";
    }
    Call<?> oldest = old.get(0);
    String others = old.size() == 1 ? "" : " and " + (old.size() - 1) + " more";
    return "waits for the engine to do "
        + oldest.what
        + others
        + ", since "
        + oldest.since
        + ": "
        + oldest.trouble;
  }

  private void enqueue(Call<?> call) {
    due.add(call);
    pump();
  }

  private void pump() {
    while (underWay < most && !due.isEmpty() && inReach.getAsBoolean()) {
      underWay++;
      Call<?> next = due.remove();
      try {
        work.execute(next);
      } catch (RejectedExecutionException closed) {
        underWay--;
        next.fail(closed);
      }
    }
  }

  /** One call, however often it is made; what it waits for is told from any thread. */
  private final class Call<T> implements Runnable {
    private final String what;
    private final Supplier<T> call;
    private final Predicate<Throwable> passes;
    private final BooleanSupplier wanted;
    private final Instant since = loop.now();
    private final CompletableFuture<T> answer = new CompletableFuture<>();
    private volatile String trouble = "no answer yet";
    private Duration pause = FIRST_PAUSE;
    private int failures;

    Call(String what, Supplier<T> call, Predicate<Throwable> passes, BooleanSupplier wanted) {
      this.what = what;
      this.call = call;
      this.passes = passes;
      this.wanted = wanted;
    }

    @Override
    public void run() {
      try {
        T found = call.get();
        afterwards(() -> succeed(found));
      } catch (Throwable failure) {
        afterwards(() -> failed(failure));
      }
    }

    private void afterwards(Runnable step) {
      loop.execute(
          () -> {
            underWay--;
            step.run();
            pump();
          });
    }

    private void succeed(T found) {
      open.remove(this);
      answer.complete(found);
    }

    private void fail(Throwable failure) {
      open.remove(this);
      answer.completeExceptionally(failure);
    }

    private void failed(Throwable failure) {
      if (!passes.test(failure) || !wanted.getAsBoolean()) {
        fail(failure);
        return;
      }
      trouble = EngineFailures.text(failure);
      LOG.debug("{} is tried again", what, failure);
      if (++failures == NOTABLE) {
        LOG.warn("the engine fails again and again at {}: {}", what, trouble);
      }
      loop.schedule(chance.jitter(pause, JITTER), () -> enqueue(this));
      Duration longer = pause.multipliedBy(2);
      pause = longer.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : longer;
    }
  }
}
