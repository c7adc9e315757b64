package io.swarm4j.security;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * What a node proves its identity with, and whom it trusts.
 *
 * @param key the node's private key
 * @param chain its certificate first, then those that lead to a root
 * @param trust whom it believes
 */
public record NodeCredentials(PrivateKey key, List<X509Certificate> chain, Trust trust) {

  public NodeCredentials {
    chain = List.copyOf(chain);
  }

  /** The node's own certificate. */
  public X509Certificate certificate() {
    return chain.get(0);
  }

  /** Who the node is. */
  public NodeIdentity identity() {
    return NodeIdentity.of(certificate());
  }

  /** When the certificate ends. */
  public Instant expires() {
    return certificate().getNotAfter().toInstant();
  }

  /**
   * A time in the life of the certificate.
   *
   * @param fraction 0 for its begin, 1 for its end
   */
  public Instant at(double fraction) {
    Instant from = certificate().getNotBefore().toInstant();
    Duration life = Duration.between(from, expires());
    return from.plusMillis((long) (life.toMillis() * fraction));
  }

  /** Shows no key. */
  @Override
  public String toString() {
    return "NodeCredentials[" + identity() + " until " + expires() + "]";
  }
}
