package io.swarm4j.model;

import java.util.Locale;

/**
 * States of a task, in the order in which it passes them; it never goes back.
 *
 * <p>Numbers and names are the reference's. The same scale serves for the desired state, where only
 * {@link #READY}, {@link #RUNNING}, {@link #COMPLETE}, {@link #SHUTDOWN} and {@link #REMOVE} occur.
 */
public enum TaskState {
  /** Made by the orchestrator. */
  NEW(0),
  /** Has its addresses, waits for a node. */
  PENDING(64),
  /** Has a node. */
  ASSIGNED(192),
  /** The node took it. */
  ACCEPTED(256),
  /** Image, networks and mounts are fetched. */
  PREPARING(320),
  /** Could start at once. */
  READY(384),
  /** Started; if it has a health check, not yet healthy. */
  STARTING(448),
  /** Serves. */
  RUNNING(512),
  /** Ended by itself with success. */
  COMPLETE(576),
  /** Ended because it was told to. */
  SHUTDOWN(640),
  /** Ended by itself with an error. */
  FAILED(704),
  /** The node could not run it. */
  REJECTED(768),
  /** Desired state only: to be ended and forgotten. */
  REMOVE(800),
  /** Its node is lost for good. */
  ORPHANED(832);

  private final int number;

  TaskState(int number) {
    this.number = number;
  }

  /** The reference's number. */
  public int number() {
    return number;
  }

  /** Whether the task has ended, by whichever way. */
  public boolean isTerminal() {
    return compareTo(RUNNING) > 0;
  }

  /** Whether this comes before {@code other}. */
  public boolean isBefore(TaskState other) {
    return compareTo(other) < 0;
  }

  /** Whether this comes after {@code other}. */
  public boolean isAfter(TaskState other) {
    return compareTo(other) > 0;
  }

  /** The name in the Engine API, such as {@code running}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
