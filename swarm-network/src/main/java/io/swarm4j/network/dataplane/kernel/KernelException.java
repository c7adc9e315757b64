package io.swarm4j.network.dataplane.kernel;

import io.swarm4j.model.SwarmException;

/** The kernel, or a program that talks to it, did not do what it was asked to. */
public final class KernelException extends SwarmException {
  private static final long serialVersionUID = 1L;

  KernelException(String message) {
    super(message);
  }

  KernelException(String message, Throwable cause) {
    super(message, cause);
  }
}
