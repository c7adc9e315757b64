package io.swarm4j.security;

import io.swarm4j.model.PermissionDeniedException;
import io.swarm4j.model.SwarmException;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Whom a node believes: the root certificates of its swarm, of which there are two while the root
 * is being changed. Immutable.
 */
public record Trust(List<X509Certificate> roots) {

  public Trust {
    roots = List.copyOf(roots);
  }

  /**
   * Says who has presented a certificate chain.
   *
   * @param chain the node's certificate first, then those that lead to a root
   * @throws PermissionDeniedException if none of the roots vouches for it at that time
   */
  public NodeIdentity identify(List<X509Certificate> chain, Instant at) {
    verify(chain, at);
    return NodeIdentity.of(chain.get(0));
  }

  /**
   * Verifies a certificate chain.
   *
   * @throws PermissionDeniedException if none of the roots vouches for it at that time
   */
  public void verify(List<X509Certificate> chain, Instant at) {
    if (chain.isEmpty()) {
      throw new PermissionDeniedException("there is no certificate of a node");
    }
    PKIXParameters rules = rules(at);
    CertPathValidatorException refused = new CertPathValidatorException("nothing was tried");
    for (int length = 1; length <= chain.size(); length++) { // any root may end the chain
      try {
        CertPathValidator.getInstance("PKIX")
            .validate(
                CertificateFactory.getInstance("X.509").generateCertPath(chain.subList(0, length)),
                rules);
        return;
      } catch (CertPathValidatorException unproven) {
        if (!isAboutTime(refused)) {
          refused = unproven; // of several reasons, that of time explains most
        }
      } catch (GeneralSecurityException unfit) {
        throw new SwarmException("certificates cannot be verified", unfit);
      }
    }
    throw new PermissionDeniedException(explain(chain.get(0), refused, at), refused);
  }

  private PKIXParameters rules(Instant at) {
    Set<TrustAnchor> anchors = new HashSet<>();
    roots.forEach(root -> anchors.add(new TrustAnchor(root, null)));
    try {
      PKIXParameters rules = new PKIXParameters(anchors);
      rules.setRevocationEnabled(false); // revoked nodes stand in the swarm's state
      rules.setDate(Date.from(at));
      return rules;
    } catch (GeneralSecurityException unfit) {
      throw new SwarmException("certificates cannot be verified", unfit);
    }
  }

  private static boolean isAboutTime(CertPathValidatorException refused) {
    return refused.getReason() == BasicReason.EXPIRED
        || refused.getReason() == BasicReason.NOT_YET_VALID;
  }

  private static String explain(
      X509Certificate leaf, CertPathValidatorException refused, Instant at) {
    String name = "the certificate of " + leaf.getSubjectX500Principal().getName();
    if (refused.getReason() == BasicReason.EXPIRED) {
      return name
          + " expired at "
          + leaf.getNotAfter().toInstant()
          + " (it is "
          + at
          + "); let the node leave the swarm and join again";
    }
    if (refused.getReason() == BasicReason.NOT_YET_VALID) {
      return name
          + " is valid from "
          + leaf.getNotBefore().toInstant()
          + " only (it is "
          + at
          + "); set the clocks of both machines";
    }
    return name + " was not issued by this swarm";
  }
}
