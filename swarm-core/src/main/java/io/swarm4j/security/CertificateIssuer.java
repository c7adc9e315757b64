package io.swarm4j.security;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Signs the certificates of nodes: the swarm's own authority, or an external one that keeps the
 * root's key to itself. Thread-safe; does not block.
 */
@FunctionalInterface
public interface CertificateIssuer {

  /**
   * Certifies a node's key.
   *
   * @param request a PKCS#10 request in DER form. Only its key may be trusted, which it proves to
   *     own; who the node is says {@code identity}
   * @param identity who the node is, established by the manager that asks
   * @param life how long the certificate shall be valid
   * @return the node's certificate, then those that lead to the swarm's root; fails with a {@link
   *     io.swarm4j.model.SwarmException} if the request is refused or the authority out of reach
   */
  CompletionStage<List<X509Certificate>> issue(
      byte[] request, NodeIdentity identity, Duration life);
}
