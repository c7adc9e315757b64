package io.swarm4j.store.seal;

import io.swarm4j.model.UnavailableException;

/**
 * A manager's disk can only be read with the swarm's unlock key; the wording is the reference's.
 */
public final class LockedException extends UnavailableException {
  private static final long serialVersionUID = 1L;

  private LockedException(String message) {
    super(message);
  }

  /** No key was given. */
  public static LockedException keyNeeded() {
    return new LockedException(
        "Swarm is encrypted and needs to be unlocked before it can be used. Please use \"docker"
            + " swarm unlock\" to unlock it.");
  }

  static LockedException wrongKey() {
    return new LockedException("swarm could not be unlocked: invalid key provided");
  }
}
