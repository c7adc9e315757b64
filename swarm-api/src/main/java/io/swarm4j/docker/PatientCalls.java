package io.swarm4j.docker;

import io.swarm4j.agent.TaskFailure;
import io.swarm4j.model.Reason;
import io.swarm4j.time.Chance;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls of the engine that outlast its outages: they are repeated until there is an answer, so they
 * must be such that a repetition does no harm. Blocks; ends when interrupted.
 */
final class PatientCalls {
  private static final Logger LOG = LoggerFactory.getLogger(PatientCalls.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);
  private static final double JITTER = 0.2;

  /** Failures in a row from which on the log tells. */
  private static final int NOTABLE = 4;

  private final EngineWatch watch;
  private final Chance chance;

  PatientCalls(EngineWatch watch, Chance chance) {
    this.watch = watch;
    this.chance = chance;
  }

  /** The answer, however long it takes. */
  <T> T get(Supplier<T> call) throws InterruptedException {
    return get(call, () -> true);
  }

  /**
   * The answer.
   *
   * @param wanted asked before each repetition
   * @throws TaskFailure if it is not wanted any more
   */
  <T> T get(Supplier<T> call, BooleanSupplier wanted) throws InterruptedException {
    return repeat(call, EngineFailures::isOutage, wanted);
  }

  /**
   * The answer of a call that has to succeed in the end, such as a look: it is repeated, too, when
   * the engine says that it failed itself.
   */
  <T> T insist(Supplier<T> call, BooleanSupplier wanted) throws InterruptedException {
    return repeat(call, EngineFailures::mayPass, wanted);
  }

  private synchronized Duration jittered(Duration pause) {
    return chance.jitter(pause, JITTER);
  }

  private <T> T repeat(Supplier<T> call, Predicate<RuntimeException> passes, BooleanSupplier wanted)
      throws InterruptedException {
    Duration pause = FIRST_PAUSE;
    for (int attempt = 1; ; attempt++) {
      try {
        return call.get();
      } catch (RuntimeException failure) {
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        if (!passes.test(failure)) {
          throw failure;
        }
        if (!wanted.getAsBoolean()) {
          throw new TaskFailure(
              new Reason.Stopped("stopped while the engine was out of reach"),
              "stopped while the engine was out of reach: " + EngineFailures.text(failure));
        }
        if (attempt == NOTABLE && EngineFailures.isEnginesOwn(failure)) {
          LOG.warn("the engine fails again and again: {}", EngineFailures.text(failure));
        }
        LOG.debug("the engine gave no answer, the call is repeated", failure);
      }
      watch.pause(jittered(pause));
      pause = pause.compareTo(LONGEST_WAIT) < 0 ? pause.multipliedBy(2) : LONGEST_WAIT;
      watch.awaitReach(LONGEST_WAIT);
    }
  }
}
