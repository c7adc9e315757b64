package io.swarm4j.node;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.swarm4j.model.PermissionDeniedException;
import io.swarm4j.security.NodeCredentials;
import io.swarm4j.security.NodeIdentity;
import io.swarm4j.time.Time;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Judges who calls, before anything of the call is looked at: the version that it speaks, whether
 * the swarm vouches for it now, whether it is still a member, and whether its role suffices.
 */
final class Callers implements ServerInterceptor {
  private static final Logger LOG = LoggerFactory.getLogger(Callers.class);

  /** Who calls; absent where a certificate is not needed. */
  static final Context.Key<NodeIdentity> CALLER = Context.key("swarm4j-caller");

  private static final Pattern RANGE = Pattern.compile("(\\d{1,6})-(\\d{1,6})");
  private static final Set<String> FOR_ANYBODY = Set.of(NodeProtocol.JOIN.getFullMethodName());
  private static final Set<String> FOR_MANAGERS =
      Set.of(
          NodeProtocol.WRITE.getFullMethodName(),
          NodeProtocol.STREAMS.getFullMethodName(),
          NodeProtocol.AUDIT.getFullMethodName(),
          NodeProtocol.MANAGE.getFullMethodName());

  private final NodeTls.Source own;
  private final Time time;
  private final Membership membership;

  Callers(NodeTls.Source own, Time time, Membership membership) {
    this.own = own;
    this.time = time;
    this.membership = membership;
  }

  /** What the swarm's state says of a node. */
  interface Membership {

    /**
     * Whether a node may call.
     *
     * @param asManager whether only managers may
     * @return why not; null if it may
     */
    @Nullable Status judge(NodeIdentity node, boolean asManager);
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    Status unfit = judgeVersions(headers.get(NodeProtocol.VERSIONS));
    if (unfit != null) {
      return refuse(call, unfit);
    }
    String method = call.getMethodDescriptor().getFullMethodName();
    if (FOR_ANYBODY.contains(method)) {
      return next.startCall(call, headers);
    }
    NodeIdentity caller;
    try {
      caller = identify(call);
    } catch (PermissionDeniedException unknown) {
      return refuse(call, Status.UNAUTHENTICATED.withDescription(unknown.getMessage()));
    }
    Status denied = membership.judge(caller, FOR_MANAGERS.contains(method));
    if (denied != null) {
      return refuse(call, denied);
    }
    return Contexts.interceptCall(Context.current().withValue(CALLER, caller), call, headers, next);
  }

  private static @Nullable Status judgeVersions(@Nullable String range) {
    Matcher versions = RANGE.matcher(range == null ? "" : range);
    if (versions.matches()
        && Integer.parseInt(versions.group(1)) <= NodeProtocol.VERSION
        && Integer.parseInt(versions.group(2)) >= NodeProtocol.OLDEST_VERSION) {
      return null;
    }
    return Status.FAILED_PRECONDITION.withDescription(
        "no common version of the node protocol: this manager speaks "
            + NodeProtocol.OLDEST_VERSION
            + "-"
            + NodeProtocol.VERSION
            + ", the caller "
            + (range == null ? "did not say" : range)
            + "; upgrade the older of the two");
  }

  private NodeIdentity identify(ServerCall<?, ?> call) {
    SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
    List<X509Certificate> chain = new ArrayList<>();
    try {
      if (session != null) {
        for (Certificate each : session.getPeerCertificates()) {
          chain.add((X509Certificate) each);
        }
      }
    } catch (SSLPeerUnverifiedException none) {
      throw new PermissionDeniedException(
          "the caller has no certificate: it must join the swarm first", none);
    }
    NodeCredentials mine = own.credentials();
    NodeIdentity caller = mine.trust().identify(chain, time.now());
    if (!caller.cluster().equals(mine.identity().cluster())) {
      throw new PermissionDeniedException(
          "node " + caller.node() + " belongs to another swarm, " + caller.cluster());
    }
    return caller;
  }

  private static <Q, A> ServerCall.Listener<Q> refuse(ServerCall<Q, A> call, Status why) {
    LOG.info(
        "call {} from {} refused: {}",
        call.getMethodDescriptor().getBareMethodName(),
        call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR),
        why.getDescription());
    call.close(why, new Metadata());
    return new ServerCall.Listener<>() {};
  }
}
