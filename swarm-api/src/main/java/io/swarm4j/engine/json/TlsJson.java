package io.swarm4j.engine.json;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.swarm4j.model.Authority;
import io.swarm4j.model.NodeDescription;
import io.swarm4j.security.Certificates;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code TLSInfo} of the Engine API: whom nodes trust, and who has signed their certificates. */
final class TlsJson {
  private final List<X509Certificate> roots = new ArrayList<>();

  /** For a swarm with an authority; null for one whose nodes need no certificates. */
  TlsJson(@Nullable Authority authority) {
    if (authority != null) {
      roots.add(Certificates.parse(authority.root()).get(0));
      Authority.Rotation rotation = authority.rotation();
      if (rotation != null) {
        roots.add(Certificates.parse(rotation.root()).get(0));
      }
    }
  }

  ObjectNode ofSwarm() {
    ObjectNode node = Json.object();
    if (!roots.isEmpty()) {
      putRoot(node, roots.get(0));
      putIssuer(node, roots.get(0));
    }
    return node;
  }

  /** What a node has said of its certificate, as far as the roots are known. */
  ObjectNode of(NodeDescription.@Nullable Trust trust) {
    ObjectNode node = Json.object();
    if (trust != null) {
      for (X509Certificate root : roots) {
        if (Certificates.fingerprint(root).equals(trust.root())) {
          putRoot(node, root);
        }
        if (Certificates.fingerprint(root.getPublicKey()).equals(trust.issuer())) {
          putIssuer(node, root);
        }
      }
    }
    return node;
  }

  private static void putRoot(ObjectNode target, X509Certificate root) {
    target.put("TrustRoot", Certificates.pem(List.of(root)));
  }

  private static void putIssuer(ObjectNode target, X509Certificate issuer) {
    target
        .put("CertIssuerSubject", base64(issuer.getSubjectX500Principal().getEncoded()))
        .put("CertIssuerPublicKey", base64(issuer.getPublicKey().getEncoded()));
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }
}
