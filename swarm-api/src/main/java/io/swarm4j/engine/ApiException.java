package io.swarm4j.engine;

import io.swarm4j.model.SwarmException;

/** A request is answered by an error of the Engine API itself. */
final class ApiException extends SwarmException {
  private static final long serialVersionUID = 1L;

  private final int status;

  ApiException(int status, String message) {
    super(message);
    this.status = status;
  }

  int status() {
    return status;
  }
}
