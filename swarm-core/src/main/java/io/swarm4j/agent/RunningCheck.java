package io.swarm4j.agent;

import io.swarm4j.model.TaskHealth;

/** A health check under way, and what it has found so far. For use on the agent's loop only. */
interface RunningCheck extends AutoCloseable {

  /** Name of the check in results. */
  String name();

  /** What its results mean together. */
  TaskHealth.State verdict();

  /** Failures in a row, up to the limit. */
  int failures();

  @Override
  void close();
}
