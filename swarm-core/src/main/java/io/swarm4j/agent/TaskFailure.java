package io.swarm4j.agent;

import io.swarm4j.model.Reason;
import io.swarm4j.model.SwarmException;

/** A task could not be prepared, started or asked something; carries the typed cause. */
public class TaskFailure extends SwarmException {
  private static final long serialVersionUID = 1L;

  private final transient Reason reason;

  public TaskFailure(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  public TaskFailure(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /** Why, as data. */
  public Reason reason() {
    return reason;
  }
}
