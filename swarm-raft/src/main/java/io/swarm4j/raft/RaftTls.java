package io.swarm4j.raft;

import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Certificates for mutual TLS between managers. Both are asked again for each new connection, so
 * that they may hand out a renewed certificate.
 *
 * @param keys this manager's key and certificate chain
 * @param trust accepts managers of the same swarm and nobody else: whoever passes may write to the
 *     log. As host name of a server it sees the identity of the member that was dialled
 */
public record RaftTls(X509ExtendedKeyManager keys, X509ExtendedTrustManager trust) {

  @Override
  public String toString() {
    return "RaftTls[]"; // whatever a key manager prints of itself stays out of logs
  }
}
