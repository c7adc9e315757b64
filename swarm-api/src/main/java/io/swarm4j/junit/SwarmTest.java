package io.swarm4j.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test that gets a swarm of its own, once for each seed.
 *
 * <p>Parameters may be of type {@link io.swarm4j.Swarm} and, if the swarm is simulated, {@link
 * io.swarm4j.SimulatedSwarm}, {@link io.swarm4j.sim.FaultScript} and {@link
 * io.swarm4j.time.VirtualTime}. A simulated swarm lets time pass while the test waits for
 * something, and checks all invariants of the engine after each step and once more at the end. A
 * failure shows what happened last and its seed; {@code -Dswarm4j.seed=N} runs just that one.
 *
 * <p>Tests may run in parallel: nothing is shared between their swarms.
 */
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
@TestTemplate
@ExtendWith(SwarmExtension.class)
public @interface SwarmTest {

  /** Number of managers, m1, m2, …; they run tasks, too. */
  int managers() default 1;

  /** Number of workers, w1, w2, …. */
  int workers() default 2;

  /** How many runs there are, each from a seed of its own. */
  int seeds() default 1;

  /** The first seed; the others follow it. */
  long firstSeed() default 1;

  /** Simulated on virtual time, or real in this JVM. A real swarm runs once, without a seed. */
  Kind kind() default Kind.SIMULATED;

  /** What is added to the swarm before it starts: images, settings. */
  Class<? extends SwarmSetup> setup() default SwarmSetup.None.class;

  /** Kinds of swarms. */
  enum Kind {
    /** {@link io.swarm4j.SimulatedSwarm}: virtual time, simulated tasks. */
    SIMULATED,
    /** {@link io.swarm4j.Swarm}: real time, tasks are Java code of this JVM. */
    IN_JVM
  }
}
