package io.swarm4j.engine;

import io.swarm4j.Swarm;
import io.swarm4j.model.Node;
import io.swarm4j.time.Time;
import org.jspecify.annotations.Nullable;

/** The place of a node that runs in this JVM, beside the others of its swarm. */
record EmbeddedSeat(Swarm swarm, String hostname) implements NodeSeat {

  @Override
  public Time time() {
    return swarm.time();
  }

  @Override
  public Standing standing() {
    return self() == null ? Standing.INACTIVE : Standing.ACTIVE;
  }

  @Override
  public @Nullable Node self() {
    for (Node node : swarm.view().nodes()) {
      if (node.hostname().equals(hostname)) {
        return node;
      }
    }
    return null;
  }
}
