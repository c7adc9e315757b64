package io.swarm4j.agent;

/** A health check that the embedding program provides, asked through a callback probe. */
@FunctionalInterface
public interface HealthCallback {

  /**
   * Whether the task is healthy; an exception means that it is not. May block: it is interrupted
   * when the probe's time is over.
   */
  boolean isHealthy(TaskContext task) throws Exception;
}
