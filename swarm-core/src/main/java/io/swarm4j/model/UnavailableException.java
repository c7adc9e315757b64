package io.swarm4j.model;

/** The swarm can not serve the request now: no leader, closed, or the storage refuses writes. */
public class UnavailableException extends SwarmException {
  private static final long serialVersionUID = 1L;

  public UnavailableException(String message) {
    super(message);
  }

  public UnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
