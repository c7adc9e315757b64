package io.swarm4j.store;

import io.swarm4j.model.SwarmException;

/**
 * Stored data is not what was written: damaged, foreign, or of a version that is not understood.
 */
public class CorruptDataException extends SwarmException {
  private static final long serialVersionUID = 1L;

  public CorruptDataException(String message) {
    super(message);
  }

  public CorruptDataException(String message, Throwable cause) {
    super(message, cause);
  }
}
