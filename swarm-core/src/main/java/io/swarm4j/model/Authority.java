package io.swarm4j.model;

import io.soabase.recordbuilder.core.RecordBuilder;
import io.swarm4j.model.Node.NodeRole;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who vouches for the nodes of a swarm, as stored.
 *
 * @param root the root certificate that all nodes trust, PEM
 * @param key its private key, PKCS#8; empty where an external authority signs
 * @param secrets what admits new nodes; exactly one per role may be used more than once
 * @param rotation the change to another root that is under way; null if none is
 */
@RecordBuilder
public record Authority(
    String root, Payload key, List<JoinSecret> secrets, @Nullable Rotation rotation)
    implements AuthorityBuilder.With {

  public Authority {
    secrets = Copies.list(secrets);
  }

  /** The same with another change under way, or none. */
  @Override
  public Authority withRotation(@Nullable Rotation next) {
    return new Authority(root, key, secrets, next);
  }

  /** The secret of a role that admits any number of nodes. */
  public JoinSecret standing(NodeRole role) {
    return secrets.stream()
        .filter(secret -> secret.role() == role && !secret.singleUse())
        .findFirst()
        .orElseThrow(() -> new NotFoundException("there is no join token for role " + role));
  }

  /** The same with one more secret, which takes the place of the standing one unless single-use. */
  public Authority with(JoinSecret added) {
    List<JoinSecret> all = new ArrayList<>();
    for (JoinSecret present : secrets) {
      if (added.singleUse() || present.singleUse() || present.role() != added.role()) {
        all.add(present);
      }
    }
    all.add(added);
    return withSecrets(all);
  }

  /** The same without a secret. */
  public Authority without(JoinSecret used) {
    return withSecrets(secrets.stream().filter(secret -> !secret.equals(used)).toList());
  }

  /**
   * What admits new nodes.
   *
   * @param role the role that they get
   * @param secret 16 bytes that nobody can guess
   * @param expires from when on it is void; null if it does not expire
   * @param singleUse whether it is void once a node was admitted
   */
  public record JoinSecret(
      NodeRole role, Payload secret, @Nullable Instant expires, boolean singleUse) {}

  /**
   * A change from one root to another.
   *
   * @param root the new root certificate, PEM
   * @param key its private key, PKCS#8
   * @param crossSigned the new root's key certified by the present root, PEM: who trusts the
   *     present root only accepts what the new one signs
   * @param since when the change began
   */
  public record Rotation(String root, Payload key, String crossSigned, Instant since) {}
}
