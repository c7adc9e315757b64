package io.swarm4j.time;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * A source of random numbers; the same seed gives the same numbers on every machine.
 *
 * <p>Not thread-safe: each loop has its own.
 */
public final class Chance {
  private final RandomGenerator source;

  private Chance(RandomGenerator source) {
    this.source = source;
  }

  /** Numbers that follow from {@code seed}. */
  public static Chance seeded(long seed) {
    return new Chance(new SplittableRandom(seed));
  }

  /** Numbers that nobody can foresee, fit for tokens and keys. */
  public static Chance secure() {
    return new Chance(new SecureRandom());
  }

  /** Numbers that differ from run to run, fast, unfit for secrets. */
  public static Chance unpredictable() {
    return seeded(new SecureRandom().nextLong());
  }

  /** 64 random bits. */
  public long nextLong() {
    return source.nextLong();
  }

  /** A number from 0 to {@code bound - 1}. */
  public int nextInt(int bound) {
    return source.nextInt(bound);
  }

  /** True with probability {@code p}, 0 to 1. */
  public boolean withProbability(double p) {
    return source.nextDouble() < p;
  }

  /** A duration from {@code least} to {@code most}. */
  public Duration between(Duration least, Duration most) {
    long span = most.minus(least).toNanos();
    return span <= 0 ? least : least.plusNanos(source.nextLong(span + 1));
  }

  /** {@code value} changed by up to {@code fraction} of itself, up or down. */
  public Duration jitter(Duration value, double fraction) {
    long most = (long) (value.toNanos() * fraction);
    return between(value.minusNanos(most), value.plusNanos(most));
  }

  /** A generator whose numbers are independent of those drawn from this one later. */
  public Chance fork() {
    return seeded(source.nextLong());
  }
}
