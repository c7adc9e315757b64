package io.swarm4j.model;

/** Whoever asks may not do that. */
public class PermissionDeniedException extends SwarmException {
  private static final long serialVersionUID = 1L;

  public PermissionDeniedException(String message) {
    super(message);
  }

  public PermissionDeniedException(String message, Throwable cause) {
    super(message, cause);
  }
}
