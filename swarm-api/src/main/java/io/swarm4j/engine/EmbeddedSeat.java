package io.swarm4j.engine;

import io.swarm4j.Swarm;
import io.swarm4j.model.ClusterSpec;
import io.swarm4j.model.Node;
import io.swarm4j.node.NewSecrets;
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

  @Override
  public void update(long version, ClusterSpec settings, NewSecrets secrets) {
    if (settings.autoLock()) {
      throw new ApiException(
          400,
          "EncryptionConfig.AutoLockManagers: the managers of an embedded swarm start and end with"
              + " their program, and are not locked");
    } else if (!secrets.tokens().isEmpty()) {
      throw new ApiException(501, "the nodes of an embedded swarm need no tokens");
    } else if (secrets.unlockKey()) {
      throw new ApiException(501, "the managers of an embedded swarm are not locked");
    } else if (secrets.root() != null) {
      throw new ApiException(501, "the nodes of an embedded swarm need no certificates");
    }
    swarm.update(version, settings);
  }
}
