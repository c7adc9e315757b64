package io.swarm4j.model;

/** What a new version of a secret or config does to the tasks that use it. */
public enum ChangePolicy {
  /** Nothing until the service is updated, as the reference has it. */
  NONE,
  /** Tasks are replaced under the update policy. */
  RESTART,
  /** The file is replaced and the task is sent SIGHUP. */
  SIGNAL,
  /** The file is replaced. */
  HOT
}
