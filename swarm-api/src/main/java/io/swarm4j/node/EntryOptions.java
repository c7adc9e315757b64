package io.swarm4j.node;

import io.swarm4j.model.Node.Availability;
import org.jspecify.annotations.Nullable;

/**
 * What a node is told when it begins or joins a swarm, and remembers until it leaves.
 *
 * @param listen where it listens for other nodes, {@code HOST[:PORT]} or the name of a network
 *     interface; null for what its builder was told
 * @param advertise where other nodes find it, in the same form; null as for {@code listen}
 * @param dataAddress the address of its tasks and published ports, or an interface; null as before
 * @param availability whether it takes tasks at first
 */
public record EntryOptions(
    @Nullable String listen,
    @Nullable String advertise,
    @Nullable String dataAddress,
    Availability availability) {

  /** What the builder was told, and active. */
  public static final EntryOptions DEFAULT =
      new EntryOptions(null, null, null, Availability.ACTIVE);
}
