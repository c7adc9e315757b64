package io.swarm4j;

import org.jspecify.annotations.Nullable;

/**
 * The image of a service: what was asked for, what its tasks run, and what the registry has now.
 *
 * @param tag the reference as it was asked for, such as {@code team/app:1.2}
 * @param digest what the tag stood for when the spec was stored; null if nobody knew, so that each
 *     node pulls what it finds
 * @param current what the tag stands for now; null if nobody knows
 */
public record ImagePin(String tag, @Nullable String digest, @Nullable String current) {

  /** Whether the tag stands for another image than the one that tasks run. */
  public boolean hasMoved() {
    return digest != null && current != null && !digest.equals(current);
  }
}
