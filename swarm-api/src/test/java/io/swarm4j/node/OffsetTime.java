package io.swarm4j.node;

import io.swarm4j.time.Chance;
import io.swarm4j.time.Loop;
import io.swarm4j.time.RealTime;
import io.swarm4j.time.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ThreadFactory;

/** The time of a machine whose clock is wrong. */
record OffsetTime(Duration offset, RealTime real) implements Time {

  @Override
  public Instant now() {
    return real.now().plus(offset);
  }

  @Override
  public Loop newLoop(String name) {
    return real.newLoop(name);
  }

  @Override
  public Chance newChance() {
    return real.newChance();
  }

  @Override
  public ThreadFactory newThreads(String name) {
    return real.newThreads(name);
  }
}
