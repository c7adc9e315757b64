package io.swarm4j.network.ipam;

import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;

/**
 * How long an address that was freed is given to nobody, so that whoever still remembers its last
 * holder has forgotten it.
 *
 * @param length the time; zero for none
 * @param clock tells the present time
 */
public record CoolDown(Duration length, Supplier<Instant> clock) {
  /** Freed addresses are given out again at once, though after all others. */
  public static final CoolDown NONE = new CoolDown(Duration.ZERO, () -> Instant.EPOCH);

  boolean isNone() {
    return length.isZero();
  }

  /** When an address that is freed now may be given out again, in milliseconds since the epoch. */
  long endsAt() {
    return clock.get().plus(length).toEpochMilli();
  }

  /** How long it is until then. */
  Duration until(long endsAt) {
    return Duration.ofMillis(endsAt - clock.get().toEpochMilli());
  }
}
