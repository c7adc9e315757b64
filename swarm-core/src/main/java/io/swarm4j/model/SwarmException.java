package io.swarm4j.model;

/**
 * Root of all exceptions that Swarm4J throws on purpose.
 *
 * <p>Its children map one to one to what the Engine API answers: {@link InvalidSpecException} 400,
 * {@link PermissionDeniedException} 403, {@link NotFoundException} 404, {@link ConflictException}
 * 409, {@link UnavailableException} 503.
 */
public class SwarmException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public SwarmException(String message) {
    super(message);
  }

  public SwarmException(String message, Throwable cause) {
    super(message, cause);
  }
}
