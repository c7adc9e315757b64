package io.swarm4j.model;

/** What a new version of a secret or config does to the tasks that use it. */
public enum ChangePolicy {
  /** Nothing; tasks that start later get it. */
  NONE,
  /** Tasks are replaced under the update policy. */
  RESTART,
  /** The file is replaced in running tasks, and they are sent SIGHUP. */
  SIGNAL,
  /** The file is replaced in running tasks. */
  HOT;

  /** Whether running tasks get the new version. */
  public boolean reachesRunningTasks() {
    return this == SIGNAL || this == HOT;
  }
}
