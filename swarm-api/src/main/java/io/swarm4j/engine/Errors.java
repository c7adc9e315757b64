package io.swarm4j.engine;

import io.swarm4j.engine.http.Response;
import io.swarm4j.engine.json.Json;
import io.swarm4j.engine.json.MalformedRequestException;
import io.swarm4j.model.ConflictException;
import io.swarm4j.model.InvalidSpecException;
import io.swarm4j.model.NotFoundException;
import io.swarm4j.model.PermissionDeniedException;
import io.swarm4j.model.UnavailableException;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns failures into the answers that the reference gives: status codes, and texts. */
final class Errors {
  private static final Logger LOG = LoggerFactory.getLogger(Errors.class);

  private Errors() {}

  /** The answer that tells of a failure. */
  static Response response(Throwable failure) {
    Throwable cause = cause(failure);
    if (cause instanceof ApiException refused) {
      return of(refused.status(), text(cause));
    } else if (cause instanceof MalformedRequestException malformed) {
      return of(400, ReferenceTexts.malformed(malformed));
    } else if (cause instanceof InvalidSpecException invalid) {
      return ReferenceTexts.isUncoded(invalid)
          ? rpc(500, "Unknown", ReferenceTexts.of(invalid))
          : rpc(400, "InvalidArgument", ReferenceTexts.of(invalid));
    } else if (cause instanceof NotFoundException) {
      return of(404, text(cause));
    } else if (cause instanceof ConflictException conflict) {
      return conflict(conflict);
    } else if (cause instanceof PermissionDeniedException) {
      return of(403, text(cause));
    } else if (cause instanceof UnavailableException) {
      return of(503, text(cause));
    }
    LOG.warn("a request failed", cause);
    return of(500, cause.toString());
  }

  /** What has failed, without the wrappings of those who waited for it. */
  static Throwable cause(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  private static Response conflict(ConflictException conflict) {
    String text = text(conflict);
    return switch (conflict.kind()) {
      case EXISTS ->
          text.startsWith("network with name")
              ? of(409, text) // the reference's engine finds this one itself
              : rpc(409, "AlreadyExists", text);
      case OUT_OF_SEQUENCE -> rpc(500, "Unknown", text);
      case IN_USE ->
          text.startsWith("network ")
              ? rpc(400, "FailedPrecondition", text)
              : rpc(400, "InvalidArgument", text);
      case AMBIGUOUS -> of(400, text);
      case PRECONDITION -> rpc(400, "FailedPrecondition", text);
    };
  }

  private static String text(Throwable failure) {
    return String.valueOf(failure.getMessage());
  }

  /** What the reference's managers say reaches its clients with the code of their protocol. */
  private static Response rpc(int status, String code, String text) {
    return of(status, "rpc error: code = " + code + " desc = " + text);
  }

  private static Response of(int status, String message) {
    return Response.of(status, "application/json", Json.error(message));
  }
}
