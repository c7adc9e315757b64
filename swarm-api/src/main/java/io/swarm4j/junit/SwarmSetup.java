package io.swarm4j.junit;

import io.swarm4j.SimulatedSwarm;
import io.swarm4j.Swarm;

/**
 * What a test adds to its swarm before it starts. Implementations have a constructor without
 * parameters.
 */
public interface SwarmSetup {

  /** Adds to a simulated swarm, for example how the tasks of an image behave. */
  default void simulated(SimulatedSwarm.Builder swarm) {}

  /** Adds to a real swarm, for example the code of an image. */
  default void inJvm(Swarm.Builder swarm) {}

  /** Adds nothing. */
  final class None implements SwarmSetup {}
}
