package io.swarm4j.node;

import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslProvider;
import io.swarm4j.model.ClusterId;
import io.swarm4j.model.Node.NodeRole;
import io.swarm4j.model.PermissionDeniedException;
import io.swarm4j.model.SwarmException;
import io.swarm4j.raft.RaftTls;
import io.swarm4j.security.Certificates;
import io.swarm4j.security.JoinToken;
import io.swarm4j.security.NodeCredentials;
import io.swarm4j.security.NodeIdentity;
import io.swarm4j.security.Trust;
import io.swarm4j.time.Time;
import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Mutual TLS 1.3 between nodes, by identity instead of by host name.
 *
 * <p>Credentials are asked for at each handshake, so that renewed ones are in force at once. A
 * server takes any certificate that the caller owns the key of, or none, and leaves the judgement
 * to each call, which can answer with a reason; a client talks to managers of its swarm only.
 */
final class NodeTls {
  private static final String ALIAS = "node";
  private static final String TLS = "TLSv1.3";

  private NodeTls() {}

  /** Where the credentials of the moment come from. */
  interface Source {
    NodeCredentials credentials();
  }

  static SslContext server(Source own) {
    try {
      return GrpcSslContexts.configure(
              SslContextBuilder.forServer(new OwnKey(own)), SslProvider.JDK)
          .protocols(TLS)
          .trustManager(new JudgedLater())
          .clientAuth(ClientAuth.OPTIONAL)
          .build();
    } catch (SSLException unfit) {
      throw new SwarmException("TLS cannot be set up", unfit);
    }
  }

  /** For a node that is part of a swarm. */
  static Supplier<SslContext> client(Source own, Time time) {
    return new OfTheMoment(own, time);
  }

  /** For a node that joins and knows nothing but a token. */
  static Supplier<SslContext> joining(JoinToken token, Time time) {
    SslContext context = client(null, new ManagersByToken(token, time));
    return () -> context;
  }

  private static SslContext client(
      @Nullable X509ExtendedKeyManager key, X509ExtendedTrustManager trust) {
    try {
      SslContextBuilder builder =
          GrpcSslContexts.configure(SslContextBuilder.forClient(), SslProvider.JDK)
              .protocols(TLS)
              .trustManager(trust);
      return (key == null ? builder : builder.keyManager(key)).build();
    } catch (SSLException unfit) {
      throw new SwarmException("TLS cannot be set up", unfit);
    }
  }

  /** For the log that managers replicate among themselves. */
  static RaftTls raft(Source own, Time time) {
    return new RaftTls(new OwnKey(own), new ManagersOfMySwarm(own, time));
  }

  /** Refuses who is no manager of that swarm. */
  private static void requireManager(NodeIdentity peer, @Nullable ClusterId swarm)
      throws CertificateException {
    if (swarm != null && !peer.cluster().equals(swarm)) {
      throw new CertificateException(
          "it belongs to swarm " + peer.cluster() + ", this node to " + swarm);
    }
    if (peer.role() != NodeRole.MANAGER) {
      throw new CertificateException("node " + peer.node() + " is not a manager");
    }
  }

  /**
   * One context per credentials: TLS resumes the sessions of a context, and a resumed session goes
   * on under the certificate that it began with.
   */
  private static final class OfTheMoment implements Supplier<SslContext> {
    private final Source own;
    private final Time time;
    private @Nullable NodeCredentials used;
    private @Nullable SslContext context;

    OfTheMoment(Source own, Time time) {
      this.own = own;
      this.time = time;
    }

    @Override
    public synchronized SslContext get() {
      NodeCredentials present = own.credentials();
      SslContext known = context;
      if (known == null || present != used) {
        known = client(new OwnKey(() -> present), new ManagersOfMySwarm(() -> present, time));
        context = known;
        used = present;
      }
      return known;
    }
  }

  private static final class OwnKey extends X509ExtendedKeyManager {
    private final Source own;

    OwnKey(Source own) {
      this.own = own;
    }

    @Override
    public String[] getClientAliases(String keyType, Principal[] issuers) {
      return new String[] {ALIAS};
    }

    @Override
    public String chooseClientAlias(String[] keyTypes, Principal[] issuers, Socket socket) {
      return ALIAS;
    }

    @Override
    public String chooseEngineClientAlias(
        String[] keyTypes, Principal[] issuers, SSLEngine engine) {
      return ALIAS;
    }

    @Override
    public String[] getServerAliases(String keyType, Principal[] issuers) {
      return new String[] {ALIAS};
    }

    @Override
    public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
      return ALIAS;
    }

    @Override
    public String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
      return ALIAS;
    }

    /** With all roots that the node trusts, for whoever knows but one of them by its token. */
    @Override
    public X509Certificate[] getCertificateChain(String alias) {
      NodeCredentials present = own.credentials();
      return Stream.concat(present.chain().stream(), present.trust().roots().stream())
          .distinct()
          .toArray(X509Certificate[]::new);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
      return own.credentials().key();
    }
  }

  /** What all trust managers here have in common: host names and issuer lists play no part. */
  private abstract static class Judge extends X509ExtendedTrustManager {

    abstract void judge(X509Certificate[] chain) throws CertificateException;

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      judge(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      judge(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      judge(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      judge(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      judge(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      judge(chain);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  /** Lets every certificate in, for {@link Callers} judges each call. */
  private static final class JudgedLater extends Judge {
    @Override
    void judge(X509Certificate[] chain) {
      // nobody is turned away before it can be told why
    }
  }

  private static final class ManagersOfMySwarm extends Judge {
    private final Source own;
    private final Time time;

    ManagersOfMySwarm(Source own, Time time) {
      this.own = own;
      this.time = time;
    }

    @Override
    void judge(X509Certificate[] chain) throws CertificateException {
      try {
        NodeCredentials mine = own.credentials();
        NodeIdentity peer = mine.trust().identify(List.of(chain), time.now());
        requireManager(peer, mine.identity().cluster());
      } catch (PermissionDeniedException untrusted) {
        throw new CertificateException(untrusted.getMessage(), untrusted);
      }
    }
  }

  private static final class ManagersByToken extends Judge {
    private final JoinToken token;
    private final Time time;

    ManagersByToken(JoinToken token, Time time) {
      this.token = token;
      this.time = time;
    }

    @Override
    void judge(X509Certificate[] chain) throws CertificateException {
      X509Certificate root = named(chain);
      try {
        requireManager(new Trust(List.of(root)).identify(List.of(chain), time.now()), null);
      } catch (PermissionDeniedException untrusted) {
        throw new CertificateException(untrusted.getMessage(), untrusted);
      }
    }

    private X509Certificate named(X509Certificate[] chain) throws CertificateException {
      for (X509Certificate each : chain) {
        if (token.names(each)) {
          return each;
        }
      }
      throw new CertificateException(
          "remote CA does not match fingerprint. Expected: "
              + token.digestHex()
              + ", found: "
              + Certificates.fingerprint(chain[chain.length - 1])
              + "; take the token from a manager of the swarm that shall be joined");
    }
  }
}
