package io.swarm4j.sim;

import io.swarm4j.time.Chance;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;

/**
 * A kind of story that a simulated swarm can be put through; a seed makes one story of it.
 *
 * @param name short name, for the command line
 * @param description what it is about, in one sentence
 * @param swarm which swarm it plays in
 * @param author draws what happens
 */
public record Scenario(
    String name,
    String description,
    UnaryOperator<SimulationOptions.Builder> swarm,
    BiConsumer<Plan, Chance> author) {

  /** The story that follows from a seed. */
  Plan plan(long seed) {
    Plan plan = new Plan();
    author.accept(plan, Chance.seeded(seed ^ 0x5ce4a410L));
    return plan;
  }
}
