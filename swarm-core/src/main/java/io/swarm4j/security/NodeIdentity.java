package io.swarm4j.security;

import io.swarm4j.model.ClusterId;
import io.swarm4j.model.Node.NodeRole;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.PermissionDeniedException;
import io.swarm4j.model.SwarmException;
import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.TreeMap;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/**
 * Who a node is, as its certificate says: CN is the node, OU the role, O the swarm, as in the
 * reference.
 */
public record NodeIdentity(NodeId node, NodeRole role, ClusterId cluster) {
  private static final String MANAGER = "swarm-manager";
  private static final String WORKER = "swarm-worker";

  /** The subject of the node's certificate. */
  public String subject() {
    String unit = role == NodeRole.MANAGER ? MANAGER : WORKER;
    return "CN=" + node + ",OU=" + unit + ",O=" + cluster;
  }

  /**
   * The identity in a certificate, which is not verified here.
   *
   * @throws PermissionDeniedException if it is no node's certificate
   */
  public static NodeIdentity of(X509Certificate certificate) {
    String subject = certificate.getSubjectX500Principal().getName();
    try {
      Map<String, String> parts = new TreeMap<>();
      for (Rdn part : new LdapName(subject).getRdns()) {
        parts.put(part.getType(), String.valueOf(part.getValue()));
      }
      return new NodeIdentity(
          NodeId.parse(parts.getOrDefault("CN", "")),
          role(parts.getOrDefault("OU", "")),
          ClusterId.parse(parts.getOrDefault("O", "")));
    } catch (InvalidNameException | SwarmException unfit) {
      throw new PermissionDeniedException(
          "the certificate of " + subject + " is not that of a node of a swarm", unfit);
    }
  }

  private static NodeRole role(String unit) {
    return switch (unit) {
      case MANAGER -> NodeRole.MANAGER;
      case WORKER -> NodeRole.WORKER;
      default -> throw new SwarmException("there is no role " + unit);
    };
  }
}
