package io.swarm4j.node;

import io.swarm4j.model.NodeDescription;
import io.swarm4j.security.Certificates;
import io.swarm4j.security.NodeCredentials;
import io.swarm4j.security.Trust;
import java.util.List;

/** A node's credentials of the moment, on disk before they are used. Thread-safe. */
final class OwnCredentials implements NodeTls.Source {
  private final NodeDirectory directory;
  private volatile NodeCredentials present;

  OwnCredentials(NodeDirectory directory, NodeCredentials present) {
    this.directory = directory;
    this.present = present;
  }

  @Override
  public NodeCredentials credentials() {
    return present;
  }

  /** Uses others from now on. */
  synchronized void replace(NodeCredentials renewed) {
    directory.save(renewed);
    present = renewed;
  }

  /** Believes in others from now on; returns whether that is news. */
  synchronized boolean trust(Trust roots) {
    if (roots.equals(present.trust())) {
      return false;
    }
    replace(new NodeCredentials(present.key(), present.chain(), roots));
    return true;
  }

  /** What the node says of its credentials. */
  NodeDescription.Trust describe() {
    NodeCredentials now = present;
    List<java.security.cert.X509Certificate> roots = now.trust().roots();
    return new NodeDescription.Trust(
        Certificates.fingerprint(roots.get(0)), issuer(now), now.expires());
  }

  /** The key that signed the node's certificate: the next one's of its chain, or a root's. */
  private static String issuer(NodeCredentials credentials) {
    for (var candidate :
        java.util.stream.Stream.concat(
                credentials.chain().stream().skip(1), credentials.trust().roots().stream())
            .toList()) {
      try {
        credentials.certificate().verify(candidate.getPublicKey());
        return Certificates.fingerprint(candidate.getPublicKey());
      } catch (java.security.GeneralSecurityException another) {
        continue;
      }
    }
    return "";
  }
}
