package io.swarm4j.node;

import io.grpc.Metadata;
import io.grpc.Status;
import io.swarm4j.model.ConflictException;
import io.swarm4j.model.Fault;
import io.swarm4j.model.InvalidSpecException;
import io.swarm4j.model.NotFoundException;
import io.swarm4j.model.PermissionDeniedException;
import io.swarm4j.model.SwarmException;
import io.swarm4j.model.UnavailableException;
import java.security.cert.CertificateException;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Carries refusals over the wire: the typed exceptions as statuses, and back. */
final class Statuses {
  private Statuses() {}

  /** What a call that failed with {@code failure} is answered. */
  static Status of(Throwable failure) {
    Throwable cause = unwrap(failure);
    return status(cause).withDescription(String.valueOf(cause.getMessage())).withCause(cause);
  }

  private static Status status(Throwable cause) {
    if (cause instanceof InvalidSpecException) {
      return Status.INVALID_ARGUMENT;
    } else if (cause instanceof PermissionDeniedException) {
      return Status.PERMISSION_DENIED;
    } else if (cause instanceof NotFoundException) {
      return Status.NOT_FOUND;
    } else if (cause instanceof ConflictException) {
      return Status.ABORTED;
    } else if (cause instanceof UnavailableException) {
      return Status.UNAVAILABLE;
    }
    return Status.INTERNAL;
  }

  /** What the caller of {@code peer} gets to see. */
  static SwarmException toException(Status status, String peer) {
    String text = status.getDescription() == null ? "no reason given" : status.getDescription();
    Throwable cause = status.getCause();
    return switch (status.getCode()) {
      case INVALID_ARGUMENT ->
          new InvalidSpecException(
              List.of(new Fault(Fault.Code.INVALID, "request to " + peer, "", text)));
      case PERMISSION_DENIED, UNAUTHENTICATED -> new PermissionDeniedException(text);
      case NOT_FOUND -> new NotFoundException(text);
      case ABORTED -> new ConflictException(text);
      case UNAVAILABLE -> unreachable(text, cause, peer);
      default ->
          new UnavailableException(
              "manager " + peer + " failed: " + status.getCode() + ": " + text, orNew(cause));
    };
  }

  private static SwarmException unreachable(String text, @Nullable Throwable cause, String peer) {
    for (Throwable each = cause; each != null; each = each.getCause()) {
      if (each instanceof CertificateException untrusted) {
        return new PermissionDeniedException(
            "manager " + peer + " is not trusted: " + untrusted.getMessage(), untrusted);
      }
      if (isPlain(each)) {
        return new UnavailableException(
            peer + " does not speak TLS: it is no manager's node API, check the port", each);
      }
    }
    String why = cause == null ? text : text + " (" + root(cause).getMessage() + ")";
    return new UnavailableException("manager " + peer + " is out of reach: " + why, orNew(cause));
  }

  /** Whether a connection failed since the peer is not trusted, or does not speak TLS. */
  static boolean isStranger(@Nullable Throwable cause) {
    for (Throwable each = cause; each != null; each = each.getCause()) {
      if (each instanceof CertificateException || isPlain(each)) {
        return true;
      }
    }
    return false;
  }

  /** The shaded class of the library, known by its name only. */
  private static boolean isPlain(Throwable failure) {
    return failure.getClass().getSimpleName().equals("NotSslRecordException")
        || String.valueOf(failure.getMessage()).contains("plaintext connection");
  }

  private static Throwable orNew(@Nullable Throwable cause) {
    return cause == null ? new SwarmException("the peer named no cause") : cause;
  }

  private static Throwable root(Throwable cause) {
    Throwable root = cause;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }

  static Throwable unwrap(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  /** Trailers that lead to the leader. */
  static Metadata leadTo(@Nullable String leader) {
    Metadata trailers = new Metadata();
    if (leader != null) {
      trailers.put(NodeProtocol.LEADER, leader);
    }
    return trailers;
  }
}
