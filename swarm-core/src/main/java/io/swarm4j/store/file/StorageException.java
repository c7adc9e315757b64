package io.swarm4j.store.file;

import io.swarm4j.model.UnavailableException;

/** The disk can not be used: full, broken, not accessible, or in use by someone else. */
public class StorageException extends UnavailableException {
  private static final long serialVersionUID = 1L;

  public StorageException(String message) {
    super(message);
  }

  public StorageException(String message, Throwable cause) {
    super(message, cause);
  }
}
