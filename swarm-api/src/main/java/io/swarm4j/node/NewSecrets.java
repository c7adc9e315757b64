package io.swarm4j.node;

import io.swarm4j.model.Node.NodeRole;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which secrets of a swarm are to be replaced.
 *
 * @param tokens of which roles the join tokens are; the new ones never end
 * @param unlockKey whether the unlock key is
 * @param root the root certificate to change to; null to keep the present one
 */
public record NewSecrets(Set<NodeRole> tokens, boolean unlockKey, @Nullable Root root) {
  public NewSecrets {
    tokens = Set.copyOf(tokens);
  }

  /**
   * A root certificate.
   *
   * @param certificate PEM; empty for one that is to be made
   * @param key its private key, PKCS#8 in PEM
   */
  public record Root(String certificate, String key) {
    /** Tells nothing of the key. */
    @Override
    public String toString() {
      return "Root";
    }
  }
}
